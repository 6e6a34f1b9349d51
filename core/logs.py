"""Structured logs: one JSON object a line, with the request, tenant and wamid they belong to.

Never a message's body and never a secret: keys that could carry one are dropped here, whoever logs them, and a
phone number becomes a keyed hash, the same for the same number, so that one customer's lines can still be found.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_DROPPED = (
    "body", "text", "caption", "content", "payload", "raw", "message_json", "token", "password", "secret",
    "authorization", "cookie", "signature", "api_key", "credential", "dsn", "database_url", "valkey_url",
)  # fmt: skip
_PHONES = ("phone", "wa_id", "msisdn", "recipient", "sender")
_NOT_PHONES = ("phone_number_id",)
_LONGEST = 300


def configure(process: str, secret_key: str, level: int = logging.INFO) -> None:
    """Send every log of this process, the libraries' included, to stderr as JSON. Call once, at start."""
    shared = _processors(process, secret_key)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for noisy in ("httpx2", "httpcore", "asyncio", "botocore", "aiobotocore"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Everything logged inside carries these: `with bound(request_id=…, tenant=…, wamid=…):`."""
    with structlog.contextvars.bound_contextvars(**values):
        yield


def without_contents(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Drop every key whose name could carry a message or a secret, at any depth."""
    return {name: _cleaned(value) for name, value in event.items() if name == "event" or not _carries(name)}


def hash_phones(secret_key: str) -> Processor:
    """Phone numbers are few enough to be guessed from a plain hash, so it is keyed."""
    key = hashlib.sha256(b"comptoir log phones|" + secret_key.encode()).digest()

    def process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {name: _hashed(key, value) if _is_phone(name) else value for name, value in event.items()}

    return process


def short_exception(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """Frames and the first line of each message: databases and validators put whole rows into the following ones."""
    given = event.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        event["exception"] = "\n".join(_chain(error))
    return event


def _processors(process: str, secret_key: str) -> list[Processor]:
    def name_process(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        return {"process": process, **event}

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        name_process,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        short_exception,
        hash_phones(secret_key),
        without_contents,
    ]


def _carries(name: str) -> bool:
    lowered = name.lower()
    return any(word in lowered for word in _DROPPED)


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _cleaned(inner) for name, inner in value.items() if not _carries(str(name))}
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    return value


def _is_phone(name: str) -> bool:
    return name not in _NOT_PHONES and any(word in name.lower() for word in _PHONES)


def _hashed(key: bytes, value: Any) -> Any:
    if value is None:
        return None
    digits = "".join(character for character in str(value) if character.isalnum())
    return hmac.new(key, digits.encode(), hashlib.sha256).hexdigest()[:16]


def _chain(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _chain(before)
        yield "then:"
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    first = (str(error).splitlines() or [""])[0]
    yield f"{type(error).__qualname__}: {first[:_LONGEST]}"
    for inner in getattr(error, "exceptions", ()):
        yield from _chain(inner)
