"""A gauge that is told when somebody looks."""

from collections.abc import Iterable

from prometheus_client.core import GaugeMetricFamily


def family(name: str, told: str, rows: Iterable[tuple[tuple[str, ...], float]], *labels: str) -> GaugeMetricFamily:
    found = GaugeMetricFamily(name, told, labels=labels)
    for values, value in rows:
        found.add_metric(list(values), float(value))
    return found
