"""Keyset paging: a page ends with the key of its last row, and the next begins after it. New rows move nothing."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.errors import Invalid

DEFAULT_LIMIT = 50
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some resources, and the cursor of what comes after them; None at the end."""

    items: list[dict[str, Any]]
    next: str | None

    def as_json(self) -> dict[str, Any]:
        return {"items": self.items, "next": self.next}


@dataclass(frozen=True, slots=True)
class Texts:
    """A page whose resources are JSON as the database wrote it: most go out as they are, and are read by none."""

    items: list[str]
    next: str | None

    @property
    def keys(self) -> dict[str, str | None]:
        """The cursors of what lies beside it."""
        return {"next": self.next}

    @property
    def body(self) -> str:
        """The same JSON as that of the Page."""
        return f'{{"items":[{",".join(self.items)}],{json.dumps(self.keys)[1:]}'

    def read(self) -> Page:
        return Page([json.loads(text) for text in self.items], self.next)


def page(rows: Sequence[Any], limit: int, *keys: str) -> Page:
    """The first `limit` of rows that were asked for with one more, so that the end is known without counting."""
    more = len(rows) > limit
    last = rows[limit - 1] if more else None
    return Page([row["resource"] for row in rows[:limit]], encode(*(last[key] for key in keys)) if last else None)


def encode(*key: object) -> str:
    """An opaque cursor."""
    return base64.urlsafe_b64encode(json.dumps([str(part) for part in key]).encode()).rstrip(b"=").decode()


def by_time(cursor: str | None) -> tuple[datetime | None, UUID | None]:
    """(moment, id) of a cursor; (None, None) for the first page. Raises Invalid."""
    if cursor is None:
        return None, None
    moment, identifier = _decode(cursor)
    try:
        return datetime.fromisoformat(moment).astimezone(UTC), UUID(identifier)
    except (ValueError, OverflowError):  # the first and the last day of all have no UTC everywhere
        raise _unreadable() from None


def by_name(cursor: str | None) -> tuple[str | None, UUID | None]:
    """(name, id) of a cursor; (None, None) for the first page. Raises Invalid."""
    if cursor is None:
        return None, None
    name, identifier = _decode(cursor)
    if "\0" in name:
        raise _unreadable()
    try:
        return name, UUID(identifier)
    except ValueError:
        raise _unreadable() from None


def by_number(cursor: str | None) -> int | None:
    """The number of a cursor that holds it twice; None for the first page. Raises Invalid."""
    if cursor is None:
        return None
    first, _ = _decode(cursor)
    if not first.isascii() or not first.isdecimal() or len(first) > 18:
        raise _unreadable()
    return int(first)


def by_words(cursor: str | None) -> tuple[str | None, str | None]:
    """Two texts of a cursor; (None, None) for the first page. Raises Invalid."""
    if cursor is None:
        return None, None
    first, second = _decode(cursor)
    if "\0" in first + second:
        raise _unreadable()
    return first, second


def _decode(cursor: str) -> tuple[str, str]:
    try:
        first, second = json.loads(base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4)))
        f"{first}{second}".encode()  # half a character can stand in JSON, and in no text
    except (ValueError, TypeError, binascii.Error, RecursionError):
        raise _unreadable() from None
    if not isinstance(first, str) or not isinstance(second, str):
        raise _unreadable()
    return first, second


def _unreadable() -> Invalid:
    return Invalid("The cursor is not one of ours: take it from `next` of the previous page, or leave it out.",
                   errors=[{"loc": ["cursor"], "msg": "not a cursor of this list"}])  # fmt: skip
