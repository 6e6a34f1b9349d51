"""Meta's error codes in words an agent understands, in each of our languages, and what may be done about them."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Final

from core.whatsapp.error_codes import CODES, PERMISSIONS

LOCALES: Final = ("en", "fr", "ar")


class RetryClass(StrEnum):
    """What may follow a refusal (Meta's codes decide, not the HTTP status)."""

    BACK_OFF = "A"  # rejected before processing: retry with back-off
    UNKNOWN_FATE = "B"  # may have been sent: no blind resend
    DELAYED = "D"  # retry after hours, or when a person decides
    FINAL = "F"  # something must be changed first
    ACCOUNT = "T"  # token or permission: stop the account and alert


@dataclass(frozen=True, slots=True)
class MetaError:
    """`code` is Meta's, None when it told none. `details` is Meta's own English text, for support."""

    code: int | None
    title: str
    cause: str
    cure: str
    retry_class: RetryClass
    details: str = ""


def explain(code: int | None, details: str = "", locale: str = "en") -> MetaError:
    """The error in the reader's language (`fr`, `fr-CA`, `ar_MA`…); English where we have no other."""
    retry_class, key = lookup(code)
    title, cause, cure = _words(language(locale))[key]
    return MetaError(code, title, cause, cure, RetryClass(retry_class), details)


def lookup(code: int | None) -> tuple[str, str]:
    """(retry class, key of the explanation). A code nobody knows is final: a retry could do harm."""
    if code is None:
        return "F", "unknown_code"
    if code in PERMISSIONS:
        return "T", "permission"
    return CODES.get(code, ("F", "unknown_code"))


def is_known(code: int | None) -> bool:
    return code in CODES or code in PERMISSIONS


def language(locale: str) -> str:
    """The one of ours that is nearest to `locale`."""
    wanted = locale.replace("_", "-").partition("-")[0].lower()
    return wanted if wanted in LOCALES else "en"


@cache
def _words(language: str) -> dict[str, tuple[str, str, str]]:
    text = files("core.whatsapp").joinpath("locale", f"{language}.json").read_text("utf-8")
    return {key: (entry["title"], entry["cause"], entry["cure"]) for key, entry in json.loads(text).items()}
