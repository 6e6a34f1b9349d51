"""Ids in the shapes Meta uses, so that nothing downstream learns to expect ours."""

import base64
import secrets

JSON = dict[str, object]


def wamid(address: str) -> str:
    """A message id like Meta's: base64 over the other side's address and random bytes, case-sensitive."""
    raw = b"\x1d\x18" + bytes([min(len(address), 255)]) + address.encode() + b"\x15\x02\x00\x11\x18\x12"
    return "wamid." + base64.b64encode(raw + secrets.token_hex(9).upper().encode() + b"\x00").decode()


def numeric(digits: int = 16) -> str:
    """A numeric id as text, first digit never zero."""
    return str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))


def bsuid(country: str) -> str:
    """A business-scoped user id: country, dot, digits (cloud API, since April 2026)."""
    return f"{country}.{numeric(20)}"
