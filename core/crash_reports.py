"""Errors to Sentry, where there is a DSN: what broke and where. What it was about stays in our own log.

An error's text may hold a message, a row or a token, and so may its variables: the report is put together from what
cannot, instead of cleaned of what could. The request id in it finds the log line that says the rest.
"""

import re
from importlib.metadata import version
from typing import Any, Final

import structlog

from core.config.model import Sentry

_FRAME: Final = ("filename", "abs_path", "function", "module", "lineno", "in_app")
_KEPT: Final = ("event_id", "timestamp", "platform", "level", "logger", "release", "environment", "sdk", "type")
_TAGS: Final = ("request_id", "tenant")
_TELLING: Final = re.compile(r"\S*@\S*|\+?\d[\d ().-]{5,}\d|[A-Za-z0-9_\-+/=.]{24,}")
"""Addresses, numbers as long as a phone's, and whatever could be a key."""


def configure(process: str, settings: Sentry) -> None:
    """Report from now on. Without a DSN nothing is imported and nothing happens."""
    if settings.dsn is None:
        return
    import sentry_sdk
    from sentry_sdk.integrations.atexit import AtexitIntegration
    from sentry_sdk.integrations.dedupe import DedupeIntegration
    from sentry_sdk.integrations.excepthook import ExcepthookIntegration
    from sentry_sdk.integrations.logging import LoggingIntegration

    sentry_sdk.init(
        dsn=settings.dsn, environment=settings.environment, release=f"comptoir@{version('comptoir')}",
        server_name=process, before_send=_report(process), max_breadcrumbs=0, send_default_pii=False,
        include_local_variables=False, include_source_context=False, max_request_body_size="never",
        traces_sample_rate=None, send_client_reports=False, auto_session_tracking=False,
        default_integrations=False, auto_enabling_integrations=False,
        integrations=[LoggingIntegration(level=None), DedupeIntegration(), ExcepthookIntegration(),
                      AtexitIntegration(callback=lambda pending, timeout: None)],
    )  # fmt: skip


def flush(seconds: float = 2.0) -> None:
    """Send what is still here; nothing without a DSN."""
    import sys

    if sdk := sys.modules.get("sentry_sdk"):
        sdk.flush(seconds)


def _report(process: str) -> Any:
    def before_send(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
        """The event anew, of what is known to be ours."""
        told: dict[str, Any] = {name: event[name] for name in _KEPT if name in event}
        record = hint.get("log_record")
        if record is not None:
            told["logentry"] = {"message": _sentence(record.msg)}
        if values := event.get("exception", {}).get("values"):
            told["exception"] = {"values": [_exception(one) for one in values]}
        bound = structlog.contextvars.get_contextvars()
        told["tags"] = {"process": process, **{name: str(bound[name]) for name in _TAGS if name in bound}}
        return told

    return before_send


def _sentence(message: object) -> str:
    """The words of the code, without what was put into them. structlog hands down a dict, its sentence is `event`."""
    text = message.get("event") if isinstance(message, dict) else message
    return _TELLING.sub("…", str(text).split("\n", 1)[0])[:200]


def _exception(one: dict[str, Any]) -> dict[str, Any]:
    frames = (one.get("stacktrace") or {}).get("frames") or []
    return {
        "type": one.get("type"), "module": one.get("module"), "mechanism": {"type": "comptoir", "handled": False},
        "stacktrace": {"frames": [{name: frame[name] for name in _FRAME if name in frame} for frame in frames]},
    }  # fmt: skip
