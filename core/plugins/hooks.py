"""Calling hooks. Implementations are iterated, not called through pluggy, which stops at the first exception.

Each is gated, limited in time and named; filter_* and provide_* have the policies their hookspecs promise.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from comptoir_sdk import Contact, Context, Conversation, Draft, Fact, PluginError, Reject, Suggestion

from core.errors import Rejected
from core.plugins.answers import checked
from core.plugins.gate import Gate
from core.plugins.guard import Guard, PluginFailed
from core.plugins.loader import Plugins

_log = logging.getLogger(__name__)
FILTER_SECONDS, FACT_SECONDS, SUGGESTION_SECONDS = 0.3, 0.3, 3.0


@dataclass(frozen=True)
class Implementation:
    """One plugin's function for one hook; it may take fewer arguments than the hook offers."""

    plugin: str
    hook: str
    function: Callable[..., Any]
    arguments: tuple[str, ...]

    async def __call__(self, **offered: Any) -> Any:
        answer = await self.function(**{name: offered[name] for name in self.arguments})
        return checked(self.hook, self.function, answer)


class ContextMaker(Protocol):
    def __call__(self, tenant_id: UUID, plugin: str) -> Context: ...


class Hooks:
    def __init__(self, plugins: Plugins, gate: Gate, guard: Guard, contexts: ContextMaker) -> None:
        self._plugins, self._gate, self._guard, self._contexts = plugins, gate, guard, contexts
        self._found: dict[str, tuple[Implementation, ...]] = {}
        self._found_at = plugins.changes

    def implementations(self, hook: str) -> Sequence[Implementation]:
        """In load order, whoever has the plugin. Looked for again only when the set of plugins has changed."""
        if self._found_at != self._plugins.changes:
            self._found, self._found_at = {}, self._plugins.changes
        if hook not in self._found:
            self._found[hook] = self._find(hook)
        return self._found[hook]

    def _find(self, hook: str) -> tuple[Implementation, ...]:
        caller = getattr(self._plugins.manager.hook, hook)
        found = {one.plugin_name: one for one in caller.get_hookimpls()}
        return tuple(Implementation(one.name, hook, impl.function, tuple(impl.argnames))
                     for one in self._plugins.loaded() if (impl := found.get(one.name)))

    async def filter_outbound(self, tenant_id: UUID, draft: Draft) -> Draft:
        """The draft as the plugins leave it. Raises Rejected, also when one that must be asked cannot answer."""
        for one in self._for(tenant_id, "filter_outbound"):
            try:
                answer = await self._call(one, tenant_id, FILTER_SECONDS, draft=draft)
            except PluginError as error:
                raise Rejected(error.detail, plugin=one.plugin) from error
            except PluginFailed as error:
                _log.exception("a filter did not answer")
                raise Rejected(f"The plugin {one.plugin} must check outgoing messages and did not answer, so nothing "
                               "was sent: try again, or tell an administrator.", plugin=one.plugin) from error
            if isinstance(answer, Reject):
                raise Rejected(str(answer.reason), plugin=one.plugin)
            draft = answer or draft
        return draft

    async def contact_facts(self, tenant_id: UUID, contact: Contact) -> tuple[list[Fact], list[str]]:
        """The facts, and the plugins whose facts are missing."""
        return await self._provide(tenant_id, "provide_contact_facts", FACT_SECONDS, contact=contact)

    async def suggestions(self, tenant_id: UUID, conversation: Conversation) -> tuple[list[Suggestion], list[str]]:
        """The suggestions, and the plugins that could not make any."""
        return await self._provide(tenant_id, "provide_suggestions", SUGGESTION_SECONDS, conversation=conversation)

    async def personal_data(self, tenant_id: UUID, contact: Contact) -> dict[str, Any]:
        """What each plugin keeps on a person. Raises PluginFailed: an export with holes is worse than none."""
        return {one.plugin: await self._call(one, tenant_id, 60, contact=contact)
                for one in self._for(tenant_id, "provide_personal_data")}

    async def erase_personal_data(self, tenant_id: UUID, contact: Contact) -> dict[str, int]:
        """Rows erased by each plugin. Raises PluginFailed: the caller tries again until all have."""
        return {one.plugin: await self._call(one, tenant_id, 60, contact=contact)
                for one in self._for(tenant_id, "erase_personal_data")}

    async def _provide(self, tenant_id: UUID, hook: str, timeout: float, **offered: Any) -> tuple[list[Any], list[str]]:
        found: list[Any] = []
        missing: list[str] = []
        for one in self._for(tenant_id, hook):
            try:
                found += await self._call(one, tenant_id, timeout, **offered) or []
            except (PluginFailed, PluginError):
                _log.exception("%s of %s is left out", hook, one.plugin)
                missing.append(one.plugin)
        return found, missing

    def _for(self, tenant_id: UUID, hook: str) -> list[Implementation]:
        return [one for one in self.implementations(hook) if self._gate.enabled(tenant_id, one.plugin)]

    async def _call(self, one: Implementation, tenant_id: UUID, timeout: float, **offered: Any) -> Any:
        ctx = self._contexts(tenant_id, one.plugin)
        return await self._guard.call(one.plugin, one.hook, timeout, lambda: one(ctx=ctx, **offered))
