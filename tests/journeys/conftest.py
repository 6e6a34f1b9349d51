"""A whole Comptoir, started by its own command, with a simulated phone at the other end."""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from benchmarks.payload import Target
from benchmarks.stack import comptoir_up


@dataclass(frozen=True)
class Running:
    """What demo.json tells of a running install."""

    demo: dict[str, Any]

    @property
    def target(self) -> Target:
        d = self.demo
        return Target(d["webhook_url"], d["app_secret"], d["phone_number_id"], d["waba_id"])

    def pid(self, name: str) -> int:
        """The process id of a child: receiver, web, worker, sandbox, postgres or valkey."""
        return int(json.loads((Path(self.demo["data"]) / "pids.json").read_text())[name])


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    with comptoir_up() as demo:
        yield Running(demo)


@pytest.fixture
async def api(running: Running) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {running.demo['api_key']}"}
    async with httpx2.AsyncClient(base_url=running.demo["url"] + "/api/v1", headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
async def meta(running: Running) -> AsyncIterator[httpx2.AsyncClient]:
    """The sandbox's control API: what the customer and Meta see."""
    async with httpx2.AsyncClient(base_url=running.demo["sandbox_url"] + "/sandbox/api", timeout=30) as client:
        yield client


@pytest.fixture
async def ledger(running: Running) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The database as the operator sees it: every tenant."""
    connection = await asyncpg.connect(running.demo["database_url"])
    yield connection
    await connection.close()


@pytest.fixture
async def phone(meta: httpx2.AsyncClient) -> dict[str, Any]:
    """A customer nobody has met."""
    number = str(212630000000 + uuid4().int % 9_000_000)
    made = await meta.post("/phones", json={"name": f"Customer {number[-6:]}", "number": number})
    phone: dict[str, Any] = made.raise_for_status().json()
    return phone
