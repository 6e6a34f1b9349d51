"""Delivering webhooks like Meta: signed over the exact bytes, in parallel, perhaps twice, retried until a 200."""

import asyncio
import base64
import hashlib
import hmac
import json
import random
import time
from collections.abc import Callable, Coroutine
from typing import Any

import httpx2

from comptoir_sdk.sandbox.callbacks import Callback, Callbacks
from comptoir_sdk.sandbox.clock import Clock
from comptoir_sdk.sandbox.delivery import Delivery
from comptoir_sdk.sandbox.ledger import Attempt, Emission, Ledger
from comptoir_sdk.sandbox.number import Number
from comptoir_sdk.sandbox.payloads import change, envelope

Outcome = Callable[[Emission, Attempt], None]
NOT_SUBSCRIBED = "NotSubscribed"


class Webhooks:
    """The outgoing side. `on_attempt` hears of every POST made."""

    def __init__(
        self,
        number: Number,
        callbacks: Callbacks,
        delivery: Delivery,
        clock: Clock,
        ledger: Ledger,
        on_attempt: Outcome,
    ) -> None:
        self._number, self._callbacks = number, callbacks
        self._clock, self._ledger, self._on_attempt = clock, ledger, on_attempt
        self._tasks: set[asyncio.Task[None]] = set()
        self._pending: dict[int, tuple[Emission, bytes]] = {}
        self._batch: list[tuple[str, str, dict[str, Any]]] = []
        self._nudge = asyncio.Event()
        self._client = httpx2.AsyncClient(
            timeout=delivery.timeout_seconds,
            follow_redirects=False,
            trust_env=False,  # no proxy; but SSL_CERT_FILE, for a receiver behind a certificate of one's own
            verify=httpx2.create_ssl_context(),
            limits=httpx2.Limits(max_connections=256, max_keepalive_connections=64, keepalive_expiry=4),
            headers={"Content-Type": "application/json", "User-Agent": "facebookexternalua", "Accept": "*/*"},
        )
        self.shape(delivery)

    def shape(self, delivery: Delivery) -> None:
        """Take new manners; those already waiting keep their turn."""
        self.delivery = delivery
        self._slots = asyncio.Semaphore(delivery.parallel)

    async def settle(self) -> None:
        """Until everything has been answered, or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop posting. What is pending is kept by the snapshot, see `pending`."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def emit(self, kind: str, wamid: str, value: dict[str, Any], field: str = "messages") -> None:
        """Send one update, at once or with the batch it falls into."""
        update = (kind, wamid, change(value, field))
        if self.delivery.batch == 1:
            self._post([update])
            return
        self._batch.append(update)
        if len(self._batch) >= self.delivery.batch:
            self._flush()
        elif len(self._batch) == 1:
            self._start(self._flush_later())

    async def emit_now(self, kind: str, wamid: str, value: dict[str, Any]) -> None:
        """Send one update and wait for its first attempt: a status that overtakes the answer to its send."""
        record, body = self._record([(kind, wamid, change(value))])
        await self._attempt(record, body, copy=False)
        if record.outcome == "pending":
            self._start(self._deliver(record, body, tries=1))

    def push(self, body: bytes, *, signature: str | None = None) -> Emission:
        """Send any body, signed unless a signature is given; retried like every other."""
        record = self._ledger.emission(self._clock.now(), ["pushed"], [])
        self._pending[record.id] = (record, body)
        self._start(self._deliver(record, body, signature=signature))
        return record

    def retry_now(self) -> None:
        """Let everything that waits for its next try go at once."""
        nudge, self._nudge = self._nudge, asyncio.Event()
        nudge.set()

    @property
    def waiting(self) -> int:
        """How many webhooks have not been answered 200 yet."""
        return len(self._pending) + bool(self._batch)

    def pending(self) -> list[dict[str, Any]]:
        """What has not been answered 200 yet, for the snapshot: Meta does not forget it either."""
        waiting = [
            {"kinds": record.kinds, "wamids": record.wamids, "body": base64.b64encode(body).decode()}
            for record, body in self._pending.values()
        ]
        for kind, wamid, update in self._batch:
            body = self._encode(envelope(self._number, [update], self._clock.now()))
            waiting.append({"kinds": [kind], "wamids": [wamid], "body": base64.b64encode(body).decode()})
        return waiting

    def resume(self, waiting: list[dict[str, Any]]) -> None:
        """Take up what a previous run left pending."""
        for item in waiting:
            record = self._ledger.emission(self._clock.now(), item["kinds"], item["wamids"])
            body = base64.b64decode(item["body"])
            self._pending[record.id] = (record, body)
            self._start(self._deliver(record, body))

    async def verify(self, callback: Callback | None = None) -> dict[str, Any]:
        """Meta's GET with a challenge; `{ok, status, error}` says how it was answered."""
        asked = callback or self._callbacks.current
        challenge = str(random.randrange(10**9, 10**10))  # noqa: S311  a nonce to echo, not a secret
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": asked.verify_token}
        try:
            answer = await self._client.get(asked.url, params=query)
        except httpx2.HTTPError as error:
            return {"ok": False, "status": None, "error": type(error).__name__}
        ok = answer.status_code == 200 and answer.text.strip() == challenge
        return {"ok": ok, "status": answer.status_code, "error": None if ok else "challenge not echoed"}

    def sign(self, body: bytes) -> str:
        """`X-Hub-Signature-256` over exactly these bytes."""
        return "sha256=" + hmac.new(self._number.app_secret.encode(), body, hashlib.sha256).hexdigest()

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _flush_later(self) -> None:
        await asyncio.sleep(self.delivery.batch_wait / 1000)
        self._flush()

    def _flush(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self._post(batch)

    def _post(self, updates: list[tuple[str, str, dict[str, Any]]]) -> None:
        record, body = self._record(updates)
        self._start(self._deliver(record, body))

    def _record(self, updates: list[tuple[str, str, dict[str, Any]]]) -> tuple[Emission, bytes]:
        kinds, wamids = [update[0] for update in updates], [update[1] for update in updates]
        body = self._encode(envelope(self._number, [update[2] for update in updates], self._clock.now()))
        record = self._ledger.emission(self._clock.now(), kinds, wamids)
        self._pending[record.id] = (record, body)
        return record, body

    def _encode(self, payload: dict[str, Any]) -> bytes:
        text = json.dumps(payload, ensure_ascii=self.delivery.escape_unicode, separators=(",", ":"))
        return text.encode()

    async def _deliver(self, record: Emission, body: bytes, tries: int = 0, signature: str | None = None) -> None:
        if self.delivery.jitter:
            await asyncio.sleep(random.random() * self.delivery.jitter / 1000)  # noqa: S311  chance, not a secret
        began = time.monotonic()
        while record.outcome == "pending":
            if tries:
                await self._wait(tries)
            if (time.monotonic() - began) * self.delivery.speed > self.delivery.give_up_seconds:
                self._settle(record, "gave_up")
                return
            async with self._slots:
                await self._attempt(record, body, copy=False, signature=signature)
            tries += 1
        await self._copies(record, body, signature)

    async def _wait(self, tries: int) -> None:
        gap = self.delivery.retry_seconds * self.delivery.retry_growth ** min(tries - 1, 40)
        gap = min(gap, self.delivery.retry_at_most_seconds) / self.delivery.speed
        try:
            await asyncio.wait_for(self._nudge.wait(), gap)
        except TimeoutError:
            return

    async def _copies(self, record: Emission, body: bytes, signature: str | None) -> None:
        if random.random() >= self.delivery.duplicate:  # noqa: S311  chance, not a secret
            return
        async with self._slots:
            again = (self._attempt(record, body, copy=True, signature=signature) for _ in range(self.delivery.copies))
            await asyncio.gather(*again)

    async def _attempt(self, record: Emission, body: bytes, *, copy: bool, signature: str | None = None) -> None:
        began = time.perf_counter()
        status, error = await self._call(body, signature or self.sign(body))
        spent = (time.perf_counter() - began) * 1000
        attempt = Attempt(self._clock.now(), round(spent, 2), status, error, copy)
        record.attempts.append(attempt)
        if status == 200:
            self._settle(record, "delivered")
        elif error == NOT_SUBSCRIBED:
            self._settle(record, "not_subscribed")
        self._on_attempt(record, attempt)

    async def _call(self, body: bytes, signature: str) -> tuple[int | None, str | None]:
        """The HTTP status, or what went wrong instead. What happens while no app listens is never told."""
        if not self._callbacks.subscribed:
            return None, NOT_SUBSCRIBED
        try:
            url, headers = self._callbacks.current.url, {"X-Hub-Signature-256": signature}
            return (await self._client.post(url, content=body, headers=headers)).status_code, None
        except httpx2.HTTPError as failure:
            return None, type(failure).__name__

    def _settle(self, record: Emission, outcome: str) -> None:
        record.outcome = outcome
        self._pending.pop(record.id, None)
