"""The wordings in each language, from locale/<language>/LC_MESSAGES/mail.po."""

from collections.abc import Callable
from pathlib import Path

from core import catalogues

_LOCALES = Path(__file__).with_name("locale")


def translator(locale: str) -> Callable[[str], str]:
    """A text in this language; in English where it has no translation."""
    return catalogues.translator(_LOCALES, "mail", locale)
