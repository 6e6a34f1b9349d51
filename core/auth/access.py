"""What a route demands of its caller, declared where the route is declared. An undeclared route is not served.

The kernel's routes use those below; plugins' routes bring their own Access, whose `check` asks the gate first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from core.auth.principal import Principal
from core.errors import Forbidden, Unauthenticated

View = TypeVar("View", bound=Callable[..., Any])
_ATTRIBUTE = "__comptoir_access__"


class Access(Protocol):
    """`identify` says whether the caller is looked up at all; `check` raises a Problem to refuse."""

    @property
    def identify(self) -> bool: ...

    def check(self, principal: Principal | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Public:
    """For everybody. With `identify`, a caller who is known is greeted by name."""

    identify: bool = False

    def check(self, principal: Principal | None) -> None:
        """Never refuses."""


@dataclass(frozen=True, slots=True)
class Permitted:
    """For whoever is logged in and, when one is named, holds the permission. `person`: not for API keys."""

    permission: str | None = None
    identify: bool = True
    person: bool = False

    def check(self, principal: Principal | None) -> None:
        """Raises Unauthenticated or Forbidden."""
        if principal is None:
            raise Unauthenticated("Log in, or send an API key in the Authorization header: Bearer wak_live_…")
        if self.permission is not None:
            principal.require(self.permission)
        if self.person and principal.user_id is None:
            raise Forbidden("An API key is nobody: log in as a person.")


PUBLIC = Public()
GREETED = Public(identify=True)
SIGNED_IN = Permitted()
PERSONAL = Permitted(person=True)


def declare(access: Access) -> Callable[[View], View]:
    """Decorate a view with what it demands."""

    def mark(view: View) -> View:
        setattr(view, _ATTRIBUTE, access)
        return view

    return mark


def declared(view: Callable[..., Any]) -> Access | None:
    """What the view demands, or None when nobody said."""
    access: Access | None = getattr(view, _ATTRIBUTE, None)
    return access
