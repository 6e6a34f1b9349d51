"""What a process knows of itself when somebody looks."""

from collections.abc import Iterable, Mapping

from prometheus_client.core import GaugeMetricFamily

from core.metrics.family import family


def sockets(count: int) -> GaugeMetricFamily:
    """Open screens."""
    return family("comptoir_sockets_open", "Screens connected to this process.", [((), count)])


def breakers(resting: Mapping[str, bool]) -> Iterable[GaugeMetricFamily]:
    """Each plugin's breaker."""
    rows = [((plugin,), float(rests)) for plugin, rests in resting.items()]
    yield family("comptoir_plugin_resting", "1 while a plugin that failed too often is left alone.", rows, "plugin")


def running(jobs: int) -> GaugeMetricFamily:
    """Jobs at work."""
    return family("comptoir_jobs_running", "Jobs that this process runs now.", [((), jobs)])
