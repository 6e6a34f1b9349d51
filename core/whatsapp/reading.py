"""Reading fields whose type Meta does not keep: text where numbers were, the reverse, "" for absent."""

from datetime import UTC, datetime
from typing import Any, Final

from core.whatsapp.values import JsonObject, ReportedError

# Ids are index keys in PostgreSQL (at most 2,704 bytes a row): a longer one would fail its whole batch.
LONGEST_ID: Final = 512
LONGEST_IDENTITY: Final = 256
_LONGEST_NAME: Final = 256
_EARLIEST: Final = 1_230_768_000  # 2009, the year WhatsApp began: anything before is a broken clock
_LATEST: Final = 4_102_444_800  # 2100


def text(value: Any) -> str | None:
    """A non-empty text, or a number written as one; else None."""
    if type(value) is str:
        return value or None
    if type(value) is int or type(value) is float:
        return str(value)
    return None


def identifier(value: Any, longest: int = LONGEST_ID) -> str | None:
    """An id as Meta spells it (case matters), or None when it cannot be one."""
    told = text(value)
    return told if told is not None and len(told) <= longest and told.isascii() else None


def name(value: Any) -> str:
    """A name the customer chose, cut at 256 characters (WhatsApp shows 25)."""
    told = text(value)
    return told[:_LONGEST_NAME] if told is not None else ""


def mapping(value: Any) -> JsonObject | None:
    return value if type(value) is dict else None


def at(value: Any) -> datetime | None:
    """Meta's timestamp (seconds since 1970, as text or number) in UTC; None when it is not a plausible one."""
    try:
        seconds = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return datetime.fromtimestamp(seconds, UTC) if _EARLIEST <= seconds < _LATEST else None


def errors(value: Any) -> tuple[ReportedError, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(_error(raw) for raw in value)


def _error(raw: Any) -> ReportedError:
    told = mapping(raw) or {}
    data = mapping(told.get("error_data")) or {}
    title = text(told.get("title")) or text(told.get("message")) or ""
    details = text(data.get("details")) or text(told.get("details")) or text(told.get("message")) or ""
    return ReportedError(_code(told.get("code")), title, details, raw)


def _code(value: Any) -> int | None:
    told = text(value)
    return int(told) if told is not None and told.isascii() and told.isdecimal() and len(told) <= 9 else None
