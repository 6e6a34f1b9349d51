"""Plugins' figures of all processes together, as their guards write them down; and the workers that some have alone."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from prometheus_client.core import GaugeMetricFamily

from core.metrics.family import family

_BREAKERS: Final = """
select plugin, door, (coalesce(rests_until > now(), false))::int as open from plugin_breakers
"""
_SPENT: Final = """
select plugin, call, calls, failures, seconds, longest from plugin_spending
where day = (now() at time zone 'UTC')::date order by seconds desc limit 500
"""
_INCIDENTS: Final = """
select plugin, kind, sum(count)::float8 as count from plugin_incidents group by 1, 2
"""


async def plugin_families(connection: Any) -> list[GaugeMetricFamily]:
    """Asked of the database."""
    breakers, incidents = await connection.fetch(_BREAKERS), await connection.fetch(_INCIDENTS)
    spent = await connection.fetch(_SPENT)
    return [
        family("comptoir_plugin_breaker_open", "1 while this door of the plugin rests, in every process.",
               [((row["plugin"], row["door"]), row["open"]) for row in breakers], "plugin", "door"),
        family("comptoir_plugin_incidents", "What went wrong in plugins in two weeks, by kind.",
               [((row["plugin"], row["kind"]), row["count"]) for row in incidents], "plugin", "kind"),
        *(family(f"comptoir_plugin_today_{name}", f"{told} Since midnight UTC, all processes together.",
                 [((row["plugin"], row["call"]), row[name]) for row in spent], "plugin", "call")
          for name, told in _TODAY.items()),
    ]  # fmt: skip


_TODAY: Final = {
    "calls": "Calls of each hook, job and route of plugins.", "failures": "Those that failed.",
    "seconds": "The time they took.", "longest": "The seconds of the longest.",
}


def workers(taken: Mapping[str, int], starts: Mapping[str, int]) -> Iterable[GaugeMetricFamily]:
    """`taken` is the memory of those that run."""
    yield family("comptoir_plugin_worker_memory_bytes", "Memory of a plugin's own worker, as long as it runs.",
                 [((plugin,), size) for plugin, size in taken.items()], "plugin")
    yield family("comptoir_plugin_worker_starts", "How often a plugin's own worker was started.",
                 [((plugin,), count) for plugin, count in starts.items()], "plugin")
