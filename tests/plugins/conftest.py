from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from core.db.pool import Database
from core.plugins.host import PluginHost
from tests.plugins.installation import Broadcasts, Switches, make_host
from tests.plugins.samples import good

StartHost = Callable[..., Awaitable[PluginHost]]


@pytest.fixture
def switches() -> Switches:
    return Switches()


@pytest.fixture
def broadcasts() -> Broadcasts:
    return Broadcasts()


@pytest.fixture(autouse=True)
def forget_what_was_seen() -> None:
    good.seen.clear()


@pytest.fixture
async def start_host(db: Database, switches: Switches, broadcasts: Broadcasts,
                     tmp_path: Path) -> AsyncIterator[StartHost]:
    """`await start_host("good", …)`: a host with these plugins, started on the test's database."""
    started: list[PluginHost] = []

    async def start(*names: str) -> PluginHost:
        host = make_host(names, switches, broadcasts, tmp_path)
        started.append(host)
        await host.start(db)
        return host

    yield start
    for host in started:
        await host.stop()
