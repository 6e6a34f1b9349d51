"""Every rate limit there is. A route names its row (`limit="login"`); config.yaml may change the figures (`limits:`).

Reads and ordinary writes are generous: they stop a program that runs wild, never a busy desk. Whatever proves who
somebody is, or sends mail to an address that a stranger named, is strict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

By = Literal["address", "person", "key", "tenant", "email", "address+email"]
"""Who is counted: the caller's IP address, the member, the API key, all of the tenant together, the address of mail
named in the body, or that address as tried from one IP address."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`quota` requests in `seconds`: all at once if need be, then one each `seconds / quota`."""

    by: By
    quota: int
    seconds: int

    @property
    def interval(self) -> float:
        """Seconds until one more request is allowed."""
        return self.seconds / self.quota


Table = Mapping[str, tuple[Rule, ...]]
Changes = Mapping[str, Mapping[By, tuple[int, int] | None]]
"""By row and subject: (quota, seconds) instead of ours, None for no limit."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400

TABLE: Final[Table] = {
    # What routes have that name no other row.
    "read": (Rule("address", 60_000, _MINUTE), Rule("person", 30_000, _MINUTE), Rule("key", 30_000, _MINUTE),
             Rule("tenant", 120_000, _MINUTE)),
    "write": (Rule("address", 12_000, _MINUTE), Rule("person", 6_000, _MINUTE), Rule("key", 6_000, _MINUTE),
              Rule("tenant", 30_000, _MINUTE)),
    "public": (Rule("address", 600, _MINUTE),),
    # Work that weighs more.
    "search": (Rule("person", 600, _MINUTE), Rule("key", 600, _MINUTE), Rule("tenant", 6_000, _MINUTE)),
    "send": (Rule("address", 24_000, _MINUTE), Rule("person", 6_000, _MINUTE), Rule("key", 12_000, _MINUTE),
             Rule("tenant", 30_000, _MINUTE)),
    "bulk": (Rule("person", 120, _MINUTE), Rule("key", 300, _MINUTE), Rule("tenant", 600, _MINUTE)),
    "export": (Rule("person", 20, _HOUR), Rule("key", 20, _HOUR), Rule("tenant", 40, _HOUR)),
    "upload": (Rule("person", 600, _HOUR), Rule("key", 6_000, _HOUR), Rule("tenant", 12_000, _HOUR)),
    "meta": (Rule("person", 60, _MINUTE), Rule("key", 60, _MINUTE), Rule("tenant", 120, _MINUTE)),  # calls Meta itself
    "invite": (Rule("person", 60, _HOUR), Rule("key", 60, _HOUR), Rule("tenant", 300, _DAY)),  # each sends mail
    # Who are you? After Chatwoot's rack_attack.rb, and stricter for pairs.
    "login": (Rule("address+email", 5, 300), Rule("address", 50, 300), Rule("email", 100, 900)),
    # The second factor, and passkeys. Guesses are counted by person and challenge (core.auth.second_factor); this is
    # against floods, and an office that comes in at nine shares one address.
    "factor": (Rule("address", 150, 300), Rule("person", 30, 300)),
    "token": (Rule("address", 120, _MINUTE),),  # refreshing tokens
    "reset": (Rule("address+email", 5, 1800), Rule("address", 20, 1800), Rule("email", 10, _HOUR)),
    "registration": (Rule("address", 10, _HOUR), Rule("email", 5, _HOUR)),
    "lookup": (Rule("address", 30, 300),),  # what a secret in the body opens: invitations, reset tokens
    "password": (Rule("person", 10, 300), Rule("address", 50, 300)),  # the current password, asked again
    # Whoever should be known and is not: guesses at keys and tokens, and sessions that are over.
    "stranger": (Rule("address", 600, _MINUTE),),
}  # fmt: skip


def default_limit(method: str, public: bool) -> str:
    """The row of a route that names none."""
    if public:
        return "public"
    return "read" if method == "GET" else "write"


def changed(changes: Changes) -> Table:
    """The table with an operator's own figures. Raises LookupError, naming what there is."""
    for row, figures in changes.items():
        if row not in TABLE:
            raise LookupError(f"there is no limit {row!r}: there are {', '.join(TABLE)}")
        known = sorted(rule.by for rule in TABLE[row])
        if strange := sorted(set(figures) - set(known)):
            raise LookupError(f"the limit {row} counts by {', '.join(known)}, not by {', '.join(strange)}")
    return {row: tuple(_changed(rules, changes.get(row, {}))) for row, rules in TABLE.items()}


def _changed(rules: tuple[Rule, ...], figures: Mapping[By, tuple[int, int] | None]) -> list[Rule]:
    found = []
    for rule in rules:
        figure = figures.get(rule.by, (rule.quota, rule.seconds))
        if figure is not None:
            found.append(replace(rule, quota=figure[0], seconds=figure[1]))
    return found
