"""What leaves the SDK, and when. Whoever still uses it is told once, with the version that will not have it."""

import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

_OWN = ("comptoir_sdk", "pluggy", "importlib", "dataclasses")


@dataclass(frozen=True)
class Retiring:
    """`removed_in` is the first version of comptoir-sdk without it; `instead` says what to write."""

    removed_in: str
    instead: str


NAMES: Mapping[str, Retiring] = {}
"""Names of `comptoir_sdk` that go; `instead` is the public name that took their place."""
HOOKS: Mapping[str, Retiring] = {}
SLOTS: Mapping[str, Retiring] = {}


class SdkDeprecation(DeprecationWarning):
    """Shown by pytest, and by the kernel in the log and on the operator's page of plugins."""


@dataclass(frozen=True)
class Deprecation:
    """Something of the SDK that a plugin uses and that goes. `place` is file:line in the plugin's code."""

    what: str
    removed_in: str
    instead: str
    place: str = ""

    def __str__(self) -> str:
        return f"{self.what} leaves comptoir-sdk in {self.removed_in}: {self.instead}"


_heard: ContextVar[list[Deprecation] | None] = ContextVar("comptoir_deprecations", default=None)


@contextmanager
def hearing() -> Iterator[list[Deprecation]]:
    """What is used inside and goes, each once. The kernel's, around the loading of one plugin."""
    found: list[Deprecation] = []
    token = _heard.set(found)
    try:
        yield found
    finally:
        _heard.reset(token)


def tell(what: str, retiring: Retiring) -> None:
    """Somebody uses it: a warning at their line, and a word to whoever is hearing."""
    file, line = _user()
    told = Deprecation(what, retiring.removed_in, retiring.instead, f"{file}:{line}" if file else "")
    warnings.warn_explicit(str(told), SdkDeprecation, file or "<unknown>", line)
    heard = _heard.get()
    if heard is not None and what not in {one.what for one in heard}:
        heard.append(told)


def renamed(name: str, public: Mapping[str, Any]) -> Any:
    """For the package's `__getattr__`: a name that goes is what took its place. Raises AttributeError."""
    if name not in NAMES:
        raise AttributeError(f"module 'comptoir_sdk' has no attribute {name!r}")
    tell(f"comptoir_sdk.{name}", NAMES[name])
    return public[NAMES[name].instead]


def _user() -> tuple[str, int]:
    """The nearest line that is not of the SDK, nor of what stands between."""
    frame = sys._getframe(1)
    while frame is not None:
        module, file = frame.f_globals.get("__name__", ""), frame.f_code.co_filename
        if module.partition(".")[0] not in _OWN and not file.startswith("<"):
            return file, frame.f_lineno
        if frame.f_back is None:
            break
        frame = frame.f_back
    return "", 0
