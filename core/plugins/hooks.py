"""Calling hooks. Implementations are iterated, not called through pluggy, which stops at the first exception.

Each is gated, limited in time and named; filter_* and provide_* have the policies their hookspecs promise.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from comptoir_sdk import (
    Answers,
    Contact,
    Context,
    Conversation,
    Draft,
    PluginError,
    Reject,
    SearchQuery,
    Unavailable,
)

from core.errors import Rejected
from core.plugins.answers import checked
from core.plugins.gate import Gate
from core.plugins.guard import Guard, PluginFailed
from core.plugins.loader import Plugins
from core.plugins.models import tables_of
from core.plugins.orm import outside_transaction
from core.plugins.running import running_plugin
from core.plugins.states import Installed

_log = logging.getLogger(__name__)
FILTER_SECONDS, FACT_SECONDS, SUGGESTION_SECONDS, PERSONAL_DATA_SECONDS = 0.3, 0.3, 3.0, 60.0
SEARCH_SECONDS = 0.3
MOST_FACTS, MOST_SUGGESTIONS, MOST_HITS = 20, 5, 10
"""Of one plugin."""


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


@dataclass(frozen=True)
class Told:
    """What one plugin answered."""

    plugin: str
    value: Any


@dataclass(frozen=True)
class Unasked:
    """A plugin that is not asked, and why. `given`: config.yaml gives it to the tenant all the same."""

    plugin: str
    why: str
    given: bool
    tables: tuple[str, ...] | None
    """None where nobody knows: it could not be loaded."""


class ContextMaker(Protocol):
    def __call__(self, tenant_id: UUID, plugin: str, *, locale: str | None = None) -> Context: ...


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
                answer = await self._call(one, tenant_id, FILTER_SECONDS, _anything, draft=draft)
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

    async def contact_facts(self, tenant_id: UUID, contact: Contact,
                            locale: str | None = None) -> tuple[list[Told], list[str]]:
        """Each plugin's facts, and the plugins whose facts are missing."""
        return await self._provide(tenant_id, "provide_contact_facts", FACT_SECONDS, _first(MOST_FACTS), locale,
                                   contact=contact)

    async def suggestions(self, tenant_id: UUID, conversation: Conversation,
                          locale: str | None = None) -> tuple[list[Told], list[str]]:
        """Each plugin's suggestions, and the plugins that could not make any."""
        return await self._provide(tenant_id, "provide_suggestions", SUGGESTION_SECONDS,
                                   _first(MOST_SUGGESTIONS), locale, conversation=conversation)

    async def search(self, tenant_id: UUID, query: SearchQuery,
                     locale: str | None = None) -> tuple[list[Told], list[str]]:
        """Each plugin's hits, and the plugins whose hits are missing."""
        return await self._provide(tenant_id, "provide_search", SEARCH_SECONDS, _first(MOST_HITS), locale, query=query)

    async def ask(self, tenant_id: UUID, asking: str, hook: str, locale: str | None, **values: Any) -> Answers:
        """A hook that `asking` offers. Raises LookupError for another's, Unavailable where its policy is to fail."""
        owner, offer = self._plugins.offers.get(hook, (None, None))
        if owner != asking or offer is None:
            raise LookupError(f"{asking} offers no hook {hook!r}")
        told, missing = await self._provide(tenant_id, hook, offer.timeout, _anything, locale, **values)
        if missing and offer.on_failure == "fail":
            raise Unavailable(f"The plugin {missing[0]} must answer {hook} and did not: try again.")
        return Answers({one.plugin: one.value for one in told if one.value is not None}, tuple(missing))

    def anybody(self, tenant_id: UUID, hook: str) -> bool:
        """Whether a plugin of the tenant implements it."""
        return bool(self._for(tenant_id, hook))

    def of_people(self, tenant_id: UUID, hook: str) -> list[str]:
        """The tenant's plugins that implement `provide_personal_data` or `erase_personal_data`, in load order."""
        return [one.plugin for one in self._for(tenant_id, hook)]

    def unasked(self, tenant_id: UUID, hook: str) -> list[Unasked]:
        """Those that `of_people` leaves out: they implement it, or would perhaps if they had been loaded."""
        able = {one.plugin for one in self.implementations(hook)}
        return [self._unasked(tenant_id, one) for one in self._plugins
                if (one.state != "loaded" or one.name in able) and not self._gate.enabled(tenant_id, one.name)]

    def _unasked(self, tenant_id: UUID, one: Installed) -> Unasked:
        if not self._gate.given(tenant_id, one.name):
            return Unasked(one.name, "it is switched off", given=False, tables=())
        if one.state != "loaded" or one.plugin is None:
            return Unasked(one.name, f"it could not be loaded: it is {one.state}", given=True, tables=None)
        lacks = self._gate.lacking(tenant_id, one.name) is not None
        why = "its settings are not valid" if lacks else "a plugin that it needs does not work"
        return Unasked(one.name, why, given=True, tables=tuple(tables_of(one.plugin)))

    async def personal_data(self, tenant_id: UUID, contact: Contact) -> dict[str, Any]:
        """What each plugin keeps on a person. Raises PluginFailed: an export with holes is worse than none."""
        return {one.plugin: await self._of_person(one, tenant_id, _as_json, contact)
                for one in self._for(tenant_id, "provide_personal_data")}

    async def erase_personal_data(self, tenant_id: UUID, contact: Contact) -> dict[str, int]:
        """Rows erased by each plugin. Raises PluginFailed: the caller tries again until all have."""
        return {plugin: await self.erase_from(tenant_id, plugin, contact)
                for plugin in self.of_people(tenant_id, "erase_personal_data")}

    async def erase_from(self, tenant_id: UUID, plugin: str, contact: Contact) -> int:
        """Rows erased by this plugin. Raises PluginFailed."""
        found = [one for one in self._for(tenant_id, "erase_personal_data") if one.plugin == plugin]
        return sum([await self._of_person(one, tenant_id, _anything, contact) for one in found])

    async def _of_person(self, one: Implementation, tenant_id: UUID, shape: Callable[[Any], Any],
                         contact: Contact) -> Any:
        try:
            return await self._call(one, tenant_id, PERSONAL_DATA_SECONDS, shape, contact=contact)
        except PluginError as error:  # there is nobody to whom it could be an answer
            raise PluginFailed(one.plugin, one.hook, error.detail) from error

    async def _provide(self, tenant_id: UUID, hook: str, timeout: float, shape: Callable[[Any], Any],
                       locale: str | None, **offered: Any) -> tuple[list[Told], list[str]]:
        """All at once: whoever is slow holds up nobody but itself."""
        asked = self._for(tenant_id, hook)
        answers = await asyncio.gather(*(self._answer(one, tenant_id, timeout, shape, locale, **offered)
                                         for one in asked))
        return [one for one in answers if isinstance(one, Told)], [one for one in answers if isinstance(one, str)]

    async def _answer(self, one: Implementation, tenant_id: UUID, timeout: float, shape: Callable[[Any], Any],
                      locale: str | None, **offered: Any) -> Told | str:
        try:
            return Told(one.plugin, await self._call(one, tenant_id, timeout, shape, locale, **offered))
        except (PluginFailed, PluginError):
            _log.exception("%s of %s is left out", one.hook, one.plugin)
            return one.plugin

    def _for(self, tenant_id: UUID, hook: str) -> list[Implementation]:
        return [one for one in self.implementations(hook) if self._gate.enabled(tenant_id, one.plugin)]

    async def _call(self, one: Implementation, tenant_id: UUID, timeout: float,
                    shape: Callable[[Any], Any], locale: str | None = None,
                    **offered: Any) -> Any:
        ctx = self._contexts(tenant_id, one.plugin, locale=locale)

        async def work() -> Any:
            return shape(await one(ctx=ctx, **offered))

        call = f"offered {one.hook}" if one.hook in self._plugins.offers else one.hook
        if running_plugin() in (None, one.plugin):
            return await self._guard.call(one.plugin, call, timeout, work, tenant_id)
        with outside_transaction():
            return await self._guard.call(one.plugin, call, timeout, work, tenant_id)


def _anything(answer: Any) -> Any:
    return answer


def _first(most: int) -> Callable[[Any], list[Any]]:
    return lambda answer: list(answer or ())[:most]


def _as_json(answer: Any) -> Any:
    return json.loads(json.dumps(answer, default=str))
