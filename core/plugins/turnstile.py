"""One call's way past the two breakers of a door: its tenant's own, and everybody's.

Everybody's shuts when nobody succeeds and the failures are not one tenant's alone: of five tenants, or of all that have
the plugin where they are fewer. Where one tenant has it, there is everybody's and no other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from core.plugins.breakers import FAILURES, Breaker, Pass

_Place = tuple[str, str]
"""A plugin, and a door of it."""


@dataclass(frozen=True)
class Passage:
    """Of a call that was let through; while `shut` is set, of one that was not, and until when none is."""

    place: _Place
    tenant: UUID | None
    own: Breaker | None
    own_way: Pass = "open"
    everybodys_way: Pass = "open"
    shut: float = 0.0


class Turnstile:
    """`everybodys` is what the processes tell one another; a tenant's own each finds out by itself."""

    def __init__(self, tenants_with: Callable[[str], int]) -> None:
        self._tenants_with = tenants_with
        self.everybodys: dict[_Place, Breaker] = {}
        self._own: dict[tuple[_Place, UUID | None], Breaker] = {}
        """Of tenants with a failure since their last success: nobody else's is kept."""

    def enter(self, place: _Place, tenant: UUID | None, now: float) -> Passage:
        own, everybodys = self._own.get((place, tenant)), self.everybodys.setdefault(place, Breaker())
        own_way = own.ask(now) if own else "open"
        if own and own_way == "shut":
            return Passage(place, tenant, own, shut=max(own.until, now))
        everybodys_way = everybodys.ask(now)
        if everybodys_way == "shut":
            if own:
                own.release(own_way)
            return Passage(place, tenant, own, shut=max(everybodys.until, now))
        return Passage(place, tenant, own, own_way, everybodys_way)

    def release(self, passage: Passage) -> None:
        """The call came to no end that says anything."""
        self.everybodys[passage.place].release(passage.everybodys_way)
        if passage.own:
            passage.own.release(passage.own_way)

    def succeeded(self, passage: Passage) -> None:
        self.everybodys[passage.place].succeeded(passage.everybodys_way)
        key = passage.place, passage.tenant
        if own := self._own.get(key):
            own.succeeded(passage.own_way if own is passage.own else "open")
            if not own.until:
                del self._own[key]

    def failed(self, passage: Passage, now: float, why: str) -> Breaker | None:
        """The breaker that rests from now on."""
        tenants = self._tenants_with(passage.place[0]) if passage.tenant else 1
        everybodys = self.everybodys[passage.place]
        if everybodys.failed(passage.everybodys_way, now, why, passage.tenant, min(tenants, FAILURES)):
            self._own = {key: own for key, own in self._own.items() if key[0] != passage.place}
            return everybodys
        if tenants <= 1:
            return None
        own = self._own.setdefault((passage.place, passage.tenant), Breaker())
        return own if own.failed(passage.own_way if own is passage.own else "open", now, why) else None

    def resting(self, place: _Place, tenant: UUID, now: float) -> bool:
        """Whether this tenant's calls are let through here."""
        own, everybodys = self._own.get((place, tenant)), self.everybodys.get(place)
        return any(one is not None and one.until > now for one in (own, everybodys))
