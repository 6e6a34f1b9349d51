"""Sends events to endpoints: each in its own task, in order, at least once.

No endpoint waits for another: one that does not answer holds one place for ten seconds, then its next attempt is hours
of backoff away; a tenant has its share of the places, and the database is asked by few of them at a time.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final

import asyncpg

from core.db.pool import Connection, Database
from core.db.wake import Wake
from core.egress import Egress
from core.events.log import Event
from core.mail import Mail
from core.metrics.numbers import WEBHOOKS_OUT
from core.outward import attempts, queue
from core.outward.attempts import About, Kind
from core.outward.events import TEST, VERSION, body_of, data_of, encode
from core.outward.exchange import Outcome, deliver, pause_after
from core.outward.queue import Claim, Held
from core.outward.signing import endpoint_place, signed
from core.outward.switching_off import reason_for, switch_off
from core.secrets import SealBroken, Vault

PLACES: Final = 128
SHARE: Final = 8
"""Of one tenant, in one worker."""
_AT_THE_DATABASE: Final = 4
_POLL_SECONDS: Final = 1.0
_SETTLE_SECONDS: Final = 0.05
_TURN_SECONDS: Final = 15.0
_PASS_BY_SECONDS: Final = 5.0
_LEAVE_SECONDS: Final = 12.0
_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)

log = logging.getLogger(__name__)


class Sender:
    """Runs in every worker; leases decide who serves whom."""

    def __init__(self, db: Database, wake: Wake, egress: Egress, vault: Vault, mail: Mail) -> None:
        self._db, self._wake, self._egress, self._vault, self._mail = db, wake, egress, vault, mail
        self._busy: dict[asyncio.Task[None], Claim] = {}
        self._turns = asyncio.Semaphore(_AT_THE_DATABASE)
        self._leaving = False
        self._bell = wake.bell("events")

    async def run(self) -> None:
        """For ever. What is under way at the end is finished first, so that a stop repeats nothing."""
        self._leaving = False  # the database may have been away, and this is another try
        await self._wake.listen("events")
        passed_by = float("-inf")
        try:
            while True:
                if time.monotonic() - passed_by > _PASS_BY_SECONDS:
                    await queue.pass_by(self._db)
                    passed_by = time.monotonic()
                await self.start_due()
                await self._bell.wait(_POLL_SECONDS)
                await asyncio.sleep(_SETTLE_SECONDS)
        finally:
            self._leaving = True
            if self._busy:
                await asyncio.wait(self._busy, timeout=_LEAVE_SECONDS)

    async def start_due(self) -> None:
        """Begin with whatever is due, as far as there are places."""
        while (places := PLACES - len(self._busy)) > 0:
            shares = Counter(claim.tenant_id for claim in self._busy.values())
            full = [tenant_id for tenant_id, count in shares.items() if count >= SHARE]
            asked = min(places, SHARE)
            claims = await queue.claim(self._db, asked, full)
            for claim in claims:
                self._begin(claim)
            if len(claims) < asked:
                return

    def _begin(self, claim: Claim) -> None:
        task = asyncio.create_task(self._serve(claim), name=f"webhook {claim.endpoint_id}")
        self._busy[task] = claim
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        """There is a place again, and whoever left it may have more."""
        self._busy.pop(task, None)
        self._bell.ring()

    async def drain(self) -> None:
        """Everything that is due now, to its end. For tests and for whoever waits."""
        while True:
            await self.start_due()
            if not self._busy:
                return
            await asyncio.wait(self._busy)

    async def _serve(self, claim: Claim) -> None:
        """One turn; whoever still has events is claimed again, after the others."""
        try:
            await self._requests(claim)
            until = time.monotonic() + _TURN_SECONDS
            while time.monotonic() < until and not self._leaving and await self._batch(claim):
                pass
            async with self._database() as connection:
                await queue.release(connection, claim)
        except _AWAY as error:
            log.warning("webhook %s: %s; served again when its lease runs out", claim.endpoint_id, type(error).__name__)
        except SealBroken as error:
            log.error("webhook %s: its secret cannot be opened: %s", claim.endpoint_id, error)
        except Exception:
            log.exception("webhook %s: served again when its lease has run out", claim.endpoint_id)

    async def _batch(self, claim: Claim) -> bool:
        """Some events in order. False when there is nothing more to do now."""
        async with self._database() as connection:
            endpoint = await queue.held(connection, claim)
            events = await queue.next_events(connection, endpoint) if endpoint and endpoint.sending else []
        if endpoint is None:
            return False
        failures = endpoint.failures
        for event in events:
            if self._leaving or not await self._event(endpoint, event, failures):
                return False
            failures = 0
        return bool(events)

    async def _event(self, endpoint: Held, event: Event, failures: int) -> bool:
        claim = endpoint.claim
        kind: Kind = "replay" if event.seq <= endpoint.replayed_to else "event"
        about = About(kind, event.seq, _message_id(endpoint, event), event.type)
        async with self._database() as connection:
            data = await data_of(connection, event)
        outcome = await self._send(endpoint, about.message_id, body_of(event, data)) if data is not None else None
        async with self._database() as connection, connection.transaction():
            await attempts.write(connection, claim, about, failures + 1, outcome)
            if outcome is None or outcome.result == "delivered":
                return await queue.move_on(connection, claim, event.seq, delivered=outcome is not None)
            since = await queue.wait(connection, claim, pause_after(failures, outcome))
        if since is not None and (reason := reason_for(outcome, since)):
            await switch_off(self._db, self._mail, claim, reason)
        return False

    async def _requests(self, claim: Claim) -> None:
        """Tests and repeats that people asked for: once each, whatever comes of it."""
        while not self._leaving:
            async with self._database() as connection:
                endpoint = await queue.held(connection, claim)
                asked = await queue.next_request(connection, claim) if endpoint else None
            if endpoint is None or asked is None:
                return
            await self._request(endpoint, asked)

    async def _request(self, endpoint: Held, asked: Any) -> None:
        async with self._database() as connection:
            about, body = await _asked_for(connection, endpoint, asked)
        outcome = await self._send(endpoint, about.message_id, body) if body is not None else None
        async with self._database() as connection, connection.transaction():
            await attempts.write(connection, endpoint.claim, about, 1, outcome)
            await queue.settle_request(connection, endpoint.claim, asked["id"])

    async def _send(self, endpoint: Held, message_id: str, body: bytes) -> Outcome:
        now = datetime.now(UTC)
        headers = signed(self._secrets(endpoint, now), message_id, now, body)
        outcome = await deliver(self._egress, endpoint.url, headers, body)
        WEBHOOKS_OUT.labels(outcome.result).inc()
        return outcome

    def _secrets(self, endpoint: Held, now: datetime) -> list[str]:
        """Those that are valid now. Sealed for the endpoint: copied to another row they do not open."""
        overlapping = endpoint.old_secret_ends_at is not None and now < endpoint.old_secret_ends_at
        place = endpoint_place(endpoint.claim.tenant_id, endpoint.claim.endpoint_id)
        return [self._vault.open_with(endpoint.wrapped, sealed, place)
                for sealed in endpoint.secrets_sealed[: 2 if overlapping else 1]]  # fmt: skip

    @asynccontextmanager
    async def _database(self) -> AsyncIterator[Connection]:
        """A few at a time: lanes, intake and observers share the pool."""
        async with self._turns, self._db.system.acquire() as connection:
            yield connection


def _message_id(endpoint: Held, event: Event) -> str:
    """The same for every attempt at the event, also in a replay. A restored database counts anew: hence its epoch."""
    return f"evt_{endpoint.epoch.hex[:8]}_{event.id}"


async def _asked_for(connection: Connection, endpoint: Held, asked: Any) -> tuple[About, bytes | None]:
    if asked["kind"] == "test":
        body = {"version": VERSION, "id": None, "seq": None, "type": TEST, "at": datetime.now(UTC).isoformat(),
                "data": {"webhook": {"id": str(endpoint.claim.endpoint_id), "name": endpoint.name}}}  # fmt: skip
        return About("test", None, f"test_{asked['id'].hex}", TEST), encode(body)
    event = await queue.event_at(connection, endpoint.claim.tenant_id, asked["seq"])
    if event is None:
        return About("again", asked["seq"], "forgotten", "forgotten"), None
    data = await data_of(connection, event) if event.type in endpoint.types else None
    about = About("again", event.seq, _message_id(endpoint, event), event.type)
    return about, None if data is None else body_of(event, data)
