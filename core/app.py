"""The web process: pages, JSON API, WebSocket, plugins' routes; and the receiver, so that one port is enough."""

import asyncio
import gc
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

import uvloop
from comptoir_sdk import Route
from prometheus_client.core import GaugeMetricFamily
from quart import request
from redis.asyncio import Redis

from core import web
from core.auth.attempts import LoginAttempts
from core.auth.passwords import Passwords
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.ways import Ways
from core.config import PluginGate, Settings
from core.db.pool import Database
from core.db.wake import Wake
from core.door import Door
from core.egress import Egress
from core.events.tail import Tail
from core.http import api, hardening, health, problem
from core.http.application import Application
from core.http.doorman import Doorman, session_cookie
from core.http.file_links import FileLinks
from core.http.kept_answers import KeptAnswers
from core.http.serve import serve
from core.http.services import (
    KEY,
    Attachments,
    NoPreferences,
    Preferences,
    Services,
    no_plugins,
    nobody_finds,
    nobody_provides,
)
from core.limits.limiter import Limiter
from core.mail import Mail
from core.messaging import gate
from core.messaging.gate import Author, Draft, OutboundFilter, Submitted
from core.messaging.media import Uploads
from core.messaging.numbers import NumberDesk
from core.messaging.receipts import queue_read_receipt
from core.messaging.retry import retry
from core.messaging.search.question import Question
from core.metrics.page import PATH as METRICS
from core.metrics.page import Page
from core.metrics.process import breakers, sockets
from core.metrics.work import Work
from core.outward.addresses import Addresses
from core.outward.endpoints import Endpoints
from core.outward.frames import Frames
from core.people import People, Policy
from core.plugins import memory, orm
from core.plugins.channels import ValkeyBroadcast
from core.plugins.host import PluginHost, Reach
from core.plugins.loader import load
from core.plugins.moments import ValkeyMoments
from core.plugins.ui import Files
from core.plugins.watchdog import Watchdog, watched
from core.push.vapid import contact_of
from core.realtime.gateway import Gateway
from core.realtime.topics import Channels, NoChannels, Topics
from core.receiver import Receiver, create_receiver
from core.renditions import Workshop
from core.secrets import Vault
from core.serving import Listener
from core.storage import open_storage
from core.web import PluginFiles, language

_LARGEST_BODY = 1024 * 1024


class Plugins(Protocol):
    """The room of plugins, as the web process uses it (`core.plugins.host.PluginHost`)."""

    @property
    def permissions(self) -> Collection[str]: ...
    @property
    def filter_outbound(self) -> OutboundFilter | None: ...
    @property
    def preferences(self) -> Preferences: ...
    def resting(self) -> Mapping[str, bool]: ...

    def mount(self, app: Application) -> None:
        """Register routes; each view declares its Access."""

    def routes(self, tenant_id: UUID) -> Mapping[str, Sequence[Route]]: ...
    def permissions_of(self, tenant_id: UUID, locale: str) -> Sequence[Mapping[str, Any]]: ...
    def contact_fields(self, tenant_id: UUID) -> Sequence[str]: ...
    def conversation_timers(self, tenant_id: UUID) -> Sequence[str]: ...
    def files(self) -> Sequence[Files]: ...
    def installed(self) -> Sequence[Mapping[str, Any]]: ...
    def report(self, tenant_id: UUID, plugin: str, piece: str, told: str, stack: str) -> bool:
        """A screen's word of a piece that does not work. False where the tenant has no such plugin."""

    def hearing(self, tenant_id: UUID, type: str) -> Sequence[tuple[str, str]]: ...
    async def facts(self, tenant_id: UUID, contact: Mapping[str, Any], locale: str) -> dict[str, Any]: ...
    async def suggestions(self, tenant_id: UUID, conversation: Mapping[str, Any], locale: str) -> dict[str, Any]: ...
    async def search(self, tenant_id: UUID, question: Question, locale: str) -> dict[str, Any]: ...
    def enabled(self, tenant_id: UUID) -> Collection[str]: ...
    def manifest(self, principal: Principal, locale: str) -> Mapping[str, Any]: ...
    def allows(self, principal: Principal, topic: str) -> bool: ...
    async def start(self, db: Database) -> None: ...
    async def refresh(self, db: Database) -> None:
        """Look now at which tenants there are and what they have."""

    async def stop(self) -> None: ...


class NoPlugins(NoChannels):
    """An installation without plugins."""

    permissions: Collection[str] = ()
    filter_outbound: OutboundFilter | None = None
    preferences: Preferences = NoPreferences()

    def mount(self, app: Application) -> None:
        """Nothing."""

    def routes(self, tenant_id: UUID) -> Mapping[str, Sequence[Route]]:
        return {}

    def permissions_of(self, tenant_id: UUID, locale: str) -> Sequence[Mapping[str, Any]]:
        return ()

    def files(self) -> Sequence[Files]:
        return ()

    def contact_fields(self, tenant_id: UUID) -> Sequence[str]:
        return ()

    def conversation_timers(self, tenant_id: UUID) -> Sequence[str]:
        return ()

    def resting(self) -> Mapping[str, bool]:
        return {}

    def installed(self) -> Sequence[Mapping[str, Any]]:
        return ()

    def report(self, tenant_id: UUID, plugin: str, piece: str, told: str, stack: str) -> bool:
        return False

    async def facts(self, tenant_id: UUID, contact: Mapping[str, Any], locale: str) -> dict[str, Any]:
        return await nobody_provides(tenant_id, contact, locale)

    async def suggestions(self, tenant_id: UUID, conversation: Mapping[str, Any], locale: str) -> dict[str, Any]:
        return await nobody_provides(tenant_id, conversation, locale)

    async def search(self, tenant_id: UUID, question: Question, locale: str) -> dict[str, Any]:
        return await nobody_finds(tenant_id, question, locale)

    def hearing(self, tenant_id: UUID, type: str) -> Sequence[tuple[str, str]]:
        return ()

    def enabled(self, tenant_id: UUID) -> Collection[str]:
        return ()

    def manifest(self, principal: Principal, locale: str) -> Mapping[str, Any]:
        return no_plugins(principal, locale)

    async def start(self, db: Database) -> None:
        """Nothing."""

    async def refresh(self, db: Database) -> None:
        """Nothing."""

    async def stop(self) -> None:
        """Nothing."""


class WebProcess:
    """Everything that one web process runs, and its ASGI application."""

    def __init__(
        self, settings: Settings, db: Database, valkey: "Redis | None", storage: Attachments, plugins: Plugins,
        receiver: Receiver | None, gateway: Callable[[Database, Tail, Channels, Permissions], Gateway] = Gateway, *,
        vault: Vault | None = None,
    ) -> None:  # fmt: skip
        self.db, self.plugins, self.receiver = db, plugins, receiver
        self._vault = vault or Vault.of(settings.key_ring)
        self.numbers = NumberDesk.of(settings, db, self._vault)
        self.wake = Wake(settings.database_url)
        self.permissions = Permissions(plugins.permissions)
        self.gateway = gateway(db, Tail(db, self.wake), plugins, self.permissions)
        self.leaving: Callable[[], bool] = lambda: False
        """Whether this process has been told to stop."""
        self._background: list[asyncio.Task[None]] = []
        self.metrics = Page(settings.metrics, "web", ask=Work(db).families, look=self._look)
        self._topics = Topics(valkey, self.gateway.hub) if valkey is not None else None
        self.app = self._application(settings, valkey, storage)

    async def start(self) -> None:
        """Begin; what fails here fails the start of the process."""
        # A data key, not the master key: a master key that is replaced logs nobody out.
        async with self.db.system.acquire() as connection:
            self.app.secret_key = (await self._vault.signing_key(connection, "cookie")).hex()
        if self.receiver is not None:
            await self.receiver.startup()
        await self.plugins.start(self.db)
        await self.gateway.start()
        if self._topics is not None:
            self._background.append(asyncio.create_task(self._topics.run(), name="topics"))

    async def stop(self) -> None:
        """End in the opposite order."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.gateway.stop()
        await self.plugins.stop()
        await self.numbers.aclose()
        if self.receiver is not None:
            await self.receiver.shutdown()
        await self.wake.close()

    def close_sockets(self) -> None:
        """Send open screens elsewhere, so that a shutdown need not wait for them."""
        self.gateway.hub.close_sockets()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI: webhooks go straight to the receiver, past Quart."""
        if self.receiver is not None and scope["type"] == "http" and scope["path"].startswith("/webhooks/"):
            await self.receiver(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == METRICS:
            await self.metrics.answer(scope, send)
        else:
            await self.app(scope, receive, send)

    def _look(self) -> Iterable[GaugeMetricFamily]:
        return [sockets(len(self.gateway.hub.subscribers())), *breakers(self.plugins.resting())]

    def _application(self, settings: Settings, valkey: "Redis | None", storage: Attachments) -> Application:
        app = Application("comptoir", static_folder=None)
        app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
        cookie = session_cookie(app, settings.public_url)
        limiter = Limiter(valkey, settings.limits)
        passwords, attempts = Passwords(), LoginAttempts(limiter)
        ways = Ways.of(self.db, self._vault, settings.public_url, passwords, attempts)
        people = People.of(self.db, self._vault, passwords, self.permissions, Policy.of(settings))
        app.admit_with(Doorman(self.db, self.permissions, cookie, ways.access_tokens, settings.public_url))
        app.extensions[KEY] = Services(
            db=self.db, ways=ways, people=people, tenants_changed=self._tenants_changed, attempts=attempts,
            limiter=limiter, kept=KeptAnswers(self.db, self._vault),
            passwords=passwords, cookie=cookie, mail=Mail(self._vault), permissions=self.permissions,
            vault=self._vault, numbers=self.numbers,
            webhooks=Endpoints(self.db, self._vault, Addresses(settings.egress.webhooks)),
            frames=Frames(self.db, self._vault, self.permissions.known, settings.public_url,
                          insecure=not settings.production),
            mail_kind=settings.mail.kind, installed=self.plugins.installed,
            hearing=self.plugins.hearing, report=self.plugins.report,
            preferences=self.plugins.preferences, facts=self.plugins.facts, suggestions=self.plugins.suggestions,
            search=self.plugins.search, contact_fields=self.plugins.contact_fields,
            conversation_timers=self.plugins.conversation_timers,
            public_url=settings.public_url, behind_proxy=settings.server.public_url is not None,
            submit=self._submit, retry=self._retry, attachments=storage,
            uploads=Uploads(self.db, storage, Workshop()), links=FileLinks(self.db, self._vault, self.permissions),
            person_links=FileLinks(self.db, self._vault, self.permissions, use="personal data", needs="data.export"),
            read_receipts=queue_read_receipt, manifest=self.plugins.manifest,
            plugin_routes=self.plugins.routes, plugin_permissions=self.plugins.permissions_of,
            wish=lambda: language.wish(request),
        )  # fmt: skip
        problem.install(app)
        app.after_request(hardening.harden)
        app.register_blueprint(api.build(cookie).blueprint)
        app.register_blueprint(health.blueprint(self.db, lambda: self.leaving()))
        self.plugins.mount(app)
        self._mount_pages(app, settings)
        self.gateway.mount(app)
        app.before_serving(self.start)
        app.after_serving(self.stop)
        return app

    def _mount_pages(self, app: Application, settings: Settings) -> None:
        files = [PluginFiles(one.plugin, one.static, one.locale) for one in self.plugins.files()]
        app.register_blueprint(web.blueprint(Door(settings, self.plugins.enabled), files, live=not settings.production))

    async def _tenants_changed(self) -> None:
        await self.plugins.refresh(self.db)

    async def _submit(self, draft: Draft, author: Author) -> Submitted:
        return await gate.submit(self.db, draft, author=author, filters=self.plugins.filter_outbound)

    async def _retry(self, message_id: UUID, author: Author) -> dict[str, Any]:
        return await retry(self.db, message_id, author, filters=self.plugins.filter_outbound)


def main(settings: Settings, fd: int | None) -> None:
    """Serve on the inherited listening socket `fd`, or on the configured port."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(settings, fd))


async def _main(settings: Settings, fd: int | None) -> None:
    storage = await open_storage(settings.storage, settings.data_dir)
    db = await Database.open(settings.database_url)
    valkey = Redis.from_url(settings.valkey_url)
    egress, broadcast = Egress(settings.egress.allow), ValkeyBroadcast(settings.valkey_url)
    moments = ValkeyMoments(settings.valkey_url)
    vault = Vault.of(settings.key_ring)
    plugins = PluginHost(load(settings.plugins.installed), PluginGate(settings.config_path, settings.plugins),
                         Reach(storage, egress, broadcast, orm.WEB_STATEMENT_SECONDS, vault,
                               live=not settings.production, isolated=settings.plugins.isolated,
                               moments=moments, push_contact=contact_of(settings.public_url)))
    try:
        process = WebProcess(settings, db, valkey, storage, plugins, create_receiver(settings, vault),
                             vault=vault)
        process.app.before_serving(_freeze)
        server = settings.server
        listener = Listener.of(fd, server.host, settings.ports.web, server.drain_seconds)
        process.leaving = lambda: listener.draining
        pressed = asyncio.create_task(memory.MemoryWatch(memory.cap(memory.headroom_mb())).run(), name="memory")
        with watched(Watchdog(plugins.guard, settings.database_url, "web")):
            await serve(process, settings, listener, process.close_sockets)
        pressed.cancel()
    finally:
        await egress.aclose()
        await broadcast.close()
        await moments.close()
        await valkey.aclose()
        await db.close()
        await storage.close()


async def _freeze() -> None:
    """What the start has made is never garbage: not looking at it again halves the slowest answers."""
    gc.collect()
    gc.freeze()
