"""What the operator is told of plugins: how they do, what they cost, what went wrong in them; and ending a rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core import audit
from core.db.pool import Database
from core.messaging.page import Page, by_time, page

_RESTS: Final = """
select plugin, door, why, rests_until from plugin_breakers where rests_until > now() order by plugin, door
"""
_TROUBLES: Final = """
select plugin, count(*) as kinds, sum(count)::bigint as count, max(last_at) as last_at from plugin_incidents
where last_at > now() - interval '1 day' group by plugin
"""
_SPENT: Final = """
select plugin, sum(calls)::bigint as calls, sum(failures)::bigint as failures, sum(seconds)::float8 as seconds
from plugin_spending where day >= (now() at time zone 'UTC')::date - 6 group by plugin
"""
_SET_ASIDE: Final = "select plugin, count(*) as events from plugin_failures where replayed_at is null group by plugin"
_JOBS: Final = """
select plugin, count(*) as jobs from jobs where state = 'failed' and finished_at > now() - interval '1 day'
    and plugin <> 'core' group by plugin
"""
_CALLS: Final = """
select call, sum(calls)::bigint as calls, sum(failures)::bigint as failures, sum(seconds)::float8 as seconds,
    max(longest)::float8 as longest
from plugin_spending where plugin = $1 and day >= (now() at time zone 'UTC')::date - 6
group by call order by sum(seconds) desc, call limit 50
"""
_TENANTS: Final = "select id, slug, name from tenants where id = any($1::uuid[]) order by slug limit 200"
_INCIDENTS: Final = """
select last_at as sort, id, jsonb_build_object('id', id, 'kind', kind, 'call', call, 'place', place, 'told', told,
    'traceback', traceback, 'process', process, 'count', count, 'first_at', first_at, 'last_at', last_at) as resource
from plugin_incidents
where plugin = $1 and ($2::timestamptz is null or (last_at, id) < ($2, $3::uuid))
order by last_at desc, id desc limit $4
"""
_WAKE: Final = """
update plugin_breakers set rests_until = null, rests = 0, why = '', changed_at = clock_timestamp()
where plugin = $1 and rests_until is not null returning door
"""


@dataclass(frozen=True)
class Figures:
    """Of every plugin, by name."""

    rests: Mapping[str, list[dict[str, Any]]]
    troubles: Mapping[str, Mapping[str, Any]]
    spent: Mapping[str, Mapping[str, Any]]
    set_aside: Mapping[str, int]
    failed_jobs: Mapping[str, int]

    def of(self, name: str) -> dict[str, Any]:
        trouble, spent = self.troubles.get(name, {}), self.spent.get(name, {})
        return {
            "rests": self.rests.get(name, []),
            "incidents_1d": trouble.get("count", 0), "last_incident_at": trouble.get("last_at"),
            "calls_7d": spent.get("calls", 0), "failures_7d": spent.get("failures", 0),
            "seconds_7d": spent.get("seconds", 0.0),
            "events_set_aside": self.set_aside.get(name, 0), "jobs_failed_1d": self.failed_jobs.get(name, 0),
        }  # fmt: skip


async def figures(db: Database) -> Figures:
    """One look, by the system role."""
    rests: dict[str, list[dict[str, Any]]] = {}
    for row in await db.system.fetch(_RESTS):
        rests.setdefault(row["plugin"], []).append(
            {"door": row["door"], "why": row["why"], "until": row["rests_until"]})
    return Figures(
        rests, {row["plugin"]: dict(row) for row in await db.system.fetch(_TROUBLES)},
        {row["plugin"]: dict(row) for row in await db.system.fetch(_SPENT)},
        {row["plugin"]: row["events"] for row in await db.system.fetch(_SET_ASIDE)},
        {row["plugin"]: row["jobs"] for row in await db.system.fetch(_JOBS)})


async def calls(db: Database, plugin: str) -> list[dict[str, Any]]:
    """Where its time of the last seven days went, the dearest first."""
    return [dict(row) for row in await db.system.fetch(_CALLS, plugin)]


async def tenants(db: Database, ids: list[UUID]) -> list[dict[str, Any]]:
    """Of these, by slug; not more than two hundred."""
    return [dict(row) for row in await db.system.fetch(_TENANTS, ids)]


async def incidents(db: Database, plugin: str, *, limit: int, cursor: str | None) -> Page:
    """What went wrong, the latest first."""
    at, identifier = by_time(cursor)
    return page(await db.system.fetch(_INCIDENTS, plugin, at, identifier, limit + 1), limit, "sort", "id")


async def wake(db: Database, plugin: str) -> None:
    """End its rests, in every process within two seconds."""
    async with db.system_transaction() as connection:
        if doors := [row["door"] for row in await connection.fetch(_WAKE, plugin)]:
            await audit.record_for(connection, audit.INSTALLATION, "plugin.woken", "plugin", plugin,
                                   {"doors": [doors, []]})
