"""What this process counts. Labels are words of ours: never a phone, a wamid, a tenant or a caller's text.

Imports nothing of ours, so that whatever counts may import it.
"""

import re
from collections import Counter as Counts
from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

REGISTRY: Final = CollectorRegistry()
_FAST: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_MOST_FIELDS: Final = 60
_FIELD: Final = re.compile(r"[a-z][a-z0-9_.]{0,63}")

DELIVERIES: Final = Counter(
    "comptoir_webhook_deliveries", "Deliveries that came to the door, by what was answered.", ["outcome"],
    registry=REGISTRY)  # fmt: skip
COMMIT: Final = Histogram(
    "comptoir_journal_commit_seconds", "How long one commit of waiting deliveries took.", buckets=_FAST,
    registry=REGISTRY)  # fmt: skip
WAITING: Final = Gauge(
    "comptoir_journal_waiting", "Deliveries of this process that wait for their commit.", registry=REGISTRY)
ITEMS: Final = Counter(
    "comptoir_intake_items", "What deliveries said, by kind, as applied.", ["kind"], registry=REGISTRY)
FIELDS: Final = Counter(
    "comptoir_webhook_fields_unhandled", "Webhook fields that nobody here handles.", ["field"], registry=REGISTRY)
BATCH: Final = Histogram(
    "comptoir_intake_batch_seconds", "How long one batch of intake took.", buckets=_FAST, registry=REGISTRY)
NUMBERED: Final = Counter(
    "comptoir_events_numbered", "Events that the sequencer of this process numbered.", registry=REGISTRY)
SENDS: Final = Counter("comptoir_sends", "Sends to Meta, by how they ended.", ["outcome"], registry=REGISTRY)
SEND: Final = Histogram(
    "comptoir_send_seconds", "How long Meta took to answer a send.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0), registry=REGISTRY)  # fmt: skip
REQUESTS: Final = Histogram(
    "comptoir_http_request_seconds", "Requests to the API and the pages, by route.", ["method", "route", "status"],
    buckets=_FAST, registry=REGISTRY)  # fmt: skip
TOLD: Final = Histogram(
    "comptoir_event_to_screen_seconds", "From an event's transaction until the screens of this process were told.",
    buckets=_FAST, registry=REGISTRY)  # fmt: skip
JOBS: Final = Counter("comptoir_jobs_run", "Jobs that ended here, by how.", ["plugin", "name", "outcome"],
                      registry=REGISTRY)  # fmt: skip
CALLS: Final = Counter("comptoir_plugin_calls", "Calls into plugins, by how they ended.", ["plugin", "outcome"],
                       registry=REGISTRY)  # fmt: skip
WEBHOOKS_OUT: Final = Counter(
    "comptoir_webhooks_sent", "Webhooks sent to tenants' endpoints, by what was answered.", ["outcome"],
    registry=REGISTRY)  # fmt: skip
BLOCKED: Final = Counter(
    "comptoir_loop_blocked", "Times that this process's loop was held: by a plugin, or by the kernel (no name).",
    ["plugin"], registry=REGISTRY)  # fmt: skip

_fields: set[str] = set()


@dataclass
class _Batch:
    items: Counts[str] = field(default_factory=Counts)
    fields: list[str] = field(default_factory=list)


class Tally:
    """What a transaction will have done: counted when it has, forgotten when it is tried again.

    Of each task its own, for several are under way at once; outside of any, as in a replay, nothing is counted.
    """

    def __init__(self) -> None:
        self._batch: ContextVar[_Batch | None] = ContextVar("tally", default=None)

    def add(self, kind: str, count: int) -> None:
        if (batch := self._batch.get()) is not None:
            batch.items[kind] += count

    def unhandled(self, fields: Iterable[str]) -> None:
        if (batch := self._batch.get()) is not None:
            before = len(batch.fields)
            batch.fields += fields
            self.add("unhandled", len(batch.fields) - before)

    def forget(self) -> None:
        self._batch.set(_Batch())

    def count(self) -> None:
        batch = self._batch.get() or _Batch()
        for kind, count in batch.items.items():
            ITEMS.labels(kind).inc(count)
        for name in batch.fields:
            count_field(name)
        self._batch.set(None)


INTAKE: Final = Tally()
"""Of this process's intake."""


def count_field(name: str) -> None:
    """A webhook field that nobody handles. Its name is Meta's: so many, and so shaped, or it is "other"."""
    known = name in _fields or (len(_fields) < _MOST_FIELDS and _FIELD.fullmatch(name) is not None)
    if known:
        _fields.add(name)
    FIELDS.labels(name if known else "other").inc()
