"""Plugins catch up with the event log: a durable cursor for each (tenant, plugin), in order, at least once.

An event that keeps failing is set aside with its traceback, and the cursor goes on.
"""

import asyncio
import logging
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from comptoir_sdk import PluginError

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.events import log
from core.events.log import Event
from core.events.tail import Tail
from core.jobs.executor import Executor, Offer
from core.plugins.context import Contexts
from core.plugins.guard import Guard, PluginFailed, Resting
from core.plugins.happenings import HOOKS
from core.plugins.hooks import Hooks, Implementation
from core.plugins.loader import Plugins
from core.plugins.locks import PairLocks

OBSERVE = "observe"
OBSERVER_SECONDS = 30.0
_PAUSES = (0.2, 1.0)
"""Seconds before the second and the third attempt at an event."""
_BATCH = 100
_LOOK_AGAIN_SECONDS = 5.0
_log = logging.getLogger(__name__)

_BEHIND = """
select c.tenant_id, c.plugin, c.seq from plugin_cursors c
join unnest($1::uuid[], $2::text[]) p (tenant_id, plugin) using (tenant_id, plugin)
join event_heads h on h.tenant_id = c.tenant_id and h.seq > c.seq
"""
_FOLLOW_FROM_AFAR = """
update plugin_cursors c set seq = h.seq from event_heads h
where h.tenant_id = c.tenant_id and c.plugin = any($1) and h.seq > c.seq + 1000
"""
_ADVANCE = """
update plugin_cursors set seq = $4 where tenant_id = $1 and plugin = $2 and seq = $3 returning true
"""
_HEARD = f"""
with moved as ({_ADVANCE}), noted as (
    insert into observations (tenant_id, seq, plugin) select $1, $4, $2 from moved on conflict do nothing)
select true from moved
"""  # noqa: S608 - constants
_EVENTS = """
select tenant_id, seq, id, position, type, conversation_id, payload, created_at from event_log
where tenant_id = $1 and seq > $2 and seq <= $3 and type = any($4) order by seq limit $5
"""


@dataclass
class _Trying:
    """An event that is not delivered yet: what this process has tried, also before a rest."""

    seq: int
    failures: Counter[str] = field(default_factory=Counter)
    """How often each hook failed."""
    settled: set[str] = field(default_factory=set)
    """Hooks that have heard of it, or for which it was set aside: not called again because a later one has to wait."""


class Observers:
    def __init__(self, db: Database, plugins: Plugins, contexts: Contexts, hooks: Hooks, guard: Guard,
                 locks: PairLocks, *, pauses: Sequence[float] = _PAUSES) -> None:
        self._db, self._contexts, self._gate, self._guard, self._locks = db, contexts, contexts.gate, guard, locks
        self._pauses = pauses
        self._listening = {one.name: listening(one.name, hooks) for one in plugins.loaded()}
        self._hearing = {type: [name for name, heard in self._listening.items() if type in heard] for type in HOOKS}
        """By type, so that plugins that do not hear of an event cost it nothing."""
        self._trying: dict[tuple[UUID, str], _Trying] = {}

    def offers(self, events: Iterable[Event]) -> list[Offer]:
        """Whom these events concern: pairs whose plugin hears of the event's type and is on. Others cost nothing."""
        newest: dict[tuple[UUID, str], int] = {}
        for event in events:
            for plugin in self._hearing.get(event.type, ()):
                if self._gate.enabled(event.tenant_id, plugin):
                    newest[event.tenant_id, plugin] = event.seq
        return [_offer(tenant_id, plugin, seq) for (tenant_id, plugin), seq in newest.items()]

    async def follow(self, tail: Tail, executor: Executor) -> None:
        """For ever: wake whom the log concerns. Where no plugin observes anything, the log is not even read."""
        if not any(self._listening.values()):
            await asyncio.Event().wait()
        async for events in tail.follow():
            await executor.offer(self.offers(events))

    async def look_again(self, executor: Executor) -> None:
        """For ever, each few seconds: wake whoever was left behind by a lost wake-up, a crash or a rest."""
        while True:
            await self._follow_from_afar()
            await executor.offer([_offer(*pair) for pair in await self._behind()])
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)

    async def _follow_from_afar(self) -> None:
        """Plugins without observers follow from afar, so that an upgrade that brings one does not replay the past."""
        deaf = [plugin for plugin, heard in self._listening.items() if not heard]
        await self._db.system.execute(_FOLLOW_FROM_AFAR, deaf)

    async def _behind(self) -> list[tuple[UUID, str, int]]:
        pairs = [(tenant, plugin) for plugin, heard in self._listening.items() if heard
                 for tenant in self._gate.tenants_with(plugin)
                 if not self._guard.rests_for(tenant, plugin, "observers")]
        rows = await self._db.system.fetch(_BEHIND, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
        return [(row["tenant_id"], row["plugin"], row["seq"]) for row in rows]

    async def catch_up(self, tenant_id: UUID, plugin: str) -> None:
        """Deliver everything up to the head of the log, unless somebody is at it."""
        while await self._locks.hold((tenant_id, plugin)):
            try:
                finished = await self._deliver_all(tenant_id, plugin)
            finally:
                await self._locks.release((tenant_id, plugin))
            # Whoever came while we held the lock went away again: what woke them is looked for here.
            if not finished or not await self._is_behind(tenant_id, plugin):
                return

    async def _deliver_all(self, tenant_id: UUID, plugin: str) -> bool:
        """False when it had to stop early: the plugin rests or went off, or another worker moved the cursor."""
        seq = await self._cursor(tenant_id, plugin)
        heard = self._listening.get(plugin, {})
        while seq is not None:
            async with self._db.system.acquire() as connection:
                head = await log.head(connection, tenant_id)
                rows = await connection.fetch(_EVENTS, tenant_id, seq, head, list(heard), _BATCH)
            for event in (Event(*row) for row in rows):
                if not self._gate.enabled(tenant_id, plugin) or not await self._deliver(plugin, event):
                    return False
                if not await self._advance(tenant_id, plugin, seq, event.seq, heard=True):
                    return False
                seq = event.seq
            if len(rows) < _BATCH:
                return head == seq or await self._advance(tenant_id, plugin, seq, head)
        return False

    async def _deliver(self, plugin: str, event: Event) -> bool:
        """False when the event is to be delivered later."""
        trying = self._trying.get((event.tenant_id, plugin))
        if trying is None or trying.seq != event.seq:
            trying = self._trying[event.tenant_id, plugin] = _Trying(event.seq)
        for implementation in self._listening[plugin][event.type]:
            if implementation.hook not in trying.settled and not await self._deliver_to(implementation, event, trying):
                return False
            trying.settled.add(implementation.hook)
        del self._trying[event.tenant_id, plugin]
        return True

    async def _deliver_to(self, implementation: Implementation, event: Event, trying: _Trying) -> bool:
        while True:
            try:
                await self._observe(implementation, event)
            except Resting:
                return False
            except (PluginFailed, PluginError):
                failures = trying.failures[implementation.hook] = trying.failures[implementation.hook] + 1
                if failures > len(self._pauses):
                    await self._set_aside(implementation, event, traceback.format_exc())
                    return True
                await asyncio.sleep(self._pauses[failures - 1])
            else:
                return True

    async def _observe(self, implementation: Implementation, event: Event) -> None:
        reading = HOOKS[event.type][implementation.hook]
        arguments = await reading(self._db, event)
        if arguments is None:
            return
        ctx = self._contexts(event.tenant_id, implementation.plugin, event_id=event.id)
        with tenant_scope(event.tenant_id):
            await self._guard.call(implementation.plugin, implementation.hook, OBSERVER_SECONDS,
                                   lambda: implementation(ctx=ctx, **arguments), event.tenant_id)

    async def _set_aside(self, implementation: Implementation, event: Event, told: str) -> None:
        _log.error("event %d is set aside: %s of %s keeps failing", event.seq, implementation.hook,
                   implementation.plugin)
        await self._db.system.execute(
            "insert into plugin_failures (tenant_id, plugin, hook, seq, traceback) values ($1, $2, $3, $4, $5)",
            event.tenant_id, implementation.plugin, implementation.hook, event.seq, told[-8000:])

    async def _cursor(self, tenant_id: UUID, plugin: str) -> int | None:
        seq: int | None = await self._db.system.fetchval(
            "select seq from plugin_cursors where tenant_id = $1 and plugin = $2", tenant_id, plugin)
        return seq

    async def _is_behind(self, tenant_id: UUID, plugin: str) -> bool:
        async with self._db.system.acquire() as connection:
            head = await log.head(connection, tenant_id)
        seq = await self._cursor(tenant_id, plugin)
        return seq is not None and seq < head

    async def _advance(self, tenant_id: UUID, plugin: str, old: int, new: int, *, heard: bool = False) -> bool:
        """False when the cursor is no longer where this reader left it."""
        moved = await self._db.system.fetchval(_HEARD if heard else _ADVANCE, tenant_id, plugin, old, new)
        return bool(moved)


def observe_function(observers: Observers) -> Callable[..., Any]:
    """What SAQ calls for an offer."""

    async def observe(_context: Any, *, tenant_id: str, plugin: str) -> None:
        await observers.catch_up(UUID(tenant_id), plugin)

    return observe


def listening(plugin: str, hooks: Hooks) -> dict[str, list[Implementation]]:
    """Event type → this plugin's observers of it."""
    heard = {type: [one for hook in names for one in hooks.implementations(hook) if one.plugin == plugin]
             for type, names in HOOKS.items()}
    return {type: found for type, found in heard.items() if found}


def _offer(tenant_id: UUID, plugin: str, seq: int) -> Offer:
    # The number is part of the key: an offer that comes while the last one is at work is not taken for it.
    return Offer(plugin, OBSERVE, f"{OBSERVE}.{tenant_id}.{plugin}.{seq}",
                 {"tenant_id": str(tenant_id), "plugin": plugin})
