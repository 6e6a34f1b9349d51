"""Switching on and off, noticed once in the installation: cursors begin at the head of the log, plugins are told."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import tenant_scope
from core.jobs.queue import enqueue
from core.jobs.work import Handler, Run
from core.plugins.context import Contexts
from core.plugins.gate import Gate
from core.plugins.guard import Guard
from core.plugins.hooks import Hooks
from core.plugins.loader import Plugins

_TOLD = {"_enabled": "on_plugin_enabled", "_disabled": "on_plugin_disabled"}
_HOOK_SECONDS = 30.0
_LOOK_SECONDS = 1.0


class Enablement:
    """The cursors' rows are the memory of who had which plugin."""

    def __init__(self, db: Database, plugins: Plugins, gate: Gate) -> None:
        self._db, self._plugins, self._gate = db, plugins, gate
        self._changed = asyncio.Event()
        self._changed.set()
        gate.on_change(self._changed.set)

    async def run(self) -> None:
        """For ever, at each change of the gate."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.settle()
            await asyncio.sleep(_LOOK_SECONDS)

    async def settle(self) -> None:
        """Once: a row for each pair that is on, none for those off. A plugin that failed to load keeps its rows."""
        for one in self._plugins.loaded():
            on = self._gate.tenants_with(one.name)
            async with self._db.system_transaction() as connection:
                for tenant_id in await _begin(connection, one.name, on):
                    await enqueue(connection, tenant_id, one.name, "_enabled", {}, key="told")
                for tenant_id in await _end(connection, one.name, on):
                    await enqueue(connection, tenant_id, one.name, "_disabled", {}, key="told")


async def _begin(connection: Connection, plugin: str, tenants: list[UUID]) -> list[UUID]:
    rows = await connection.fetch(
        """insert into plugin_cursors (tenant_id, plugin, seq)
           select t.id, $1, coalesce((select h.seq from event_heads h where h.tenant_id = t.id), 0)
           from unnest($2::uuid[]) t (id) on conflict do nothing returning tenant_id""", plugin, tenants)
    return [row["tenant_id"] for row in rows]


async def _end(connection: Connection, plugin: str, tenants: list[UUID]) -> list[UUID]:
    rows = await connection.fetch(
        # Not of tenants that are suspended: when they come back, their plugins go on where they were.
        "delete from plugin_cursors c using tenants t where c.plugin = $1 and not c.tenant_id = any($2::uuid[]) "
        "and t.id = c.tenant_id and t.status = 'active' returning c.tenant_id",
        plugin, tenants)
    return [row["tenant_id"] for row in rows]


def handlers(plugins: Plugins, contexts: Contexts, hooks: Hooks, guard: Guard) -> Iterator[Handler]:
    """The jobs that tell a plugin."""
    for one in plugins.loaded():
        for name in _TOLD:
            yield _handler(one.name, name, contexts, hooks, guard)


async def _is_still(contexts: Contexts, tenant_id: UUID, plugin: str, *, on: bool) -> bool:
    if contexts.gate.enabled(tenant_id, plugin) != on:  # another process has seen the change, perhaps before this one
        await contexts.gate.refresh(contexts.outside.db)
    return contexts.gate.enabled(tenant_id, plugin) == on


def _handler(plugin: str, name: str, contexts: Contexts, hooks: Hooks, guard: Guard) -> Handler:
    async def run(run: Run) -> None:
        if run.tenant_id is None or not await _is_still(contexts, run.tenant_id, plugin, on=name == "_enabled"):
            return  # switched back in the meantime
        ctx = contexts(run.tenant_id, plugin)
        offered = {"ctx": ctx} | ({"settings": ctx.settings} if name == "_enabled" else {})
        for one in hooks.implementations(_TOLD[name]):
            if one.plugin == plugin:
                with tenant_scope(run.tenant_id):
                    await guard.call(plugin, one.hook, _HOOK_SECONDS, lambda one=one: one(**offered),  # type: ignore[misc]
                                     run.tenant_id)

    return Handler(plugin, name, run, _HOOK_SECONDS + 5)
