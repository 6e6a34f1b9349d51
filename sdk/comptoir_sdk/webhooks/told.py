"""How the values of this package are read from Meta's JSON: by path, tolerant of every shape, nothing raises.

Source: Meta, "Webhooks: reference". Whatever a value does not name is still in its `raw`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Final, Self

Json = Mapping[str, Any]

_EARLIEST: Final = 1_230_768_000  # 2009: anything before is a broken clock
_LATEST: Final = 4_102_444_800


@dataclass(frozen=True)
class Told:
    """Something Meta told by webhook. `raw` is its JSON as it came."""

    raw: Json = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, raw: Json) -> Self:
        """Reads whatever is there; what is missing or odd is None (or empty)."""
        told: dict[str, Any] = {"raw": raw}
        for one in fields(cls):
            if "paths" in one.metadata:
                told[one.name] = one.metadata["read"](_first(raw, one.metadata["paths"]))
        return cls(**told)


def text_at(*paths: str) -> Any:
    """A field: the first of these that is a text or a number; None without."""
    return _field(paths, as_text)


def number_at(*paths: str) -> Any:
    return _field(paths, as_number)



def moment_at(*paths: str) -> Any:
    return _field(paths, as_moment)


def each_at(path: str, read: Callable[[Json], Any]) -> Any:
    """A field: a tuple of what `read` makes of each object of a list."""
    return _field((path,), lambda value: tuple(read(one) for one in _objects(value)), ())


def anything_at(*paths: str) -> Any:
    """A field: an object as it came; empty without."""
    return _field(paths, lambda value: value if isinstance(value, dict) else {}, default_factory=dict)


def _field(paths: tuple[str, ...], read: Callable[[Any], Any], default: Any = None, **more: Any) -> Any:
    metadata = {"paths": paths, "read": read}
    return field(**(more or {"default": default}), metadata=metadata)


def _first(raw: Any, paths: tuple[str, ...]) -> Any:
    for path in paths:
        value = raw
        for key in path.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if value is not None:
            return value
    return None


def _objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def as_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def as_number(value: Any) -> float | int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and len(value) < 40:
        try:
            found = float(value)
        except ValueError:
            return None
        return int(found) if found.is_integer() else found if math.isfinite(found) else None
    return value if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)) else None


def as_moment(value: Any) -> datetime | None:
    """Seconds since 1970, as text or number."""
    seconds = as_number(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds is not None and _EARLIEST <= seconds < _LATEST else None
