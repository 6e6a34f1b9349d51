"""Codes of authenticator apps: RFC 6238 with what every app knows, SHA-1, six digits, thirty seconds."""

from typing import Final

import pyotp
from pyotp.exceptions import OTPVerificationError

_DIGITS: Final = 6
_NEIGHBOURS: Final = 1  # a step before and after: a phone's clock, and the time it takes to type


def fresh_secret() -> str:
    """160 bits in base32, as apps take it when it cannot be scanned."""
    return pyotp.random_base32()


def address_of(secret: str, email: str, issuer: str) -> str:
    """The `otpauth:` URI that apps read from a QR code."""
    return pyotp.TOTP(secret, name=email, issuer=issuer).provisioning_uri()


def step_of(secret: str, code: str, at: float) -> int | None:
    """The 30-second step whose code this is, around `at` (seconds since 1970); None when it is wrong."""
    digits = as_digits(code)
    if digits is None:
        return None
    try:
        return pyotp.TOTP(secret).verify_and_get_timecode(digits, for_time=at, valid_window=_NEIGHBOURS)
    except OTPVerificationError:
        return None


def as_digits(code: str) -> str | None:
    """Six ASCII digits, from what was typed: with spaces, or on an Arabic keyboard. None when it is no such code."""
    typed = "".join(code.split())
    if len(typed) != _DIGITS or not typed.isdecimal():
        return None
    return "".join(str(int(digit)) for digit in typed)
