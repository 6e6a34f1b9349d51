"""What a password may be. Length counts, and that it is not the first thing anybody tries; nothing else does.

NIST SP 800-63B, 5.1.1.2 and OWASP ASVS 5.0, 6.2: no composition rules, no expiry, a list of the commonest refused.
"""

import re
from pathlib import Path
from typing import Final

from core.errors import Invalid

MIN_LENGTH: Final = 8
MAX_LENGTH: Final = 1024

# The commonest, in the languages spoken here: digits as they stand, words also with digits and signs after them, for
# `Motdepasse2026!` is as well known as `motdepasse`.
_COMMON: Final = frozenset(Path(__file__).with_name("common_passwords.txt").read_text(encoding="utf-8").split())
_TAIL = re.compile(r"[\d\W_]+$")


def check_password(password: str, *, email: str) -> None:
    """Raises Invalid, saying what to do, for one that is too short, too long, too common or the address itself."""
    if not MIN_LENGTH <= len(password) <= MAX_LENGTH:
        raise _refused(f"must have {MIN_LENGTH} to {MAX_LENGTH} characters", "a few words make a good one")
    plain = password.casefold().strip()
    address = email.casefold()
    if plain in (address, address.partition("@")[0]):
        raise _refused("must not be your address", "choose another")
    if plain in _COMMON or _TAIL.sub("", plain) in _COMMON or len(set(plain)) <= 1:
        raise _refused("is one of those that are tried first", "choose another, a few words for instance")


def _refused(why: str, cure: str) -> Invalid:
    return Invalid(f"This password {why}: {cure}.", errors=[{"loc": ["password"], "msg": why}])
