"""Whose turn it is, and how far each endpoint has come: rows, so that a crash loses nothing and two workers agree.

Whoever serves an endpoint holds its lease; every move of its cursor is fenced by it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.events.log import Event

LEASE_SECONDS: Final = 30
BATCH: Final = 20
_FAR: Final = 500
"""Events that an endpoint does not hear of are passed by in steps of so many: a write for each would cost more."""
_LOOK: Final = 5_000
"""How far ahead the next event is looked for, so that no look reads a whole log."""
_STEPS: Final = 50

_LEASE: Final = f"now() + interval '{LEASE_SECONDS} seconds'"
# Ordered, so that the key is walked from the cursor on: as an `exists` it is planned as a scan of the whole log.
_NEXT_SEQ: Final = f"""(select l.seq from event_log l where l.tenant_id = e.tenant_id and l.seq > e.seq
    and l.seq <= e.seq + {_LOOK} and l.type = any(e.types) order by l.seq limit 1)"""  # noqa: S608 - constants
_CLAIM: Final = f"""
with wanted as (
    select e.tenant_id, e.id from webhook_endpoints e
    join tenants t on t.id = e.tenant_id and t.status = 'active'
    where (e.leased_until is null or e.leased_until < now()) and e.tenant_id <> all ($2::uuid[])
        and (exists (select from webhook_requests r where r.tenant_id = e.tenant_id and r.endpoint_id = e.id)
            or (e.state = 'on' and e.due_at <= now() and {_NEXT_SEQ} is not null))
    order by e.due_at limit $1 for update of e skip locked)
update webhook_endpoints e set leased_by = gen_random_uuid(), leased_until = {_LEASE} from wanted w
where e.tenant_id = w.tenant_id and e.id = w.id returning e.tenant_id, e.id, e.leased_by
"""  # noqa: S608 - constants
_HELD: Final = f"""
update webhook_endpoints e set leased_until = {_LEASE} where tenant_id = $1 and id = $2 and leased_by = $3
returning e.*, e.due_at <= now() as due, (select epoch from installation) as epoch,
    (select wrapped from data_keys k where k.tenant_id = e.tenant_id and k.purpose = 'seal') as wrapped,
    (select status = 'active' from tenants t where t.id = e.tenant_id) as active
"""  # noqa: S608 - constants
_NEXT: Final = """
select tenant_id, seq, id, position, type, conversation_id, payload, created_at from event_log
where tenant_id = $1 and seq > $2 and type = any($3) order by seq limit $4
"""
_ONE: Final = """
select tenant_id, seq, id, position, type, conversation_id, payload, created_at from event_log
where tenant_id = $1 and seq = $2
"""
_REQUEST: Final = """
select id, kind, seq from webhook_requests where tenant_id = $1 and endpoint_id = $2 order by id limit 1
"""
_SETTLED: Final = "delete from webhook_requests where tenant_id = $1 and id = $2"
_RELEASE: Final = """
update webhook_endpoints set leased_by = null, leased_until = null where tenant_id = $1 and id = $2 and leased_by = $3
"""
_MOVED: Final = f"""
update webhook_endpoints set seq = $4, failures = 0, failing_since = null, due_at = now(), leased_until = {_LEASE},
    delivered_at = case when $5 then now() else delivered_at end
where tenant_id = $1 and id = $2 and leased_by = $3 and seq < $4 returning true
"""  # noqa: S608 - constants
_FAILED: Final = """
update webhook_endpoints set failures = failures + 1, failing_since = coalesce(failing_since, now()),
    due_at = now() + make_interval(secs => $4), leased_by = null, leased_until = null
where tenant_id = $1 and id = $2 and leased_by = $3 returning failing_since
"""
_OVER: Final = f"""
update webhook_endpoints e set seq = least(h.seq, e.seq + {_LOOK}) from event_heads h
where h.tenant_id = e.tenant_id and h.seq > e.seq + $1 and (e.leased_until is null or e.leased_until < now())
    and {_NEXT_SEQ} is null
"""  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class Claim:
    """One endpoint, and the lease it is held by."""

    tenant_id: UUID
    endpoint_id: UUID
    holder: UUID


@dataclass(frozen=True, slots=True)
class Held:
    """An endpoint as it is now. `secrets_sealed` and the tenant's `wrapped` data key open together."""

    claim: Claim
    name: str
    url: str
    types: Sequence[str]
    sending: bool
    seq: int
    replayed_to: int
    failures: int
    epoch: UUID
    old_secret_ends_at: datetime | None
    secrets_sealed: Sequence[str] = field(repr=False)
    wrapped: str | None = field(repr=False)


async def claim(db: Database, most: int, full: Sequence[UUID]) -> list[Claim]:
    """Endpoints that are due and that nobody serves; none of the tenants that have their share already."""
    rows = await db.system.fetch(_CLAIM, most, list(full))
    return [Claim(*row) for row in rows]


async def held(connection: Connection, claim: Claim) -> Held | None:
    """None when the lease is gone: the endpoint was changed, removed, or taken over."""
    row = await connection.fetchrow(_HELD, claim.tenant_id, claim.endpoint_id, claim.holder)
    if row is None:
        return None
    sending = row["state"] == "on" and row["active"] and row["due"]
    return Held(claim, row["name"], row["url"], row["types"], sending, row["seq"], row["replayed_to"],
                row["failures"], row["epoch"], row["old_secret_ends_at"], row["secrets_sealed"], row["wrapped"])


async def next_events(connection: Connection, endpoint: Held) -> list[Event]:
    rows = await connection.fetch(_NEXT, endpoint.claim.tenant_id, endpoint.seq, endpoint.types, BATCH)
    return [Event(*row) for row in rows]


async def event_at(connection: Connection, tenant_id: UUID, seq: int) -> Event | None:
    """None once it is older than events are kept."""
    row = await connection.fetchrow(_ONE, tenant_id, seq)
    return Event(*row) if row else None


async def next_request(connection: Connection, claim: Claim) -> Any:
    """(id, kind, seq) of what somebody asked for, or None. One at a time: the lease must outlast it."""
    return await connection.fetchrow(_REQUEST, claim.tenant_id, claim.endpoint_id)


async def settle_request(connection: Connection, claim: Claim, request_id: UUID) -> None:
    await connection.execute(_SETTLED, claim.tenant_id, request_id)


async def move_on(connection: Connection, claim: Claim, seq: int, *, delivered: bool) -> bool:
    """The event is done with. False when the lease is gone: then somebody else decides what comes next."""
    moved = await connection.fetchval(_MOVED, claim.tenant_id, claim.endpoint_id, claim.holder, seq, delivered)
    return bool(moved)


async def wait(connection: Connection, claim: Claim, seconds: float) -> datetime | None:
    """The event failed: later again. Since when it fails; None when the lease is gone."""
    since: datetime | None = await connection.fetchval(
        _FAILED, claim.tenant_id, claim.endpoint_id, claim.holder, seconds)  # fmt: skip
    return since


async def release(connection: Connection, claim: Claim) -> None:
    await connection.execute(_RELEASE, claim.tenant_id, claim.endpoint_id, claim.holder)


async def pass_by(db: Database) -> None:
    """Endpoints far behind that have nothing to hear: so that looking for the next event stays short."""
    for _ in range(_STEPS):
        if await db.system.execute(_OVER, _FAR) == "UPDATE 0":
            return
