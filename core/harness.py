"""The kernel as plugins' tests see it: implements comptoir_sdk.testing.Cluster, Kernel, Shop and Agent."""

import asyncio
import hashlib
import hmac
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID, uuid4

import httpx2
from comptoir_sdk import testing

from core.app import WebProcess
from core.auth.permissions import Role
from core.config import Settings, load
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.db.wake import Wake
from core.egress import Egress
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.scratch import scratch_database, scratch_postgres
from core.events.sequencer import Sequencer
from core.jobs import rows
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.messaging.intake import Intake
from core.plugins import enablement, jobs, orm
from core.plugins.enablement import Enablement
from core.plugins.host import PluginHost, Reach
from core.plugins.loader import load as load_plugins
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from core.plugins.tables import migrated_apps
from core.receiver import create_receiver
from core.secrets import Vault
from core.storage import FolderStorage
from core.tenancy.seed import connect_account, create_api_key, create_meta_app, create_tenant

_SECRET, _APP = "the app secret of a test", "harness"


@contextmanager
def cluster() -> Iterator["Cluster"]:
    """PostgreSQL for a session of tests."""
    with scratch_postgres(fsync=False) as server:
        yield Cluster(server)


class Cluster:
    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._templates: dict[tuple[str, ...], str] = {}

    @asynccontextmanager
    async def kernel(self, plugins: Sequence[str]) -> AsyncIterator[testing.Kernel]:
        """A kernel with these plugins, on a fresh copy of a migrated database."""
        template = await self._template(tuple(plugins))
        async with scratch_database(self._server, template) as name:
            with tempfile.TemporaryDirectory(prefix="comptoir-test-") as folder:
                async with _running(_settings(self._server.dsn(name), Path(folder)), plugins) as kernel:
                    yield kernel

    async def _template(self, plugins: tuple[str, ...]) -> str:
        if plugins not in self._templates:
            name = f"harness_{len(self._templates)}"
            report = await migrate(self._server.dsn(name), migrated_apps(load_plugins(plugins)))
            if report.failed:
                raise ExceptionGroup("migrations failed", list(report.failed.values()))
            self._templates[plugins] = name
        return self._templates[plugins]


def _settings(database_url: str, folder: Path) -> Settings:
    config = folder / "config.yaml"
    config.write_text("server: {public_url: 'http://comptoir.test'}\n")
    nowhere = {"VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_SECRET_KEY": "the key of a throwaway installation"}
    return load({"DATABASE_URL": database_url, "COMPTOIR_DATA": str(folder), **nowhere}, config)


@dataclass
class Switches:
    """Who has which plugin, by tenant slug."""

    on: dict[str, Mapping[str, Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def map(self) -> "Switches":
        return self

    def refresh(self) -> bool:
        return False

    def enabled(self, slug: str, plugin: str) -> bool:
        return plugin in self.on.get(slug, {})

    def settings(self, slug: str, plugin: str) -> Mapping[str, Any]:
        return self.on.get(slug, {}).get(plugin, {})

    def switch_on(self, slug: str, *plugins: str) -> None:
        self.on[slug] = {plugin: {} for plugin in plugins}


@dataclass
class Broadcasts:
    told: list[tuple[UUID, str, Mapping[str, Any]]] = field(default_factory=list)

    async def publish(self, tenant_id: UUID, topic: str, data: Mapping[str, Any]) -> None:
        self.told.append((tenant_id, topic, data))


@asynccontextmanager
async def _running(settings: Settings, plugins: Sequence[str]) -> AsyncIterator["Kernel"]:
    db = await Database.open(settings.database_url)
    storage, egress, switches, broadcasts = FolderStorage(settings.storage.path), Egress(), Switches(), Broadcasts()
    host = PluginHost(load_plugins(plugins), switches, Reach(storage, egress, broadcasts, orm.JOB_STATEMENT_SECONDS))
    vault = Vault.of(settings.key_ring)
    await create_meta_app(db, vault, _APP, app_secrets=[_SECRET], verify_token=uuid4().hex)
    web = WebProcess(settings, db, None, storage, host, create_receiver(settings, vault), vault=vault)
    kernel = Kernel(settings, vault, db, host, web, switches, broadcasts)
    try:
        async with web.app.test_app():
            yield kernel
    finally:
        await kernel.close()
        await egress.aclose()
        await db.close()


class Kernel:
    def __init__(self, settings: Settings, vault: Vault, db: Database, host: PluginHost, web: WebProcess,
                 switches: Switches, broadcasts: Broadcasts) -> None:
        self.vault, self.db, self.host, self.web = vault, db, host, web
        self._switches, self._broadcasts = switches, broadcasts
        self._wake, self._locks = Wake(settings.database_url), PairLocks(settings.database_url)
        self._enablement = Enablement(db, host.plugins, host.gate)

    @property
    def broadcasts(self) -> Sequence[tuple[UUID, str, Mapping[str, Any]]]:
        return self._broadcasts.told

    async def tenant(self, slug: str = "atlas", *, plugins: Mapping[str, Mapping[str, Any]]) -> testing.Shop:
        """Raises LookupError for a plugin that did not load, with its reason."""
        for one in self.host.plugins:
            if one.name in plugins and one.state != "loaded":
                raise LookupError(f"plugin {one.name} is {one.state}: {one.why}")
        made = await create_tenant(self.db, slug, slug.title())
        number = str(uuid4().int)[:15]
        await connect_account(self.db, self.vault, made.id, phone_number_id=number,
                              waba_id=str(uuid4().int)[:15], display_phone_number="212520000000",
                              access_token=uuid4().hex)
        self._switches.on[slug] = plugins
        await self.host.gate.refresh(self.db)
        await self._enablement.settle()
        return Shop(self, made.id, number)

    async def drain(self) -> None:
        intake, sequencer = Intake(self.db, self._wake), Sequencer(self.db, self._wake)
        try:
            while await intake.drain() + await sequencer.drain() + await self._run_jobs():
                await self._observe()
            await self._observe()
        finally:
            await intake.close()
            await sequencer.close()

    async def _observe(self) -> None:
        host = self.host
        observers = Observers(self.db, host.plugins, host.contexts, host.hooks, host.guard, self._locks)
        for one in host.plugins.loaded():
            for tenant_id in host.gate.tenants_with(one.name):
                await observers.catch_up(tenant_id, one.name)

    async def _run_jobs(self) -> int:
        host = self.host
        handlers = Handlers(*jobs.handlers(host.plugins, host.contexts, host.guard),
                            *enablement.handlers(host.plugins, host.contexts, host.hooks, host.guard))
        runner = Runner(self.db, handlers)
        async with self.db.system.acquire() as connection:
            due = [job for job in await rows.due(connection, handlers.plugins(), 100) if job.plugin != "core"]
        for job in due:
            await runner.run(job.id)
        return len(due)

    async def close(self) -> None:
        await self._locks.close()
        await self._wake.close()


class Shop:
    def __init__(self, kernel: Kernel, tenant_id: UUID, phone_number_id: str) -> None:
        self._kernel, self.tenant_id, self._number = kernel, tenant_id, phone_number_id

    async def receives(self, text: str, *, sender: str, name: str = "Zineb") -> None:
        payload = json.dumps(_message(self._number, text, sender.removeprefix("+"), name)).encode()
        digest = hmac.new(_SECRET.encode(), payload, hashlib.sha256).hexdigest()
        transport = httpx2.ASGITransport(app=cast(Any, self._kernel.web))
        async with httpx2.AsyncClient(transport=transport, base_url="http://comptoir.test") as client:
            answer = await client.post(f"/webhooks/whatsapp/{_APP}", content=payload,
                                       headers={"X-Hub-Signature-256": f"sha256={digest}"})
        answer.raise_for_status()

    async def agent(self, role: str = "agent") -> testing.Agent:
        key = await create_api_key(self._kernel.db, self.tenant_id, f"the {role}", cast(Role, role))
        return Agent(self._kernel, key)

    async def rows(self, model: str) -> Sequence[Any]:
        app, _, name = model.partition(".")
        one = self._kernel.host.plugins.find(app)
        if one is None or one.plugin is None:
            raise LookupError(f"plugin {app} is not loaded")
        found = next(kind for module in one.plugin.models if (kind := getattr(import_module(module), name, None)))
        with tenant_scope(self.tenant_id):
            return list(await found.all().order_by("id"))


@dataclass(frozen=True)
class Answer:
    status: int
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Agent:
    def __init__(self, kernel: Kernel, key: str) -> None:
        self._client: Any = kernel.web.app.test_client()
        self._headers = {"Authorization": f"Bearer {key}"}

    async def get(self, path: str) -> testing.Answer:
        return await self._ask("GET", path)

    async def post(self, path: str, *, json: Any = None, form: Mapping[str, str] | None = None) -> testing.Answer:
        return await self._ask("POST", path, json, form)

    async def put(self, path: str, *, json: Any = None) -> testing.Answer:
        return await self._ask("PUT", path, json)

    async def delete(self, path: str) -> testing.Answer:
        return await self._ask("DELETE", path)

    async def _ask(self, method: str, path: str, body: Any = None,
                   form: Mapping[str, str] | None = None) -> testing.Answer:
        headers, sent = dict(self._headers), b""
        if form is not None:
            headers["Content-Type"], sent = "application/x-www-form-urlencoded", urlencode(form).encode()
        elif body is not None:
            headers["Content-Type"], sent = "application/json", json.dumps(body).encode()
        async with asyncio.timeout(30):
            answer = await self._client.open(path, method=method, headers=headers, data=sent)
        return Answer(answer.status_code, await answer.get_data(as_text=True))


def _message(phone_number_id: str, text: str, sender: str, name: str) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "212520000000", "phone_number_id": phone_number_id},
        "contacts": [{"profile": {"name": name}, "wa_id": sender}],
        "messages": [{"from": sender, "id": f"wamid.{uuid4().hex}", "timestamp": str(int(time.time())),
                      "type": "text", "text": {"body": text}}],
    }
    return {"object": "whatsapp_business_account", "entry": [{"id": "0", "changes": [
        {"field": "messages", "value": value}]}]}
