"""What the routes work with, put together by the composition root and carried by the application."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from comptoir_sdk import Route
from quart import current_app
from quart_auth import QuartAuth

from core.auth.attempts import LoginAttempts
from core.auth.passwords import Passwords
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.ways import Ways
from core.db.pool import Database
from core.errors import NotFound
from core.http.file_links import FileLinks
from core.http.kept_answers import KeptAnswers
from core.limits.limiter import Limiter
from core.mail import Mail
from core.messaging.conversations import ReadReceipt
from core.messaging.deliveries.explain import Hearing, nobody_hears
from core.messaging.gate import Author, Draft, Submitted
from core.messaging.media import Uploads
from core.messaging.numbers import NumberDesk
from core.messaging.search.question import Question
from core.outward.endpoints import Endpoints
from core.outward.frames import Frames
from core.people import People
from core.secrets import Vault
from core.storage import Source

KEY = "comptoir"


class Attachments(Protocol):
    """Keeps attachments, and reads them piece by piece, by their keys. Raises NotFound or Unavailable."""

    def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]: ...
    async def size(self, key: str) -> int: ...
    async def put(self, key: str, source: Source, content_type: str) -> int: ...


Submit = Callable[[Draft, Author], Awaitable[Submitted]]
Retry = Callable[[UUID, Author], Awaitable[dict[str, Any]]]
"""Sends a failed or uncertain message again; returns its resource. Raises NotFound or Conflict."""
Manifest = Callable[[Principal, str], Mapping[str, Any]]
"""The pages, panels, … that plugins show this principal, in this locale."""
PluginPermissions = Callable[[UUID, str], Sequence[Mapping[str, Any]]]
"""What the plugins of a tenant add to roles, as the API tells of it, in this locale."""
PluginRoutes = Callable[[UUID], Mapping[str, Sequence[Route]]]
"""What each plugin of a tenant serves."""


def no_plugins(_: Principal, __: str) -> Mapping[str, Any]:
    """The manifest of an installation without plugins."""
    kinds = ("pages", "panels", "composer_actions", "message_renderers", "dashboard_cards", "commands")
    return {kind: [] for kind in kinds}


async def _nothing() -> None:
    """Nobody keeps a map."""


Report = Callable[[UUID, str, str, str, str], bool]
"""Tenant, plugin, piece, what was said, and the stack. False where the tenant has no such plugin."""


def nobody_reports(_: UUID, __: str, ___: str, ____: str, _____: str) -> bool:
    """An installation without plugins."""
    return False


Provide = Callable[[UUID, Mapping[str, Any], str], Awaitable[dict[str, Any]]]
"""Tenant, the contact's or conversation's resource, and the locale: `{items, missing}` of its plugins."""


async def nobody_provides(_: UUID, __: Mapping[str, Any], ___: str) -> dict[str, Any]:
    """An installation without plugins."""
    return {"items": [], "missing": []}


Search = Callable[[UUID, Question, str], Awaitable[dict[str, Any]]]
"""Tenant, what is asked, and the locale: what its plugins find, `{items, missing}`."""


async def nobody_finds(_: UUID, __: Question, ___: str) -> dict[str, Any]:
    """An installation without plugins."""
    return {"items": [], "missing": []}


ContactFields = Callable[[UUID], Sequence[str]]
"""The tables in which a tenant's plugins keep fields of its contacts."""
ConversationTimers = Callable[[UUID], Sequence[str]]
"""The tables in which they keep timers of its conversations."""


class Preferences(Protocol):
    """Settings of plugins as forms (`core.plugins.preferences`). NotFound where the tenant has no such form."""

    async def all(self, db: Database, tenant_id: UUID, locale: str) -> list[dict[str, Any]]: ...
    async def one(self, db: Database, tenant_id: UUID, plugin: str, locale: str) -> dict[str, Any]: ...
    async def save(self, db: Database, tenant_id: UUID, plugin: str, changes: Mapping[str, Any]) -> None: ...


class NoPreferences:
    """An installation without plugins."""

    async def all(self, db: Database, tenant_id: UUID, locale: str) -> list[dict[str, Any]]:
        return []

    async def one(self, db: Database, tenant_id: UUID, plugin: str, locale: str) -> dict[str, Any]:
        raise NotFound("There is nothing here.")

    async def save(self, db: Database, tenant_id: UUID, plugin: str, changes: Mapping[str, Any]) -> None:
        raise NotFound("There is nothing here.")


@dataclass
class Services:
    """One for each web process. `public_url` is where browsers find us, without a trailing slash."""

    db: Database
    ways: Ways
    people: People
    attempts: LoginAttempts
    limiter: Limiter
    kept: KeptAnswers
    passwords: Passwords
    cookie: QuartAuth
    mail: Mail
    permissions: Permissions
    public_url: str
    vault: Vault
    numbers: NumberDesk
    webhooks: Endpoints
    frames: Frames
    submit: Submit
    retry: Retry
    attachments: Attachments
    uploads: Uploads
    links: FileLinks
    person_links: FileLinks
    """To exports of one person."""
    read_receipts: ReadReceipt
    plugin_routes: PluginRoutes
    plugin_permissions: PluginPermissions
    mail_kind: str = "folder"
    preferences: Preferences = field(default_factory=NoPreferences)
    """Settings of plugins that a tenant keeps here."""
    manifest: Manifest = no_plugins
    installed: Callable[[], Sequence[Mapping[str, Any]]] = tuple
    """What became of each plugin that config.yaml installs."""
    hearing: Hearing = nobody_hears
    facts: Provide = nobody_provides
    suggestions: Provide = nobody_provides
    search: Search = nobody_finds
    contact_fields: ContactFields = lambda _: ()
    conversation_timers: ConversationTimers = lambda _: ()
    report: Report = nobody_reports
    """A screen's word of a plugin's piece that does not work."""
    behind_proxy: bool = False
    """Whether our own proxy stands before us, so that X-Forwarded-For's last entry is its word."""
    tenants_changed: Callable[[], Awaitable[None]] = _nothing
    """A tenant was made or closed: whoever keeps a map of them looks again, before its first screen is shown."""
    wish: Callable[[], str | None] = lambda: None
    """The language chosen in this request's browser; it wins over the member's own."""


def services() -> Services:
    """Those of the application that serves this request."""
    found: Services = current_app.extensions[KEY]
    return found
