"""Code that holds the event loop is named with its line, and what would hold it for ever is interrupted."""

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine
from typing import Any

import pytest

from core.db.pool import Database
from core.metrics.numbers import BLOCKED
from core.plugins.host import PluginHost
from core.plugins.watchdog import Watchdog, watched
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant

LIMIT = 1.0


@pytest.fixture
async def host(db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> PluginHost:
    switches.switch_on("atlas", "good", "blocks", "steps")
    return await start_host("good", "blocks", "steps")


@pytest.fixture
async def watching(host: PluginHost, db: Database) -> AsyncIterator[None]:
    with watched(Watchdog(host.guard, db.url, "web", interrupt_seconds=LIMIT)):
        yield


@pytest.mark.usefixtures("watching")
async def test_what_holds_the_loop_is_named_counted_and_told(
        host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    before = BLOCKED.labels("blocks")._value.get()
    owner = principal(tenant.id, "owner", host)
    assert (await Web(host).ask(owner, "GET", "/api/v1/p/blocks/nap")).status_code == 204
    told = await _incident(host, db)
    assert (told["kind"], told["plugin"], told["call"]) == ("blocked", "blocks", "/nap")
    assert "samples/broken.py:" in told["place"]
    assert "time.sleep(0.8)" in told["traceback"]
    assert BLOCKED.labels("blocks")._value.get() == before + 1


@pytest.mark.usefixtures("watching")
@pytest.mark.parametrize("way", ["spin", "search", "spin_in_a_task"])
async def test_what_would_hold_it_for_ever_is_interrupted_and_the_neighbour_goes_on(
        host: PluginHost, db: Database, tenant: SeededTenant, way: str) -> None:
    owner, began = principal(tenant.id, "owner", host), time.monotonic()
    blocked, fine = await asyncio.gather(Web(host).ask(owner, "GET", f"/api/v1/p/blocks/{way}"),
                                         Web(host).ask(owner, "GET", "/api/v1/p/good/greeting"))
    assert (blocked.status_code, fine.status_code) == (503, 200)
    assert time.monotonic() - began < LIMIT + 4
    told = await _incident(host, db)
    assert (told["kind"], told["call"]) == ("blocked", f"/{way}")
    assert "samples/broken.py:" in told["place"]


async def _incident(host: PluginHost, db: Database) -> dict[str, Any]:
    """Once the watchdog has told the loop."""
    async with asyncio.timeout(10):
        while True:
            await host.record.settle(db)
            if row := await db.system.fetchrow("select * from plugin_incidents"):
                return dict(row)
            await asyncio.sleep(0.05)


@pytest.mark.usefixtures("watching")
async def test_nobody_is_blamed_for_a_loop_that_is_late_by_many_short_steps(
        host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    before = BLOCKED.labels("steps")._value.get(), BLOCKED.labels("")._value.get()
    go = asyncio.Event()
    calls = [host.guard.call("steps", "/step", 5, lambda: _step(go)) for _ in range(12)]
    await _at_once(go, *(_step(go) for _ in range(20)), *calls, *(_step(go) for _ in range(20)))
    async with asyncio.timeout(5):
        while BLOCKED.labels("")._value.get() == before[1]:  # the lateness itself is told  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await host.record.settle(db)
    assert await db.system.fetch("select * from plugin_incidents") == []
    assert BLOCKED.labels("steps")._value.get() == before[0]
    assert host.guard.breakers["steps", "routes"].failures == 0


@pytest.mark.usefixtures("watching")
async def test_nobody_is_interrupted_for_others_time(host: PluginHost, tenant: SeededTenant) -> None:
    """The loop has been held by the kernel for longer than anybody may when the plugin's turn comes."""
    go = asyncio.Event()
    await _at_once(go, _step(go, LIMIT * 1.9), host.guard.call("steps", "/step", 5, lambda: _step(go, 0.25)))


async def _at_once(go: asyncio.Event, *work: Coroutine[Any, Any, None]) -> None:
    """One turn of the loop does it all, in this order: a sign of life that is asked for meanwhile has to wait."""
    tasks = [asyncio.create_task(one) for one in work]
    for _ in range(3):
        await asyncio.sleep(0)  # until each waits, those in the guard's own tasks too
    go.set()
    await asyncio.gather(*tasks)


async def _step(go: asyncio.Event, seconds: float = 0.02) -> None:
    await go.wait()
    time.sleep(seconds)  # noqa: ASYNC251 - stands for work
