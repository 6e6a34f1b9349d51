"""Spans by OpenTelemetry, where there is an endpoint; without one nothing is imported and a span is nothing.

A request id names its trace: the receiver, the worker that applies the delivery and the one that sends the answer to an
API call never hear of each other, and their spans meet all the same.
"""

import hashlib
import re
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final

from core.config.model import Tracing

_HEX: Final = re.compile(r"[0-9a-f]{32}")
_NOTHING: Final[AbstractContextManager[None]] = nullcontext()
_tracer: Any = None
_provider: Any = None


def configure(process: str, settings: Tracing) -> None:
    """Send spans from now on, in batches, from a thread of their own."""
    global _tracer, _provider
    if settings.endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import TraceIdRatioBased

    # By the trace's id alone, so that every process decides alike.
    _provider = TracerProvider(resource=Resource.create({"service.name": f"comptoir-{process}"}),
                               sampler=TraceIdRatioBased(settings.share))  # fmt: skip
    exporter = OTLPSpanExporter(endpoint=f"{settings.endpoint.rstrip('/')}/v1/traces")
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = _provider.get_tracer("comptoir")


def flush() -> None:
    """Send what is still here."""
    if _provider is not None:
        _provider.force_flush(2000)


def span(name: str, request_id: str | None, **attributes: str | int) -> AbstractContextManager[Any]:
    """Around the work. Attributes are ids and words of ours, never what people wrote."""
    return _NOTHING if _tracer is None else _span(name, request_id, attributes)


def record(name: str, request_ids: "list[str | None]", began_ns: int, **attributes: str | int) -> None:
    """Work that was done for several requests at once: a span for each, from `began_ns` (time.time_ns) until now."""
    if _tracer is None:
        return
    now = time.time_ns()
    for request_id in request_ids:
        one = _tracer.start_span(name, context=_context(request_id), start_time=began_ns,
                                 attributes=_told(request_id, attributes))  # fmt: skip
        one.end(now)


@contextmanager
def _span(name: str, request_id: str | None, attributes: dict[str, str | int]) -> Iterator[Any]:
    # An exception's text may hold anything: only that there was one is told.
    with _tracer.start_as_current_span(name, context=_context(request_id), attributes=_told(request_id, attributes),
                                       record_exception=False, set_status_on_exception=False) as one:  # fmt: skip
        try:
            yield one
        except Exception as error:
            one.set_attribute("error.type", type(error).__qualname__)
            raise


def _told(request_id: str | None, attributes: dict[str, str | int]) -> dict[str, str | int]:
    return {**attributes, **({"request_id": request_id} if request_id else {})}


def _context(request_id: str | None) -> Any:
    """The trace that this request id names, or a new one."""
    if request_id is None:
        return None
    from opentelemetry.trace import NonRecordingSpan, SpanContext, TraceFlags, set_span_in_context

    digest = hashlib.sha256(request_id.encode()).digest()
    named = bytes.fromhex(request_id) if _HEX.fullmatch(request_id) and request_id != "0" * 32 else digest[:16]
    context = SpanContext(int.from_bytes(named, "big"), int.from_bytes(digest[16:24], "big"), is_remote=True,
                          trace_flags=TraceFlags(TraceFlags.SAMPLED))  # fmt: skip
    return set_span_in_context(NonRecordingSpan(context))
