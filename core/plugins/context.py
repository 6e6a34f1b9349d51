"""The context handed to plugins: implements comptoir_sdk.Context for one tenant, plugin and occasion."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from comptoir_sdk import Answers, BusinessHours, Tenant
from comptoir_sdk.context import Caller, Context
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from core.db.pool import Database
from core.egress import Egress
from core.plugins.channels import Broadcaster
from core.plugins.conversation_door import ConversationDoor
from core.plugins.doors import (
    AuditDoor,
    ContactDoor,
    HttpDoor,
    JobDoor,
    MessageDoor,
    ModelDatabase,
    SecretDoor,
    StorageDoor,
    Submit,
)
from core.plugins.files import AttachmentDoor
from core.plugins.gate import Gate
from core.plugins.loader import Plugins
from core.plugins.member_door import MemberDoor
from core.plugins.moments import MomentDoor, MomentStore
from core.plugins.push import PushDoor
from core.plugins.states import Installed
from core.plugins.texts import Texts, folder
from core.secrets import Vault
from core.storage import Storage


class Ask(Protocol):
    """Calls a hook that a plugin offers (`core.plugins.hooks.Hooks.ask`)."""

    async def __call__(self, tenant_id: UUID, asking: str, hook: str, locale: str | None, **values: Any) -> Answers: ...


@dataclass(frozen=True)
class Outside:
    """What contexts reach: given by the composition root of each process."""

    db: Database
    submit: Submit
    broadcaster: Broadcaster
    egress: Egress
    storage: Storage
    vault: Vault
    ask: Ask
    moments: MomentStore
    push_contact: str
    """Whom push services may turn to (`core.push.vapid.contact_of`)."""


class Contexts:
    """Makes contexts. One for each process."""

    def __init__(self, plugins: Plugins, gate: Gate, outside: Outside | None = None, *,
                 live: bool = False) -> None:
        self._plugins, self.gate = plugins, gate
        self._outside = outside
        self.texts = Texts(plugins, live=live)
        self._pages = {one.name: _environment(one) for one in plugins.loaded()}

    @property
    def outside(self) -> Outside:
        """Raises LookupError before `reach`."""
        if self._outside is None:
            raise LookupError("this process has not started: its plugins can reach nothing yet")
        return self._outside

    def reach(self, outside: Outside) -> None:
        """Connect the contexts, once the process has its database."""
        self._outside = outside

    def __call__(self, tenant_id: UUID, plugin: str, *, event_id: int | None = None, caller: Caller | None = None,
                 locale: str | None = None) -> Context:
        """`locale` None: the tenant's. Raises LookupError when the plugin did not load."""
        one = self._plugins.find(plugin)
        if one is None:
            raise LookupError(f"plugin {plugin} is not loaded")
        tenant = self.gate.tenant(tenant_id)
        return PluginContext(self, one, tenant_id, event_id, caller, locale or (tenant.locale if tenant else "en"))

    def page(self, plugin: str, template: str) -> Any:
        return self._pages[plugin].get_template(template)


class PluginContext:
    def __init__(self, home: Contexts, one: Installed, tenant_id: UUID, event_id: int | None, caller: Caller | None,
                 locale: str) -> None:
        self._home, self._one = home, one
        self.tenant_id, self.event_id, self.caller, self.locale = tenant_id, event_id, caller, locale
        self.plugin = one.name
        self.log = logging.getLogger(f"comptoir.plugins.{one.name}")
        reach = (home.outside.db, tenant_id, one.name)
        self.db = ModelDatabase()
        self.contacts, self.conversations = ContactDoor(*reach), ConversationDoor(*reach)
        self.members = MemberDoor(*reach, caller)
        self.moments = MomentDoor(tenant_id, one.name, home.outside.moments)
        self.messages, self.attachments = MessageDoor(*reach, home.outside.submit), AttachmentDoor(*reach)
        self.storage, self.http = StorageDoor(*reach, home.outside.storage), HttpDoor(home.outside.egress)
        outside = home.outside
        self.push = PushDoor(outside.db, outside.vault, outside.egress, outside.push_contact)
        self.audit, self.secrets = AuditDoor(*reach), SecretDoor(*reach, home.outside.vault)
        self.jobs = JobDoor(*reach, {job.name: job.retries + 1 for job in one.declared.jobs})

    @property
    def tenant(self) -> Tenant:
        found = self._home.gate.tenant(self.tenant_id)
        if found is None:
            raise LookupError(f"the tenant {self.tenant_id} is not active any more")
        return found

    @property
    def business_hours(self) -> BusinessHours:
        return BusinessHours(self.tenant.business_hours, self.tenant.timezone)

    @property
    def settings(self) -> Any:
        return self._home.gate.settings(self.tenant_id, self.plugin)

    @property
    def _(self) -> Callable[[str], str]:
        return self.translator(self.locale)

    def translator(self, locale: str) -> Callable[[str], str]:
        return self._home.texts.translator(self.plugin, locale)

    async def broadcast(self, topic: str, data: Mapping[str, Any], *, member: UUID | None = None) -> None:
        if topic not in {channel.name for channel in self._one.declared.channels}:
            raise LookupError(f"{self.plugin} registers no channel {topic!r}")
        await self._home.outside.broadcaster.publish(self.tenant_id, f"{self.plugin}.{topic}", data, member)

    async def ask(self, hook: str, /, **values: Any) -> Answers:
        return await self._home.outside.ask(self.tenant_id, self.plugin, hook, self.locale, **values)

    async def render(self, template: str, /, **values: Any) -> Any:
        page = self._home.page(self.plugin, template)
        return Markup(await page.render_async(ctx=self, _=self._, **values))  # noqa: S704 - autoescaped by its making

    def now(self) -> datetime:
        return datetime.now(UTC)

    def days_ago(self, days: float) -> datetime:
        return self.now() - timedelta(days=days)

    def ago(self, delta: timedelta) -> datetime:
        return self.now() - delta


def _environment(one: Installed) -> Environment:
    templates = folder(one, "templates")
    return Environment(loader=FileSystemLoader(templates or []), autoescape=True, enable_async=True,
                       undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
