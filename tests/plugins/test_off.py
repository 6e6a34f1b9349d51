"""Whatever any installed plugin registers is there for the tenant that has it, and for nobody else: off, it is gone."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.app import WebProcess
from core.config import PluginGate, Settings, load
from core.config.edit import switch
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.events.log import Event
from core.jobs.cron import Clock
from core.jobs.queue import enqueue
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins import jobs
from core.plugins.gate import Gate
from core.plugins.happenings import HOOKS
from core.plugins.host import PluginHost
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from core.plugins.tables import migrated_apps
from core.web import PluginFiles
from core.web.assets import Assets
from tests.http.callers import Caller, new_member
from tests.http.conftest import Drawer
from tests.plugins.installation import Broadcasts, Switches, load_samples, make_host
from tests.plugins.web import principal
from tests.seed import SECRET_KEY, SeededTenant

INSTALLED = ("contacts", "inbox", "settings", "good")
GONE = "There is nothing here."
_PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass
class World:
    process: WebProcess
    host: PluginHost
    db: Database

    async def enter(self, tenant: SeededTenant) -> Caller:
        _, email = await new_member(self.db, tenant.id, "owner")
        caller = Caller(self.process.app)
        assert (await caller.log_in(email)).status == 200
        return caller

    async def found(self, tenant: SeededTenant, caller: Caller) -> dict[str, set[str]]:
        """Of each kind of thing, the plugins of which something is there."""
        return {
            "routes": await self.routes(tenant, caller), "files": await self.files(caller),
            "words": await self.words(caller), "pieces": await self.pieces(caller),
            "modules": await self.modules(caller), "operations": await self.operations(caller),
            "permissions": await self.permissions(caller), "topics": self.topics(tenant),
            "jobs": await self.jobs(tenant), "crons": await self.crons(tenant), "observers": self.observers(tenant),
        }  # fmt: skip

    def declared(self) -> dict[str, set[str]]:
        """The same as the plugins registered it."""
        loaded = self.host.plugins.loaded()
        files = {one.plugin for one in self.host.files() if one.static}
        return {
            "routes": {one.name for one in loaded if one.declared.routes}, "files": files,
            "words": {one.name for one in loaded},
            "pieces": {one.name for one in loaded if one.declared.panels}, "modules": files,
            "operations": {one.name for one in loaded if one.declared.routes},
            "permissions": {one.name for one in loaded if one.plugin and one.plugin.permissions},
            "topics": {one.name for one in loaded if one.declared.channels},
            "jobs": {one.name for one in loaded if one.declared.jobs},
            "crons": {one.name for one in loaded if any(job.cron for job in one.declared.jobs)},
            "observers": {one.plugin for hooks in HOOKS.values() for hook in hooks
                          for one in self.host.hooks.implementations(hook)},
        }  # fmt: skip

    async def routes(self, tenant: SeededTenant, caller: Caller) -> set[str]:
        found = set()
        for one in self.host.plugins.loaded():
            for route in one.declared.routes:
                rule = f"/public/{tenant.slug}{route.rule}" if route.public else route.rule
                path = f"/p/{one.name}{_PLACEHOLDER.sub(lambda _: str(uuid4()), rule)}"
                for method in route.methods:
                    answer = await caller.ask(method, path, {} if method != "GET" else None)
                    if answer.status != 404 or answer.json["detail"] != GONE:
                        found.add(one.name)
        return found

    async def files(self, caller: Caller) -> set[str]:
        return {name for name, kept in self.assets.plugins.items() for path in kept.files
                if (await self.get(caller, f"{kept.base}/{path}")).status_code == 200}

    async def words(self, caller: Caller) -> set[str]:
        kept = self.assets.catalogues
        return {name for path in kept.files if (name := path.partition(".")[0]) != "core"
                and (await self.get(caller, f"{kept.base}/{path}")).status_code == 200}

    @property
    def assets(self) -> Assets:
        """As the web process made them: the same files have the same addresses."""
        return Assets([PluginFiles(one.plugin, one.static, one.locale) for one in self.host.files()])

    async def pieces(self, caller: Caller) -> set[str]:
        ui = (await caller.get("/bootstrap")).json["ui"]
        shown = {one["plugin"] for kind, pieces in ui.items() if kind not in ("plugins", "provides") for one in pieces}
        return shown | set(ui["plugins"])

    async def modules(self, caller: Caller) -> set[str]:
        answer = await self.get(caller, "/")
        if answer.status_code == 303:  # to the first page, if there is one
            answer = await self.get(caller, answer.headers["Location"])
        page = await answer.get_data(as_text=True)
        return set(re.findall(r'"/p/(\w+)/static/', page))

    async def operations(self, caller: Caller) -> set[str]:
        paths = (await caller.get("/openapi.json")).json["paths"]
        return {path.split("/p/")[1].split("/")[0] for path in paths if "/p/" in path}

    async def permissions(self, caller: Caller) -> set[str]:
        told = (await caller.get("/permissions")).json["items"]
        return {one["plugin"] for one in told if one["plugin"]}

    def topics(self, tenant: SeededTenant) -> set[str]:
        owner = principal(tenant.id, "owner", self.host)
        return {one.name for one in self.host.plugins.loaded() for channel in one.declared.channels
                if self.host.allows(owner, f"{one.name}.{channel.name}")}

    async def jobs(self, tenant: SeededTenant) -> set[str]:
        host = self.host
        runner = Runner(self.db, Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard)))
        host.guard.spending.take()
        for one in host.plugins.loaded():
            for job in one.declared.jobs:
                async with self.db.system_transaction() as connection:
                    waiting = await enqueue(connection, tenant.id, one.name, job.name, {}, max_attempts=1)
                assert await runner.run(waiting)
        return {plugin for plugin, call, _ in host.guard.spending.take() if call.startswith("job ")}

    async def crons(self, tenant: SeededTenant) -> set[str]:
        await self.db.system.execute("delete from jobs; delete from cron_ticks")
        clock, now = Clock(self.db, list(jobs.crons(self.host.plugins, self.host.gate))), datetime.now(UTC)
        await clock.tick(now)
        await clock.tick(now + timedelta(days=32))
        rows = await self.db.system.fetch("select distinct plugin from jobs where tenant_id = $1", tenant.id)
        return {row["plugin"] for row in rows}

    def observers(self, tenant: SeededTenant) -> set[str]:
        host = self.host
        observers = Observers(self.db, host.plugins, host.contexts, host.hooks, host.guard, PairLocks(self.db.url))
        events = [Event(tenant.id, 1, 1, 1, kind, None, {}, datetime.now(UTC)) for kind in HOOKS]
        return {offer.queue for offer in observers.offers(events)}

    async def get(self, caller: Caller, path: str) -> Any:
        return await caller._client.get(path, headers=caller.headers)


@pytest.fixture
async def world(database_url: str, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
                broadcasts: Broadcasts, tmp_path: Path) -> AsyncIterator[World]:
    report = await migrate(database_url, migrated_apps(load_samples(*INSTALLED)))
    assert not report.failed
    switches.switch_on("atlas", *INSTALLED)
    host = make_host(INSTALLED, switches, broadcasts, tmp_path)
    process = WebProcess(_settings(database_url, tmp_path), db, None, Drawer(), host, None)
    async with process.app.test_app():
        yield World(process, host, db)


def _settings(database_url: str, folder: Path) -> Settings:
    (folder / "config.yaml").write_text("server: {public_url: 'http://localhost'}\n")
    return load({"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_DATA": str(folder),
                 "COMPTOIR_SECRET_KEY": SECRET_KEY}, folder / "config.yaml")


async def test_everything_is_there_where_it_is_on_and_nothing_where_it_is_not(
        world: World, tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches) -> None:
    owner, stranger = await world.enter(tenant), await world.enter(other_tenant)
    everything, nothing = world.declared(), {kind: set[str]() for kind in world.declared()}
    assert all(everything.values()), "each kind is registered by some plugin, or this walk proves nothing"
    assert await world.found(tenant, owner) == everything
    assert await world.found(other_tenant, stranger) == nothing

    attributes = f"/p/contacts/contacts/{await _contact(world.db, tenant)}/attributes"
    assert (await owner.ask("PUT", attributes, {"attributes": {"city": "Fes"}})).status == 200
    headers = {"Cookie": owner.cookie(), "Origin": "http://localhost"}
    async with owner._client.websocket("/ws", headers=headers) as socket:
        for name in ("inbox.notes", "good.changes"):
            await socket.send_json({"t": "subscribe", "topic": name})
        subscriber = await _subscribed(world, 2)

        switches.on["atlas"] = {}
        await world.host.gate.refresh(world.db)
        await world.process.gateway.revalidation.check()
        assert await world.found(tenant, owner) == nothing
        assert subscriber.topics == set()
        assert world.process.gateway.hub.subscribers() == [subscriber], "the socket itself stays"

    switches.switch_on("atlas", *INSTALLED)
    await world.host.gate.refresh(world.db)
    assert await world.found(tenant, owner) == everything
    assert "Fes" in str((await owner.get(attributes)).json), "data stays"


async def _contact(db: Database, tenant: SeededTenant) -> UUID:
    contact: UUID = await db.system.fetchval(
        "insert into contacts (tenant_id, name) values ($1, 'Zineb') returning id", tenant.id)
    return contact


async def _subscribed(world: World, topics: int) -> Any:
    async with asyncio.timeout(20):
        while True:
            for one in world.process.gateway.hub.subscribers():
                if len(one.topics) == topics:
                    return one
            await asyncio.sleep(0.01)


async def test_an_edit_of_the_file_is_live_in_every_process_within_five_seconds(
        db: Database, tenant: SeededTenant, tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("plugins: {good: {}}\ntenants: {defaults: {plugins: []}}  # nobody yet\n")
    start = load({"COMPTOIR_DATA": str(tmp_path)}, path).plugins
    gates = [Gate(load_samples("good"), PluginGate(path, start)) for _process in range(2)]
    running = [asyncio.create_task(gate.run(db)) for gate in gates]
    try:
        for on in (True, False, True):
            assert switch(path, "atlas", "good", on=on)
            async with asyncio.timeout(5):
                while any(gate.enabled(tenant.id, "good") != on for gate in gates):  # noqa: ASYNC110 - they poll
                    await asyncio.sleep(0.05)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
