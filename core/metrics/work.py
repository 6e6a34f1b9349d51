"""What waits, asked of the database: kept for a few seconds, so that a scrape costs it nothing that grows."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import asyncpg
from prometheus_client.core import GaugeMetricFamily

from core.db.pool import Database
from core.metrics.family import family
from core.metrics.plugins import plugin_families

KEPT_SECONDS: Final = 5.0
MOST_COUNTED: Final = 100_000
"""Where counting stops: an index is read up to here, and who has that many waiting looks at the age."""
_TIMEOUT_SECONDS: Final = 3.0
_AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)

_WAITING: Final = f"""
select 'journal' as kind, (select count(*) from (select from journal_pending limit {MOST_COUNTED}) q) as rows,
    (select extract(epoch from now() - received_at) from journal_pending order by id limit 1)::float8 as age
union all select 'events', (select count(*) from (select from event_outbox limit {MOST_COUNTED}) q),
    (select extract(epoch from now() - created_at) from event_outbox order by id limit 1)::float8
union all select 'jobs',
    (select count(*) from (select from jobs where state = 'queued' and run_at <= now() limit {MOST_COUNTED}) q),
    (select extract(epoch from now() - run_at) from jobs where state = 'queued' and run_at <= now()
        order by run_at limit 1)::float8
union all select 'media',
    (select count(*) from (select from attachments where state = 'pending' and due_at <= now() limit {MOST_COUNTED}) q),
    (select extract(epoch from now() - due_at) from attachments where state = 'pending' and due_at <= now()
        order by due_at limit 1)::float8
union all select 'uncertain',
    (select count(*) from (select from send_attempts where state = 'uncertain' and lease_until <= now()
        limit {MOST_COUNTED}) q),
    (select extract(epoch from now() - lease_until) from send_attempts where state = 'uncertain'
        and lease_until <= now() order by lease_until limit 1)::float8
"""  # noqa: S608 - constants
_LANES: Final = f"""
select case when bulk then 'bulk' else 'reply' end as lane, count(*) as rows,
    extract(epoch from now() - min(coalesce(not_before, queued_at)))::float8 as age
from (select bulk, not_before, queued_at from messages where status = 'queued' limit {MOST_COUNTED}) q group by bulk
"""  # noqa: S608 - constants
_BEHIND: Final = """
select c.plugin, sum(greatest(h.seq - c.seq, 0))::float8 as events, max(greatest(h.seq - c.seq, 0))::float8 as most
from plugin_cursors c join event_heads h using (tenant_id) group by c.plugin
"""
_ASIDE: Final = f"""
select (select count(*) from (select from quarantine where replayed_at is null and dismissed_at is null
        limit {MOST_COUNTED}) q) as quarantine,
    (select count(*) from (select from jobs where state = 'failed' limit {MOST_COUNTED}) q) as jobs,
    (select count(*) from (select from plugin_failures where replayed_at is null limit {MOST_COUNTED}) q) as events
"""  # noqa: S608 - constants
# The oldest event that an endpoint should have had: looked for a little way, for most of the log is no endpoint's.
_OUTWARD: Final = """
select (select count(*) from webhook_endpoints where state = 'on') as "on",
    (select count(*) from webhook_endpoints where state = 'paused') as paused,
    (select count(*) from webhook_endpoints where state = 'off') as off,
    (select extract(epoch from now() - min(l.created_at))::float8 from webhook_endpoints e cross join lateral (
        select created_at from event_log l where l.tenant_id = e.tenant_id and l.seq > e.seq and l.seq <= e.seq + 1000
            and l.type = any(e.types) order by l.seq limit 1) l where e.state = 'on') as age
"""


@dataclass(frozen=True)
class _Seen:
    at: float
    families: list[GaugeMetricFamily]


class Work:
    """One for each process that has a pool."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._seen = _Seen(float("-inf"), [])
        self._looking = asyncio.Lock()

    async def families(self) -> list[GaugeMetricFamily]:
        """The gauges, at most `KEPT_SECONDS` old. While the database is away there is only comptoir_database_up 0."""
        async with self._looking:
            if time.monotonic() - self._seen.at >= KEPT_SECONDS:
                self._seen = _Seen(time.monotonic(), await self._look())
        return [*self._seen.families, *_pools(self._db)]

    async def _look(self) -> list[GaugeMetricFamily]:
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS), self._db.system.acquire() as connection:
                waiting = await connection.fetch(_WAITING)
                lanes = await connection.fetch(_LANES)
                behind = await connection.fetch(_BEHIND)
                aside = await connection.fetchrow(_ASIDE)
                outward = await connection.fetchrow(_OUTWARD)
                plugins = await plugin_families(connection)
        except _AWAY:
            return [family("comptoir_database_up", "Whether the database answered.", [((), 0.0)])]
        return [family("comptoir_database_up", "Whether the database answered.", [((), 1.0)]),
                *_told(waiting, lanes, behind, dict(aside or {})), *_outward(dict(outward or {})), *plugins]


def _told(waiting: Any, lanes: Any, behind: Any, aside: dict[str, int]) -> Iterable[GaugeMetricFamily]:
    yield family("comptoir_work_waiting", f"What is due and not done, by kind; counted up to {MOST_COUNTED}.",
                  [((row["kind"],), row["rows"]) for row in waiting], "kind")
    yield family("comptoir_work_oldest_seconds", "The age of the oldest thing that is due, by kind.",
                  [((row["kind"],), row["age"] or 0.0) for row in waiting], "kind")
    yield family("comptoir_lane_waiting", f"Messages that wait to be sent, by lane; counted up to {MOST_COUNTED}.",
                  _both(lanes, "rows"), "lane")
    yield family("comptoir_lane_oldest_seconds", "For how long the oldest of them has waited.",
                  _both(lanes, "age"), "lane")
    yield family("comptoir_plugin_events_behind", "Events that a plugin has not seen yet, all tenants together.",
                  [((row["plugin"],), row["events"]) for row in behind], "plugin")
    yield family("comptoir_plugin_events_behind_most", "The same, of the tenant that is furthest behind.",
                  [((row["plugin"],), row["most"]) for row in behind], "plugin")
    yield family("comptoir_set_aside", "What failed for good and waits for a person, by kind.",
                  [((kind,), count) for kind, count in aside.items()], "kind")


def _outward(told: dict[str, Any]) -> Iterable[GaugeMetricFamily]:
    yield family("comptoir_webhook_endpoints", "Endpoints of tenants' webhooks, by state.",
                  [((state,), told[state]) for state in ("on", "paused", "off")], "state")
    yield family("comptoir_webhooks_oldest_seconds", "The age of the oldest event that an endpoint should have had.",
                  [((), max(told["age"] or 0.0, 0.0))])


def _both(lanes: Any, what: str) -> list[tuple[tuple[str], float]]:
    told = {row["lane"]: float(max(row[what], 0)) for row in lanes}
    return [((lane,), told.get(lane, 0.0)) for lane in ("reply", "bulk")]


def _pools(db: Database) -> Iterable[GaugeMetricFamily]:
    rows = [((name, state), float(count)) for name, pool in (("app", db.app), ("system", db.system))
            for state, count in (("busy", pool.get_size() - pool.get_idle_size()), ("idle", pool.get_idle_size()),
                                 ("most", pool.get_max_size()))]  # fmt: skip
    yield family("comptoir_database_connections", "Connections of this process's pools.", rows, "pool", "state")
