"""Everything about plugins in one process, put together: what the web and worker processes hold."""

import asyncio
import contextlib
import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID

from comptoir_sdk import Route
from comptoir_sdk.translation import translated_by
from comptoir_sdk.ui import Page
from quart import Quart

from core.auth.principal import Principal
from core.db.pool import Database
from core.egress import Egress
from core.messaging import gate as send_gate
from core.messaging.gate import Author, Draft, Submitted
from core.messaging.search.question import Question
from core.plugins import orm, ui
from core.plugins.channels import Broadcaster, Topics
from core.plugins.context import Contexts, Outside
from core.plugins.found import Finders
from core.plugins.gate import Gate, GateSource
from core.plugins.guard import Guard
from core.plugins.happenings import HOOKS
from core.plugins.hooks import Hooks
from core.plugins.http import PluginRoutes
from core.plugins.incidents import Incident, storable
from core.plugins.isolation import isolated
from core.plugins.loader import Plugins
from core.plugins.moments import MomentStore, OwnMoments
from core.plugins.outbound import outbound_filter
from core.plugins.preferences import Preferences
from core.plugins.provided import Provided
from core.plugins.record import AWAY, Record
from core.plugins.running import watch_tasks
from core.plugins.soundness import refuse_unsound
from core.plugins.states import Installed
from core.plugins.tables import refuse_unprotected
from core.plugins.threads import give_threads
from core.plugins.ui import Files, Manifest
from core.secrets import Vault
from core.storage import Storage


@dataclass(frozen=True)
class Reach:
    """What plugins of this process may reach besides the database; `statement_seconds` limits their SQL."""

    storage: Storage
    egress: Egress
    broadcaster: Broadcaster
    statement_seconds: int
    vault: Vault
    process: str = "web"
    """What the operator knows this process by."""
    live: bool = False
    """Development: words are read again when they were edited."""
    isolated: Collection[str] = ()
    """Plugins that config.yaml gives a worker of their own."""
    moments: MomentStore = field(default_factory=OwnMoments)
    push_contact: str = "mailto:push@localhost"


class PluginHost:
    """Made from `core.plugins.loader.load(…)` before the database is open; `start` connects it."""

    def __init__(self, plugins: Plugins, source: GateSource, reach: Reach) -> None:
        refuse_unsound(plugins)
        self.plugins, self._reach = plugins, reach
        self.gate, self._apart = Gate(plugins, source, reach.vault), isolated(plugins, reach.isolated)
        self.guard = Guard(packages={one.name: one.package for one in plugins},
                           tenants_with=lambda plugin: len(self.gate.tenants_with(plugin)))
        self.record = Record(self.guard, reach.process)
        self.contexts = Contexts(plugins, self.gate, live=reach.live)
        self.hooks = Hooks(plugins, self.gate, self.guard, self.contexts)
        self.topics = Topics(plugins, self.gate)
        self.filter_outbound = outbound_filter(self.hooks)
        self.provided = Provided(self.hooks, self.contexts.texts)
        self.facts, self.suggestions = self.provided.facts, self.provided.suggestions
        self._finders = Finders(self.hooks, self.contexts.texts, self.searchable)
        self.preferences = Preferences(plugins, self.gate, self.contexts.texts, reach.vault)
        self._ui = Manifest(plugins, self.gate, self.contexts.texts)
        self._watches: list[asyncio.Task[None]] = []

    @property
    def permissions(self) -> Collection[str]:
        """What the plugins add to roles."""
        return [name for one in self.plugins.loaded() if one.plugin for name in one.plugin.permissions]

    def mount(self, app: Quart) -> None:
        """Register the plugins' routes. A plugin never receives the application."""
        routes = PluginRoutes(self.contexts, self.guard)
        for one in self.plugins.loaded():
            try:
                app.register_blueprint(routes.blueprint(one))
            except Exception:  # its neighbours are served; what it has registered so far is behind the gate
                self.plugins.refuse(one.name, "broken", f"its routes cannot be served\n{traceback.format_exc()}")

    def routes(self, tenant_id: UUID) -> Mapping[str, Sequence[Route]]:
        """What each plugin of the tenant serves."""
        enabled = self.enabled(tenant_id)
        return {one.name: one.declared.routes for one in self.plugins.loaded() if one.name in enabled}

    def permissions_of(self, tenant_id: UUID, locale: str) -> Sequence[Mapping[str, Any]]:
        """What the tenant's plugins add to roles: key, label, plugin and group, in this locale."""
        return [told for name in self.enabled(tenant_id) if (one := self.plugins.find(name))
                for told in _permissions(one, self.contexts.texts.translator(name, locale))]  # fmt: skip

    def contact_fields(self, tenant_id: UUID) -> Sequence[str]:
        """Tables with what the tenant keeps of its contacts."""
        enabled = self.enabled(tenant_id)
        return [one.plugin.contact_fields for one in self.plugins.loaded()
                if one.plugin and one.plugin.contact_fields and one.name in enabled]  # fmt: skip

    def conversation_timers(self, tenant_id: UUID) -> Sequence[str]:
        """Tables with timers that run in the tenant's conversations."""
        enabled = self.enabled(tenant_id)
        return [one.plugin.conversation_timers for one in self.plugins.loaded()
                if one.plugin and one.plugin.conversation_timers and one.name in enabled]  # fmt: skip

    def searchable(self, tenant_id: UUID) -> Mapping[str, str]:
        """Tables of the tenant's plugins with the column whose words are found by index."""
        enabled = self.enabled(tenant_id)
        return {table: column for one in self.plugins.loaded() if one.plugin and one.name in enabled
                for table, column in one.plugin.searchable.items()}  # fmt: skip

    def files(self) -> Sequence[Files]:
        """Where each plugin keeps what the browser needs."""
        return ui.files(self.plugins)

    def installed(self) -> Sequence[Mapping[str, Any]]:
        """What became of each plugin that config.yaml installs, for the operator."""
        return [self._told(one) for one in self.plugins]

    def _told(self, one: Installed) -> Mapping[str, Any]:
        why, tenants = one.why.strip(), self.gate.tenants_with(one.name)
        return {
            "name": one.name, "version": one.plugin.version if one.plugin else None, "state": one.state,
            "why": one.gist, "traceback": why if "\n" in why else "",
            "sdk": (one.plugin.sdk or None) if one.plugin else None, "tenants": len(tenants), "tenant_ids": tenants,
            "isolated": one.name in self._apart, "deprecations": [asdict(told) for told in one.deprecations],
        }  # fmt: skip

    def report(self, tenant_id: UUID, plugin: str, piece: str, told: str, stack: str) -> bool:
        """A screen says that a piece of the plugin does not work. False where the tenant has no such plugin."""
        if not self.gate.enabled(tenant_id, plugin):
            return False
        place = next(iter(stack.strip().splitlines()), "").strip()
        self.guard.incidents.add(Incident(plugin, "browser", piece, storable(told), storable(place), storable(stack)))
        return True

    def resting(self) -> Mapping[str, bool]:
        """Which loaded plugins this process leaves alone now, after they failed too often."""
        return {one.name: self.guard.resting(one.name) for one in self.plugins.loaded()}

    def hearing(self, tenant_id: UUID, type: str) -> Sequence[tuple[str, str]]:
        """(plugin, hook) of the tenant's plugins that hear events of this type."""
        enabled = self.enabled(tenant_id)
        return [(one.plugin, one.hook) for hook in HOOKS.get(type, ()) for one in self.hooks.implementations(hook)
                if one.plugin in enabled]  # fmt: skip

    def enabled(self, tenant_id: UUID) -> Collection[str]:
        return self.gate.plugins_of(tenant_id)

    def manifest(self, principal: Principal, locale: str) -> Mapping[str, Any]:
        """The `ui` of /bootstrap."""
        told = self._ui.describe(principal.tenant_id, principal.permissions, locale)
        return {**told, "provides": self.provided.kinds(principal.tenant_id)}

    async def search(self, tenant_id: UUID, question: Question, locale: str) -> dict[str, Any]:
        """What the tenant's plugins find."""
        return await self._finders.search(self.contexts.outside.db, tenant_id, question, locale)

    def allows(self, principal: Principal, topic: str) -> bool:
        """Whether this principal may hear this topic now."""
        return self.topics.allows(principal.tenant_id, principal.permissions, topic)

    async def start(self, db: Database) -> None:
        """Check the tables, open the models, read who has what, and keep reading."""
        await refuse_unprotected(self.plugins, db)
        await orm.open_models(db.url, self.plugins, statement_seconds=self._reach.statement_seconds)
        reach = self._reach
        self.contexts.reach(Outside(db, self._submit, reach.broadcaster, reach.egress, reach.storage, reach.vault,
                                    self.hooks.ask, reach.moments, reach.push_contact))
        await self.gate.refresh(db)
        self._tell_refusals()
        await self.record.settle(db)
        watch_tasks(asyncio.get_running_loop())
        give_threads(asyncio.get_running_loop())
        self._watches = [asyncio.create_task(self.gate.run(db), name="plugin gate"),
                         asyncio.create_task(self.record.run(db), name="plugin record")]

    async def refresh(self, db: Database) -> None:
        """Look now, instead of within a second, at which tenants there are and what they have."""
        await self.gate.refresh(db)

    async def stop(self) -> None:
        for task in self._watches:
            task.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        if self._watches:
            with contextlib.suppress(*AWAY):  # what the last two seconds told is lost with the database
                await self.record.settle(self.contexts.outside.db)
        await orm.close_models()

    def _tell_refusals(self) -> None:
        for one in self.plugins:
            if one.state != "loaded":
                trace = storable(one.why) if "\n" in one.why.strip() else ""
                self.guard.incidents.add(Incident(one.name, "load", one.state, storable(one.gist), "", trace))

    async def _submit(self, draft: Draft, author: Author) -> Submitted:
        return await send_gate.submit(self.contexts.outside.db, draft, author=author, filters=self.filter_outbound)


def _permissions(one: Installed, translate: Callable[[str], str]) -> list[dict[str, Any]]:
    """Under the title of the plugin's first page, if it has one."""
    title = next((piece.title for piece in one.declared.panels if isinstance(piece, Page)), one.name.capitalize())
    with translated_by(translate):
        return [{"key": key, "label": str(label), "plugin": one.name, "group": str(title)}
                for key, label in (one.plugin.permissions if one.plugin else {}).items()]  # fmt: skip
