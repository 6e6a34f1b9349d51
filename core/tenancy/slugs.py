"""A tenant's short name in addresses, on the command line and in config.yaml."""

import re
import secrets
import unicodedata
from typing import Final

from core.db.pool import Connection
from core.tenancy.tenants import slug_is_free

PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_RESERVED: Final = frozenset({"defaults"})
"""What config.yaml calls the tenants it does not name."""


def check_slug(slug: str) -> str:
    """The slug itself. Raises ValueError."""
    if not (2 <= len(slug) <= 63 and re.fullmatch(PATTERN, slug)):
        raise ValueError("must be 2 to 63 small letters and digits, with single dashes between")
    if slug in _RESERVED:
        raise ValueError("is reserved: choose another")
    return slug


async def free_slug(connection: Connection, name: str) -> str:
    """One made of the name, with a number where it is taken."""
    base = slug_of(name)
    for candidate in (base, *(f"{base}-{number}" for number in range(2, 10))):
        if candidate not in _RESERVED and await slug_is_free(connection, candidate):
            return candidate
    return f"{base}-{secrets.token_hex(4)}"


def slug_of(name: str) -> str:
    """`Café Maure` → `cafe-maure`. A name without Latin letters gets a word of ours."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:40].strip("-")
    return slug if len(slug) > 1 else "organisation"
