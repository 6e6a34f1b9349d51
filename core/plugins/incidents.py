"""What went wrong in plugins, gathered in memory until it is written down: the same trouble again is counted."""

import hashlib
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Literal

Kind = Literal["raised", "late", "blocked", "leaked", "memory", "load", "migration", "browser"]
Line = tuple[str, traceback.FrameSummary]
"""The module of a frame, and the frame."""
_MOST_WAITING: Final = 200
_MOST_TOLD, _MOST_TRACED = 500, 12_000


@dataclass(frozen=True)
class Incident:
    """`place` is file:line in the plugin's own code; `traceback` may be long."""

    plugin: str
    kind: Kind
    call: str
    told: str
    place: str = ""
    traceback: str = ""

    @property
    def fingerprint(self) -> str:
        """Without the words told, which may differ each time."""
        named = "\n".join((self.kind, self.call, self.place or self.told))
        return hashlib.sha256(named.encode()).hexdigest()[:24]

    @classmethod
    def stuck(cls, plugin: str, call: str, told: str, stack: Sequence[Line], package: str) -> "Incident":
        """A call that took too long, with where it waited."""
        traced = "".join(traceback.format_list([line for _, line in stack]))
        place = _innermost([(module, line.filename, line.lineno or 0) for module, line in stack], package)
        return cls(plugin, "late", call, told, place, traced[-_MOST_TRACED:])

    @classmethod
    def of(cls, plugin: str, kind: Kind, call: str, error: BaseException, package: str) -> "Incident":
        """The error with where it happened."""
        told = "".join(traceback.format_exception_only(error)).strip()
        deepest = error
        while deepest.__cause__ is not None:  # ours may be wrapped around the plugin's
            deepest = deepest.__cause__
        place = getattr(error, "place", "") or place_of(deepest.__traceback__, package)
        return cls(plugin, kind, call, storable(told)[:_MOST_TOLD], place,
                   storable("".join(traceback.format_exception(error)))[-_MOST_TRACED:])


def place_of(trace: TracebackType | None, package: str) -> str:
    """The innermost line of the plugin's own, else the innermost."""
    return _innermost([(str(frame.f_globals.get("__name__", "")), frame.f_code.co_filename, line)
                       for frame, line in traceback.walk_tb(trace)], package)


def _innermost(frames: Sequence[tuple[str, str, int]], package: str) -> str:
    own = [(file, line) for name, file, line in frames if belongs(name, package)]
    found = own or [(file, line) for _, file, line in frames]
    return f"{found[-1][0]}:{found[-1][1]}" if found else ""


def storable(text: str) -> str:
    """PostgreSQL keeps no NUL, and a lone surrogate is no UTF-8."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def belongs(module: str, package: str) -> bool:
    return bool(package) and (module == package or module.startswith(f"{package}."))


class Incidents:
    """Of one process. Bounded: a plugin that breaks in a thousand ways is told of in two hundred."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], tuple[Incident, int]] = {}

    def add(self, incident: Incident, times: int = 1) -> None:
        key = (incident.plugin, incident.fingerprint)
        _, count = self._waiting.get(key, (incident, 0))
        if count or len(self._waiting) < _MOST_WAITING:
            self._waiting[key] = (incident, count + times)

    def take(self) -> list[tuple[Incident, int]]:
        """Those not yet written, with how often each came."""
        found = list(self._waiting.values())
        self._waiting.clear()
        return found

    def give_back(self, taken: Sequence[tuple[Incident, int]]) -> None:
        """They could not be written."""
        for incident, count in taken:
            self.add(incident, count)
