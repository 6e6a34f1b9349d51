"""An edit of config.yaml is live in every process within five seconds, no socket is lost, and all of them tell figures.

The processes are those of an installation: two web, a worker, and the worker that an isolated plugin has to itself.
"""

import asyncio
import json
import os
import re
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from websockets.asyncio.client import ClientConnection, connect

from core.auth.api_keys import create_api_key
from core.commands.migrate import migrate
from core.config import load
from core.db.pool import Database
from core.jobs.queue import enqueue
from tests.seed import SeededTenant

_PATIENCE = 120.0
_LIVE_SECONDS = 5.0
_PLUGIN = '''
import os
from comptoir_sdk import Channel, Job, Plugin, Route, hookimpl

class Live(Plugin):
    name = "{name}"
    version = "1.0"

    @hookimpl
    def register_routes(self):
        return [Route("/ping", ping, public=True)]

    @hookimpl
    def register_channels(self):
        return [Channel("changes", "conversations.read")]

    @hookimpl
    def register_jobs(self):
        return [Job("tell", tell)]

    @hookimpl
    async def on_plugin_enabled(self, ctx, settings):
        await ctx.storage.put("enabled", str(os.getpid()).encode())

    @hookimpl
    async def on_plugin_disabled(self, ctx):
        await ctx.storage.put("disabled", str(os.getpid()).encode())

async def ping(ctx):
    return {{"pid": os.getpid()}}

async def tell(ctx, number):
    await ctx.storage.put(f"told/{{number}}", str(os.getpid()).encode())

plugin = Live()
'''
_CONFIG = """
plugins: {{acme_live: {{}}, acme_apart: {{isolate: true, memory_mb: 256}}}}
tenants: {{atlas: {{plugins: [{on}]}}}}
"""
_NAMES = ("acme_live", "acme_apart")


@dataclass
class House:
    """Everything that runs, and what it keeps on disk."""

    folder: Path
    webs: list[str]
    worker: str
    processes: list[asyncio.subprocess.Process]
    client: httpx2.AsyncClient

    def switch(self, *on: str) -> float:
        """From now on the tenant has these; when that was written."""
        fresh = self.folder / "config.fresh"
        fresh.write_text(_CONFIG.format(on=", ".join(on)))
        fresh.replace(self.folder / "config.yaml")
        return time.monotonic()

    def kept(self, plugin: str, key: str) -> str | None:
        found = next(self.folder.glob(f"media/plugins/*/{plugin}/{key}"), None)
        return found.read_text() if found else None

    def forget(self) -> None:
        for path in self.folder.glob("media/plugins/*/*/*abled"):
            path.unlink()


@pytest.fixture
async def house(database_url: str, valkey_url: str, tenant: SeededTenant, tmp_path: Path) -> AsyncIterator[House]:
    site = tmp_path / "site"
    for name in _NAMES:
        info = site / f"{name}-1.0.dist-info"
        info.mkdir(parents=True)
        (site / f"{name}.py").write_text(_PLUGIN.format(name=name))
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[comptoir.plugins]\n{name} = {name}:plugin\n")
    environment = {**os.environ, "DATABASE_URL": database_url, "VALKEY_URL": valkey_url, "PYTHONPATH": str(site),
                   "COMPTOIR_DATA": str(tmp_path), "COMPTOIR_CONFIG": str(tmp_path / "config.yaml")}
    (tmp_path / "config.yaml").write_text(_CONFIG.format(on=""))
    assert await migrate(load(environment), lambda _: None)
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx2.AsyncClient(trust_env=False, timeout=30))
        started = [await stack.enter_async_context(_process(kind, environment, tmp_path))
                   for kind in ("web", "web", "worker")]
        for _, url in started:
            await _until(lambda url=url: _answers(client, f"{url}/readyz", 200))  # type: ignore[misc]
        urls = [url for _, url in started]
        yield House(tmp_path, urls[:2], urls[2], [process for process, _ in started], client)


@asynccontextmanager
async def _process(kind: str, environment: dict[str, str],
                   folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    with socket.create_server(("127.0.0.1", 0)) as listener, (folder / f"{kind}.log").open("a") as log:
        listener.set_inheritable(True)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "core.cli", kind, "--fd", str(listener.fileno()), env=environment,
            pass_fds=[listener.fileno()], stdout=log, stderr=log)
        try:
            yield process, f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _until(true: Callable[[], Awaitable[bool]], seconds: float = _PATIENCE) -> float:
    """Ask again until it is so; when it was."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - another process tells nobody here
            await asyncio.sleep(0.05)
    return time.monotonic()


async def _answers(client: httpx2.AsyncClient, url: str, status: int) -> bool:
    try:
        return (await client.get(url)).status_code == status
    except httpx2.TransportError:
        return False


async def _subscribed(ws: ClientConnection, topic: str) -> bool:
    """Asks for the topic; whether the process gives it."""
    await ws.send(json.dumps({"t": "subscribe", "topic": topic}))
    await ws.send(json.dumps({"t": "subscribe", "topic": "comptoir.nobody"}))  # refused, and so the end of the answer
    refused = False
    while True:
        frame = json.loads(await ws.recv())
        if frame["t"] == "error" and frame["topic"] == topic:
            refused = True
        if frame["t"] == "error" and frame["topic"] == "comptoir.nobody":
            return not refused


@pytest.mark.timeout(400)
async def test_an_edit_is_live_everywhere_within_five_seconds_and_no_socket_is_lost(
        house: House, db: Database, tenant: SeededTenant) -> None:
    key = await create_api_key(db, tenant.id, "a program", "agent")
    sockets = [await connect(f"{url.replace('http', 'ws')}/ws", additional_headers={"Authorization": f"Bearer {key}"})
               for url in house.webs]
    # The worker of the isolated plugin is awake once it does a job; off, the job leaves nothing.
    await _until(lambda: _is_worked(db, tenant))

    began = house.switch(*_NAMES)
    took = await _all_see(house, sockets, began, on=True)
    assert max(took.values()) < _LIVE_SECONDS, took
    pids = {name: house.kept(name, "enabled") for name in _NAMES}
    assert pids["acme_live"] == str(house.processes[2].pid)
    assert pids["acme_apart"] not in {str(process.pid) for process in house.processes}

    house.forget()
    began = house.switch()
    took |= await _all_see(house, sockets, began, on=False)
    assert max(took.values()) < _LIVE_SECONDS, took
    assert {name: house.kept(name, "disabled") for name in _NAMES} == pids, "the same processes: nobody was restarted"
    before = {name: await _told(house, db, tenant, name) for name in _NAMES}
    assert before == dict.fromkeys(_NAMES), "off, its jobs do not run"
    assert [process.returncode for process in house.processes] == [None, None, None]
    assert [ws.close_code for ws in sockets] == [None, None], "no socket was lost"
    for ws in sockets:
        await ws.close()
    print("live after", {what: f"{seconds:.2f} s" for what, seconds in took.items()})

    # What the guard of each process wrote down is told by the worker that is asked, the isolated one's too.
    await _until(lambda: _tells(house))


async def _all_see(house: House, sockets: list[ClientConnection], began: float, *, on: bool) -> dict[str, float]:
    """Who has seen the change after how many seconds."""
    word = "on" if on else "off"
    seen: dict[str, Callable[[], Awaitable[bool]]] = {}
    for number, (url, ws) in enumerate(zip(house.webs, sockets, strict=True)):
        for name in _NAMES:
            address = f"{url}/api/v1/p/{name}/public/atlas/ping"
            seen[f"{word}: web {number}, {name}"] = lambda address=address: _answers(  # type: ignore[misc]
                house.client, address, 200 if on else 404)
        seen[f"{word}: socket {number}"] = lambda ws=ws: _is(_subscribed(ws, "acme_live.changes"), on)  # type: ignore[misc]
    for name in _NAMES:
        key = "enabled" if on else "disabled"
        seen[f"{word}: worker, {name}"] = lambda name=name, key=key: _is_kept(house, name, key)  # type: ignore[misc]
    moments = await asyncio.gather(*(_until(look, 60) for look in seen.values()))
    return {what: moment - began for what, moment in zip(seen, moments, strict=True)}


async def _tells(house: House) -> bool:
    return _figures((await house.client.get(f"{house.worker}/metrics")).text) >= _FIGURES


async def _is(answer: Awaitable[bool], wanted: bool) -> bool:
    return await answer == wanted


async def _is_kept(house: House, plugin: str, key: str) -> bool:
    return house.kept(plugin, key) is not None


async def _is_worked(db: Database, tenant: SeededTenant) -> bool:
    await _run_job(db, tenant, "acme_apart", 0)
    return True


async def _told(house: House, db: Database, tenant: SeededTenant, plugin: str) -> str | None:
    await _run_job(db, tenant, plugin, 99)
    return house.kept(plugin, "told/99")


async def _run_job(db: Database, tenant: SeededTenant, plugin: str, number: int) -> None:
    async with db.system_transaction() as connection:
        job = await enqueue(connection, tenant.id, plugin, "tell", {"number": number}, max_attempts=1)
    async with asyncio.timeout(_PATIENCE):
        while await db.system.fetchval("select state from jobs where id = $1", job) != "done":  # noqa: ASYNC110
            await asyncio.sleep(0.05)


_FIGURES = {'comptoir_plugin_today_calls{call="on_plugin_enabled",plugin="acme_apart"}',
            'comptoir_plugin_today_seconds{call="on_plugin_disabled",plugin="acme_apart"}',
            'comptoir_plugin_today_failures{call="on_plugin_enabled",plugin="acme_live"}',
            'comptoir_plugin_worker_memory_bytes{plugin="acme_apart"}',
            'comptoir_plugin_worker_starts{plugin="acme_apart"}'}


def _figures(text: str) -> set[str]:
    return set(re.findall(r"^(comptoir_plugin_\w+\{[^}]*\})", text, flags=re.MULTILINE))
