"""Everybody at once through Nginx: Meta delivers, agents read and answer, a screen listens. Then the accounts."""

import asyncio
import hashlib
import hmac
import json
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from benchmarks.fleet import Fleet
from benchmarks.payload import body


@dataclass
class Traffic:
    """What was asked and what came of it. `patient` callers repeat until they are answered, as Meta does."""

    fleet: Fleet
    patient: bool
    conversations: list[str] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    sent: dict[str, str] = field(default_factory=dict)
    """Message id → its words."""
    seen: Counter[str] = field(default_factory=Counter)
    """Events of the screen, by the words of the message received, or the id of the one delivered."""
    seq: int = 0
    gaps: int = 0
    connections: int = 0
    phones: list[str] = field(default_factory=list)
    slowest: float = 0.0

    async def deliver(self, http: httpx2.AsyncClient, number: int) -> None:
        """A customer's message, as Meta signs it."""
        target = self.fleet.target
        payload = body(target, 212640000000 + number % 50)
        wamid = json.loads(payload)["entry"][0]["changes"][0]["value"]["messages"][0]["id"]
        digest = hmac.new(target.app_secret.encode(), payload, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={digest}"}
        if await self._ask("webhook", 200, lambda: http.post(target.url, content=payload, headers=headers)):
            self.delivered.append(wamid)

    async def read(self, http: httpx2.AsyncClient, _: int) -> None:
        await self._ask("read", 200, lambda: http.get("/api/v1/conversations?limit=20"))

    async def send(self, http: httpx2.AsyncClient, number: int) -> None:
        """An agent's answer. Repeated, it is the same message: the id is the client's."""
        message, words = str(uuid4()), f"answer {number} {uuid4()}"
        path = f"/api/v1/conversations/{self.conversations[number % len(self.conversations)]}/messages"
        told = {"id": message, "type": "text", "body": words}
        if await self._ask("send", 202, lambda: http.post(path, json=told)):
            self.sent[message] = words

    async def _ask(self, what: str, wanted: int, request: Callable[[], Awaitable[httpx2.Response]]) -> bool:
        """Whether it was answered as wanted. A failure is noted, and repeated by who is patient."""
        began = time.perf_counter()
        while True:
            self.asked[what] += 1
            try:
                answer = await request()
                told = f"{what}: {answer.status_code} {answer.text[:200]}"
                if answer.status_code in (wanted, 200):
                    self.slowest = max(self.slowest, time.perf_counter() - began)
                    return True
            except httpx2.TransportError as error:
                told = f"{what}: {type(error).__name__} {error}"
            self.failures.append(told)
            if not self.patient:
                return False
            await asyncio.sleep(0.1)

    async def watch(self, tls: ssl.SSLContext, cursor: str) -> None:
        """One screen, for ever: it comes again with its cursor whenever its socket is closed."""
        epoch, seq = cursor.rsplit(".", 1)
        self.seq = int(seq)
        headers = {"Authorization": f"Bearer {self.fleet.demo.api_key}"}
        while True:
            address = f"{self.fleet.front.url.replace('https', 'wss')}/ws?cursor={epoch}.{self.seq}"
            try:
                async with connect(address, additional_headers=headers, ssl=tls) as socket:
                    self.connections += 1
                    async for frame in socket:
                        self._note(json.loads(frame))
            except (ConnectionClosed, InvalidStatus, OSError, TimeoutError, EOFError):
                pass
            await asyncio.sleep(0.05)

    def _note(self, frame: dict[str, Any]) -> None:
        if frame["t"] != "event":
            return
        self.gaps += frame["prev"] != self.seq
        self.seq = frame["seq"]
        message = frame["data"].get("message", {})
        if frame["type"] == "message.received":
            self.seen[message["wamid"]] += 1
        elif frame["type"] == "message.status" and message.get("status") == "delivered":
            self.seen[message["id"]] += 1


@asynccontextmanager
async def traffic(fleet: Fleet, *, patient: bool, per_second: int = 10) -> AsyncIterator[Traffic]:
    """Runs while the body does what it does to the fleet. Half webhooks, a third reads, the rest sends."""
    tls = ssl.create_default_context(cafile=str(fleet.front.certificate))
    headers = {"Authorization": f"Bearer {fleet.demo.api_key}"}
    under_way = Traffic(fleet, patient)
    async with httpx2.AsyncClient(base_url=fleet.front.url, headers=headers, verify=tls, timeout=60) as http:
        under_way.conversations = await _conversations(fleet, http, under_way)
        cursor = (await http.get("/api/v1/bootstrap")).raise_for_status().json()["cursor"]
        screen = asyncio.create_task(under_way.watch(tls, cursor))
        stop = asyncio.Event()
        load = asyncio.create_task(_press(under_way, http, per_second, stop))
        try:
            yield under_way
        finally:
            stop.set()
            await load
        await settle(under_way)
        screen.cancel()
        await asyncio.gather(screen, return_exceptions=True)


async def _press(under_way: Traffic, http: httpx2.AsyncClient, per_second: int, stop: asyncio.Event) -> None:
    acts = [under_way.deliver, under_way.read, under_way.deliver, under_way.send, under_way.deliver, under_way.read]
    started, number = time.perf_counter(), 0
    async with asyncio.TaskGroup() as group:
        while not stop.is_set():
            group.create_task(acts[number % len(acts)](http, number))
            number += 1
            await asyncio.sleep(max(0.0, started + number / per_second - time.perf_counter()))


async def _conversations(fleet: Fleet, http: httpx2.AsyncClient, under_way: Traffic, count: int = 24) -> list[str]:
    """Conversations of simulated phones, for answers to go to."""
    first = 212650000000 + uuid4().int % 9_000_000
    async with httpx2.AsyncClient(base_url=f"{fleet.sandbox_url}/sandbox/api", timeout=30) as meta:
        made = await meta.post("/phones", json={"count": count, "first_number": first})
        under_way.phones = [phone["id"] for phone in made.raise_for_status().json()["items"]]
        for phone in under_way.phones:
            (await meta.post(f"/phones/{phone}/messages", json={"type": "text", "text": "hello"})).raise_for_status()
    wanted = {str(first + n) for n in range(count)}
    async with asyncio.timeout(30):
        while True:
            told = (await http.get("/api/v1/conversations?limit=100")).raise_for_status().json()["items"]
            found = [one["id"] for one in told if str(one["contact"]["phone"]).lstrip("+") in wanted]
            if len(found) == count:
                return found
            await asyncio.sleep(0.1)


async def settle(under_way: Traffic, patience: float = 60) -> None:
    """Until the screen has been told of everything that was delivered and of every answer that arrived.

    Gives up when nothing more has been told for a while: a busy machine is slow, and Meta's limits make answers wait.
    """
    wanted = {*under_way.delivered, *under_way.sent}
    told, since = -1, time.monotonic()
    while missing := wanted - under_way.seen.keys():
        if len(under_way.seen) > told:
            told, since = len(under_way.seen), time.monotonic()
        if time.monotonic() - since > patience:
            found = f"{len(missing)} of {len(wanted)} never reached the screen"
            under_way.failures.append(f"{found}: {sorted(missing)[:3]}")
            return
        await asyncio.sleep(0.2)


@dataclass(frozen=True)
class Account:
    """What the ledger and the phones say of it."""

    lost: int
    doubled: int
    sends_lost: int
    sends_doubled: int


async def account(under_way: Traffic) -> Account:
    """Every delivery stands in the ledger once, every answer on its phone once."""
    ledger = await asyncpg.connect(under_way.fleet.database_url)
    try:
        rows = await ledger.fetch("select wamid, count(*) as n from messages where wamid = any($1) group by wamid",
                                  under_way.delivered)  # fmt: skip
    finally:
        await ledger.close()
    on_phones: Counter[str] = Counter()
    async with httpx2.AsyncClient(base_url=f"{under_way.fleet.sandbox_url}/sandbox/api", timeout=30) as meta:
        for phone in under_way.phones:
            bubbles = (await meta.get(f"/phones/{phone}/messages")).raise_for_status().json()["items"]
            on_phones.update(b["content"]["body"] for b in bubbles if b["side"] == "business")
    return Account(
        lost=len(set(under_way.delivered)) - len(rows), doubled=sum(row["n"] - 1 for row in rows),
        sends_lost=sum(on_phones[words] == 0 for words in under_way.sent.values()),
        sends_doubled=sum(max(0, on_phones[words] - 1) for words in under_way.sent.values()),
    )  # fmt: skip
