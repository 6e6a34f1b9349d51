"""Hooks that a plugin offers to others: hookspecs of its own, each with the limit and the policy of its calls."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeVar

Spec = TypeVar("Spec", bound=Callable[..., Awaitable[Any]])
OnFailure = Literal["leave_out", "fail"]
LONGEST_SECONDS: Final = 60.0
_MARK: Final = "comptoir_offer"


@dataclass(frozen=True)
class Offer:
    """How an offered hook is called."""

    timeout: float
    on_failure: OnFailure


@dataclass(frozen=True)
class Answers:
    """What `ctx.ask` heard: each plugin's answer, in load order, and those whose answer is missing.

    A plugin that answered None has nothing to say, and is in neither.
    """

    by_plugin: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(self.by_plugin.values())


def offered(*, timeout: float = 0.3, on_failure: OnFailure = "leave_out") -> Callable[[Spec], Spec]:
    """Declares, under `@hookspec`, how this hook is called: at most `timeout` seconds for each plugin that implements
    it; `on_failure` "leave_out" goes on without that answer, "fail" makes `ctx.ask` raise Unavailable."""
    if not 0 < timeout <= LONGEST_SECONDS:
        raise ValueError(f"an offered hook's timeout is above 0 and at most {LONGEST_SECONDS:g} s")
    if on_failure not in ("leave_out", "fail"):
        raise ValueError(f'on_failure is "leave_out" or "fail": {on_failure!r}')

    def mark(spec: Spec) -> Spec:
        setattr(spec, _MARK, Offer(timeout, on_failure))
        return spec

    return mark


def offer_of(spec: object) -> Offer | None:
    """What `offered` declared."""
    found = getattr(spec, _MARK, None)
    return found if isinstance(found, Offer) else None
