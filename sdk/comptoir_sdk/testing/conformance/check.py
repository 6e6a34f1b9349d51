"""A promise that every plugin keeps, the grade it counts for, and how it is tried."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from comptoir_sdk.testing.conformance.bench import Bench

Level = Literal["bronze", "silver", "gold"]
LEVELS: tuple[Level, ...] = ("bronze", "silver", "gold")
"""bronze: it harms nobody. silver: it behaves. gold: it is a pleasure to have."""


Run = Callable[[Bench], Awaitable[None]]


@dataclass(frozen=True)
class Check:
    level: Level
    name: str
    promise: str
    run: Run
    """Raises AssertionError with what is wrong and what to do."""
    written: bool = False
    """It looks at what is written and changes nothing: such checks may share a kernel."""


CHECKS: list[Check] = []


def check(level: Level, promise: str, *, written: bool = False) -> Callable[[Run], Run]:
    """Add a check, called like its function."""

    def add(run: Run) -> Run:
        CHECKS.append(Check(level, run.__name__, promise, run, written))
        return run

    return add


def require(true: object, wrong: str) -> None:
    """Raises AssertionError unless true."""
    if not true:
        raise AssertionError(wrong)
