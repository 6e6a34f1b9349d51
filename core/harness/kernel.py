"""A running kernel on a database of the test's own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, cast
from uuid import UUID, uuid4

from core.app import WebProcess
from core.config import Settings, load
from core.db.pool import Database
from core.harness.agent import Agent
from core.harness.browser import Browsers
from core.harness.errands import Errands
from core.harness.examined import Examined
from core.harness.meta import Graph, Registered
from core.harness.outside import Outside
from core.harness.serving import address, reserved, served
from core.harness.shop import APP, SECRET, Shop
from core.harness.switches import Broadcasts, Switches
from core.plugins import orm
from core.plugins.enablement import Enablement
from core.plugins.host import PluginHost, Reach
from core.plugins.loader import load as load_plugins
from core.receiver import create_receiver
from core.secrets import Vault
from core.storage import FolderStorage
from core.tenancy.seed import connect_account, create_meta_app, create_tenant


@asynccontextmanager
async def running(database_url: str, folder: Path, plugins: Sequence[str]) -> AsyncIterator["Kernel"]:
    """Start, hand out, stop. Raises AssertionError at the end when a page has complained."""
    async with AsyncExitStack() as stack:
        kernel = await _started(database_url, folder, plugins, stack)
        yield kernel
    if kernel.browsers.errors:
        raise AssertionError("a page complained: " + "; ".join(kernel.browsers.errors))


async def _started(database_url: str, folder: Path, plugins: Sequence[str], stack: AsyncExitStack) -> "Kernel":
    door = reserved()
    stack.callback(door.close)
    settings = _settings(database_url, folder, address(door))
    db = await Database.open(settings.database_url)
    stack.push_async_callback(db.close)
    storage, egress, switches, broadcasts = FolderStorage(settings.storage.path), Outside(), Switches(), Broadcasts()
    stack.push_async_callback(egress.aclose)
    vault, verify_token = Vault.of(settings.key_ring), uuid4().hex
    host = PluginHost(load_plugins(plugins), switches,
                      Reach(storage, egress, broadcasts, orm.JOB_STATEMENT_SECONDS, vault))
    await create_meta_app(db, vault, APP, app_secrets=[SECRET], verify_token=verify_token)
    web = WebProcess(settings, db, None, storage, host, create_receiver(settings, vault), vault=vault)
    broadcasts.say = web.gateway.hub.say
    graph = Graph(f"{settings.public_url}/webhooks/whatsapp/{APP}", SECRET, verify_token)
    stack.callback(graph.close)
    kernel = Kernel(settings, vault, db, host, web, switches, broadcasts, graph, egress, door, stack)
    stack.push_async_callback(kernel.errands.close)
    await stack.enter_async_context(cast(Any, web.app.test_app()))
    return kernel


def _settings(database_url: str, folder: Path, url: str) -> Settings:
    config = folder / "config.yaml"
    config.write_text(f"server: {{public_url: '{url}'}}\n")
    nowhere = {"VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_SECRET_KEY": "the key of a throwaway installation"}
    return load({"DATABASE_URL": database_url, "COMPTOIR_DATA": str(folder), **nowhere}, config)


class Kernel:
    def __init__(self, settings: Settings, vault: Vault, db: Database, host: PluginHost, web: WebProcess,
                 switches: Switches, broadcasts: Broadcasts, graph: Graph, outside: Outside, door: Any,
                 stack: AsyncExitStack) -> None:
        self.vault, self.db, self.host, self.process, self.graph = vault, db, host, web, graph
        self.web = outside
        self.switches, self._broadcasts, self._door, self._stack = switches, broadcasts, door, stack
        self.url, self.browsers = settings.public_url, Browsers(settings.public_url)
        self.errands = Errands(settings, vault, db, host)
        self._enablement = Enablement(db, host.plugins, host.gate)
        self._served = False

    @property
    def broadcasts(self) -> Sequence[tuple[UUID, str, Mapping[str, Any]]]:
        return self._broadcasts.told

    @property
    def stranger(self) -> Agent:
        """Somebody who has not logged in."""
        return Agent(self.process, self)

    async def tenant(self, slug: str = "atlas", *, plugins: Mapping[str, Mapping[str, Any]]) -> Shop:
        """Raises LookupError for a plugin that did not load, or cannot be switched on, with its reason."""
        for one in self.host.plugins:
            if one.name in plugins and one.state != "loaded":
                raise LookupError(f"plugin {one.name} is {one.state}: {one.why}")
        made = await create_tenant(self.db, slug, slug.title())
        number = Registered(_digits(15), _digits(15), f"2125{_digits(8)}", uuid4().hex)
        self.graph.register(number)
        await connect_account(self.db, self.vault, made.id, phone_number_id=number.phone_number_id,
                              waba_id=number.waba_id, display_phone_number=number.display_phone_number,
                              access_token=number.token, graph_url=self.graph.url)
        shop = Shop(self, made.id, slug, number)
        await shop.switch(plugins)
        return shop

    async def settle(self) -> None:
        """The gate looks at who has what, and plugins that were switched are told."""
        await self.host.gate.refresh(self.db)
        await self._enablement.settle()

    async def drain(self) -> None:
        errands = self.errands
        while await errands.receive() + await errands.run_jobs() + await self._send():
            await errands.observe()
        await errands.observe()
        await errands.read_for_search()

    def examine(self, plugin: str) -> Examined:
        """Raises LookupError for a plugin that is not installed."""
        found = next((one for one in self.host.plugins if one.name == plugin), None)
        if found is None:
            raise LookupError(f"no plugin {plugin!r} is installed; there are {[one.name for one in self.host.plugins]}")
        return Examined(self.db, self.host, found)

    async def browse(self, cookie: dict[str, str], path: str, options: Mapping[str, Any]) -> Any:
        await self.serve()
        page = await self.browsers.open(self._stack, cookie, **options)
        await page.goto(path)
        return page

    async def serve(self) -> str:
        """Answer at `url` as well, over a real socket, from now on."""
        if not self._served:
            self._served = True
            await self._stack.enter_async_context(served(self.process, self._door))
        return self.url

    async def _send(self) -> int:
        if not await self.errands.has_post():
            return 0
        await self.serve()
        await self.graph.start(self._stack)
        sent = await self.errands.send()
        await self.graph.settle()
        return sent


def _digits(count: int) -> str:
    return str(uuid4().int)[:count]
