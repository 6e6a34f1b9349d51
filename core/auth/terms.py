"""What a route promises besides its access, declared where the route is declared and kept at the door (core/http)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "__comptoir_terms__"

Repeats = Literal["kept", "own", "none"]
"""How a route takes an Idempotency-Key: its answer is kept and given again; it has a way of its own; it takes none."""


@dataclass(frozen=True, slots=True)
class Terms:
    """`limit` is a row of core.limits.table."""

    limit: str
    repeats: Repeats = "none"


def promise(terms: Terms) -> Callable[[View], View]:
    """Decorate a view with its terms."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, terms)
        return view

    return mark


def promised(view: Callable[..., Any]) -> Terms | None:
    """The view's terms, or None for what is no part of the API."""
    terms: Terms | None = getattr(view, _ATTRIBUTE, None)
    return terms
