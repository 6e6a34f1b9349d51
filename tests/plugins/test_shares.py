"""Plugins share connections and threads: what one does with its own reaches no neighbour."""

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tortoise.connection import get_connection

from core.auth.passwords import Passwords
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.db.shares import SHARE, held_by
from core.plugins.host import PluginHost
from core.plugins.orm import transaction
from core.plugins.threads import MOST
from core.storage import FolderStorage
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.plugins.samples import hostile
from tests.plugins.web import Web, principal
from tests.seed import SeededTenant


@pytest.fixture
async def host(db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> PluginHost:
    switches.switch_on("atlas", "good", "unsettling", "hoards", "hangs_in_threads")
    return await start_host("good", "unsettling", "hoards", "hangs_in_threads")


@pytest.mark.parametrize(("statement", "look", "clean"), [
    ("set statement_timeout = 0", "show statement_timeout", "2s"),
    ("set search_path = pg_temp", "show search_path", '"$user", public'),
    ("set timezone = 'Asia/Tokyo'", "show timezone", "UTC"),
    ("select pg_advisory_lock(42)", "select count(*) from pg_locks where locktype = 'advisory' and objid = 42", 0),
    ("create temp table contacts (id int)", "select count(*) from pg_class where relname = 'contacts' "
     "and pg_my_temp_schema() = relnamespace", 0),
    ("listen gossip", "select count(*) from pg_listening_channels()", 0),
    ("prepare mine as select 1", "select count(*) from pg_prepared_statements where name = 'mine'", 0),
])
async def test_what_one_sets_in_its_session_ends_with_it(
        host: PluginHost, tenant: SeededTenant, statement: str, look: str, clean: object) -> None:
    client = get_connection("default")
    with tenant_scope(tenant.id):
        with held_by("unsettling"):
            _, [before] = await client.execute_query("select pg_backend_pid() as pid")
            await client.execute_query(statement)
        with held_by("good"):
            _, [after] = await client.execute_query("select pg_backend_pid() as pid")
            _, [row] = await client.execute_query(look)
    assert before["pid"] == after["pid"], "the neighbour has the same connection"
    assert next(iter(dict(row).values())) == clean


async def test_a_statement_of_the_neighbours_is_still_ended_in_time(
        host: PluginHost, db: Database, tenant: SeededTenant) -> None:
    owner = principal(tenant.id, "owner", host)
    assert (await Web(host).ask(owner, "GET", "/api/v1/p/unsettling/no_limit")).status_code == 204
    assert (await Web(host).ask(owner, "GET", "/api/v1/p/unsettling/sleep")).status_code == 503
    assert "statement timeout" in str(await _told(host, db, "unsettling"))


async def test_one_that_takes_every_connection_it_can_leaves_some_to_its_neighbours(
        host: PluginHost, tenant: SeededTenant) -> None:
    taken = [asyncio.create_task(_hold(host, tenant, "hoards")) for _ in range(3 * SHARE)]
    try:
        async with asyncio.timeout(1):
            with tenant_scope(tenant.id), held_by("good"):
                for _ in range(SHARE):
                    await get_connection("default").execute_query("select 1")
        assert sum(task.done() for task in taken) == 0
    finally:
        for task in taken:
            task.cancel()
        await asyncio.gather(*taken, return_exceptions=True)
    async with asyncio.timeout(5):  # what was cancelled while it waited has given its place back
        with tenant_scope(tenant.id), held_by("hoards"):
            await asyncio.gather(*(get_connection("default").execute_query("select 1") for _ in range(3 * SHARE)))


async def _hold(host: PluginHost, tenant: SeededTenant, plugin: str) -> None:
    with tenant_scope(tenant.id), held_by(plugin):
        async with transaction():
            await asyncio.Event().wait()


async def test_what_one_call_takes_is_the_plugins(host: PluginHost, tenant: SeededTenant) -> None:
    hostile.hoards.held = 0
    greedy = asyncio.create_task(Web(host).ask(principal(tenant.id, "owner", host), "GET", "/api/v1/p/hoards/all"))
    async with asyncio.timeout(10):
        while hostile.hoards.held < SHARE:  # noqa: ASYNC110 - the sample sets no event
            await asyncio.sleep(0.01)
        with tenant_scope(tenant.id), held_by("good"):
            await asyncio.gather(*(get_connection("default").execute_query("select 1") for _ in range(SHARE)))
        assert hostile.hoards.held == SHARE
        hostile.hoards.over.set()
        assert (await greedy).status_code == 204
        assert hostile.hoards.held == 20


@pytest.fixture
async def hanging(host: PluginHost, tenant: SeededTenant) -> AsyncIterator[None]:
    """Every thread that one plugin may have hangs, and more wait for one."""
    plugin = hostile.hangs_in_threads
    calls = [asyncio.create_task(Web(host).ask(principal(tenant.id, "owner", host), "GET",
                                               "/api/v1/p/hangs_in_threads/wait")) for _ in range(2 * MOST)]
    async with asyncio.timeout(10):
        while plugin.hanging < MOST:  # noqa: ASYNC110 - a thread sets no event of the loop's
            await asyncio.sleep(0.01)
    yield
    plugin.over.set()
    await asyncio.gather(*calls, return_exceptions=True)


@pytest.mark.usefixtures("hanging")
async def test_threads_that_hang_starve_neither_kernel_nor_neighbours(
        host: PluginHost, tenant: SeededTenant, tmp_path: Path) -> None:
    async with asyncio.timeout(5):
        storage = FolderStorage(tmp_path)
        await storage.put("a/b", b"salam", "text/plain")
        assert await storage.get("a/b") == b"salam"
        assert await Passwords().hash("correct horse battery staple")
        assert await host.guard.call("good", "job x", 5, lambda: asyncio.to_thread(threading.current_thread))


@pytest.mark.usefixtures("hanging")
async def test_they_do_not_keep_the_process_from_ending(host: PluginHost) -> None:
    ours = [thread for thread in threading.enumerate() if thread.name.startswith("hangs_in_threads")]
    assert len(ours) == MOST
    assert all(thread.daemon for thread in ours)


async def _told(host: PluginHost, db: Database, plugin: str) -> object:
    await host.record.settle(db)
    return await db.system.fetchval("select told from plugin_incidents where plugin = $1", plugin)
