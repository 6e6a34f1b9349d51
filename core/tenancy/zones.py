"""Time zones, by their names in the IANA database."""

from functools import cache
from zoneinfo import available_timezones

_MACHINES_OWN = frozenset({"localtime", "Factory"})


@cache
def zones() -> frozenset[str]:
    """Every name, read once: it takes a quarter of a second. `localtime` would mean something else on each machine."""
    return frozenset(available_timezones()) - _MACHINES_OWN


def check_zone(name: str) -> str:
    """The name itself. Raises ValueError."""
    if name not in zones():
        raise ValueError("is no IANA time zone: write it like Africa/Casablanca")
    return name
