"""python -m benchmarks.rotation: how long another master key takes, and what fails meanwhile (nothing may)."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2

from benchmarks.payload import Target, requests
from benchmarks.report import Report
from benchmarks.stack import comptoir_up
from core.config import KeyRing
from core.db.pool import Database
from core.secrets import MasterKeys
from core.secrets.vault import key_place
from core.tenancy.rotation import Rotation

_KEYS = 10_000
_TENANTS = """
insert into tenants (slug, name) select 'bench-' || n, 'Bench' from generate_series(1, $1) n returning id
"""
_STORE = """
insert into data_keys (tenant_id, purpose, wrapped, master_id)
select id, 'seal', wrapped, $3 from unnest($1::uuid[], $2::text[]) as k (id, wrapped)
"""
_CONFIG = "limits: {login: {address+email: null, address: null, email: null}}\n"


@dataclass
class Load:
    """Requests that go on until told to stop. Whatever is not 2xx, 429 included, is a failure."""

    done: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    over: bool = False

    async def keep_doing(self, what: str, ask: Callable[[], Awaitable[int]]) -> None:
        while not self.over:
            try:
                status = await ask()
            except httpx2.HTTPError as error:
                self.failed[f"{what}: {type(error).__name__}"] += 1
                continue
            if 200 <= status < 300:
                self.done[what] += 1
            else:
                self.failed[f"{what}: {status}"] += 1


async def measure(demo: dict[str, Any], report: Report) -> None:
    """Rotate with 10,000 data keys, in peace and then under load, and count what failed."""
    ring = KeyRing(Path(demo["data"]) / "secret.key")
    db = await Database.open(demo["database_url"], app_size=2, system_size=4)
    await _make_keys(db, MasterKeys(*ring.read()))
    report.add(f"master key replaced, {_KEYS:,} data keys, at rest", await _rotated(db, ring), "s")
    async with httpx2.AsyncClient(timeout=30) as http:
        load = Load()
        tasks = [asyncio.create_task(load.keep_doing(what, ask)) for what, ask in (await _work(http, demo)).items()]
        await asyncio.sleep(3)
        before = sum(load.done.values())
        seconds = await _rotated(db, ring)
        during = sum(load.done.values()) - before
        await asyncio.sleep(3)
        load.over = True
        await asyncio.gather(*tasks)
    report.add(f"master key replaced, {_KEYS:,} data keys, under load", seconds, "s")
    report.add("requests answered during that rotation", during, "requests")
    report.add("failures of logins, calls, sends and deliveries", load.failed.total(), "failures")
    report.add("messages given up or uncertain", await _unsent(db), "messages")
    print(dict(load.done), dict(load.failed))
    await db.close()


async def _make_keys(db: Database, masters: MasterKeys) -> None:
    made = [row["id"] for row in await db.system.fetch(_TENANTS, _KEYS)]
    wrapped = [masters.wrap(secrets.token_bytes(32), key_place(one, "seal")) for one in made]
    await db.system.execute(_STORE, made, wrapped, masters.current_id)


async def _rotated(db: Database, ring: KeyRing) -> float:
    rotation = Rotation(db, MasterKeys(*ring.read(), reload=ring.read), ring)
    start = time.perf_counter()
    done = await rotation.rotate()
    await rotation.retire()
    seconds = time.perf_counter() - start
    if done.broken or done.count < _KEYS:
        raise RuntimeError(f"{done.count} data keys rewrapped, {len(done.broken)} broken")
    return seconds * _KEYS / done.count


async def _work(http: httpx2.AsyncClient, demo: dict[str, Any]) -> dict[str, Callable[[], Awaitable[int]]]:
    base, bearer = f"{demo['url']}/api/v1", {"Authorization": f"Bearer {demo['api_key']}"}
    target = Target(demo["webhook_url"], demo["app_secret"], demo["phone_number_id"], demo["waba_id"])
    conversations = await _conversations(http, demo, base, bearer)
    sends = iter(range(10**9))

    async def log_in() -> int:
        login = {"email": demo["email"], "password": demo["password"]}
        async with httpx2.AsyncClient(timeout=30) as stranger:
            return (await stranger.post(f"{base}/session", json=login, headers={"Origin": demo["url"]})).status_code

    async def call() -> int:
        return (await http.get(f"{base}/conversations", headers=bearer)).status_code

    async def send() -> int:
        conversation = conversations[next(sends) % len(conversations)]
        message = {"id": str(uuid4()), "text": {"body": "Votre colis part demain."}, "confirm": True}
        await asyncio.sleep(0.05)
        there = f"{base}/conversations/{conversation}/messages"
        return (await http.post(there, json=message, headers=bearer)).status_code

    async def deliver() -> int:
        head, _, body = requests(target, 1)[0].partition(b"\r\n\r\n")
        lines = (line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
        headers = {name: value for name, value in lines if name != "Host"}
        return (await http.post(target.url, content=body, headers=headers)).status_code

    return {"login": log_in, "call": call, "send": send, "delivery": deliver}


async def _conversations(
    http: httpx2.AsyncClient, demo: dict[str, Any], base: str, bearer: dict[str, str]
) -> list[str]:
    """Customers who have just written, so that they may be answered."""
    sandbox = f"{demo['sandbox_url']}/sandbox/api/phones"
    phones = (await http.post(sandbox, json={"count": 20})).raise_for_status().json()["items"]
    for phone in phones:
        said = {"type": "text", "text": "Bonjour"}
        (await http.post(f"{sandbox}/{phone['id']}/messages", json=said)).raise_for_status()
    async with asyncio.timeout(60):
        while True:
            items = (await http.get(f"{base}/conversations", headers=bearer)).raise_for_status().json()["items"]
            if len(items) >= len(phones):
                return [one["id"] for one in items]
            await asyncio.sleep(0.1)


async def _unsent(db: Database) -> int:
    return int(await db.system.fetchval("select count(*) from messages where status in ('failed', 'uncertain')"))


async def main() -> None:
    report = Report()
    with comptoir_up(config=_CONFIG) as demo:
        await measure(demo, report)
    report.write(Path(__file__).with_name("ROTATION.md"), "python -m benchmarks.rotation")


if __name__ == "__main__":
    asyncio.run(main())
