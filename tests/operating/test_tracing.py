"""Spans at a collector: a webhook and what intake makes of it are one trace, and so are a request and its send."""

from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from core.db.pool import Database
from tests.messaging.intake.deliveries import delivery, drain, text
from tests.operating.collector import collecting, run
from tests.receiver.door import call, signed
from tests.receiver.door import receiver as receiving
from tests.seed import SeededTenant

_PROGRAM = """
import sys, time
from core import tracing
from core.config.model import Tracing

tracing.configure("worker", Tracing(endpoint=sys.argv[1]))
with tracing.span("webhook", "4bf92f3577b34da6a3ce929d0e0e4736", app="atlas"):
    pass
tracing.record("intake", ["4bf92f3577b34da6a3ce929d0e0e4736", "a-request-of-mine", None], time.time_ns(), deliveries=3)
try:
    with tracing.span("send", "a-request-of-mine"):
        raise ValueError("canary")
except ValueError:
    pass
tracing.flush()
"""


def _spans(came: list[bytes]) -> list[Any]:
    requests = [ExportTraceServiceRequest.FromString(one) for one in came]
    return [span for request in requests for told in request.resource_spans
            for scope in told.scope_spans for span in scope.spans]  # fmt: skip


def test_spans_of_one_request_meet_in_one_trace_whoever_made_them() -> None:
    with collecting() as collector:
        run(_PROGRAM, f"http://127.0.0.1:{collector.port}")
    came = collector.bodies
    assert {path for path, _ in collector.came} == {"/v1/traces"}
    spans = _spans(came)
    traces = {(span.name, next((a.value.string_value for a in span.attributes if a.key == "request_id"), None)):
              span.trace_id.hex() for span in spans}  # fmt: skip
    assert len(spans) == 5
    assert traces["webhook", "4bf92f3577b34da6a3ce929d0e0e4736"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert traces["intake", "4bf92f3577b34da6a3ce929d0e0e4736"] == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert traces["intake", "a-request-of-mine"] == traces["send", "a-request-of-mine"]
    assert len(set(traces.values())) == 3
    assert b"canary" not in b"".join(came)
    assert b"ValueError" in b"".join(came)


async def test_a_delivery_keeps_its_request_id_from_the_door_to_the_log_of_intake(
    db: Database, tenant: SeededTenant, caplog: pytest.LogCaptureFixture
) -> None:
    path, body = f"/webhooks/whatsapp/{tenant.app_slug}", delivery(tenant, text("wamid.1"))
    headers = {"X-Hub-Signature-256": signed(tenant.app_secret, body)}
    async with receiving(db.url) as door:
        for given in ({"X-Request-Id": "a-request-of-mine"}, {"X-Request-Id": "not tame"}, {}):
            assert (await call(door, "POST", path, body, {**headers, **given}))[0] == 200
    kept = [row[0] for row in await db.system.fetch("select headers ->> 'x-request-id' from journal order by id")]
    assert kept[0] == "a-request-of-mine"
    assert [len(one) for one in kept[1:]] == [32, 32]
    caplog.set_level("INFO", "core.messaging.intake.loop")
    await drain(db)
    [told] = [record for record in caplog.records if "request_ids" in record.__dict__]
    assert told.__dict__["request_ids"] == kept
