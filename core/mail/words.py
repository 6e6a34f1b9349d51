"""The wordings in each language, from locale/<language>/LC_MESSAGES/mail.po."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

_LOCALES = Path(__file__).with_name("locale")


def translator(locale: str) -> Callable[[str], str]:
    """A text in this language; in English where it has no translation."""
    words = _words(locale)
    return lambda message: words.get(message, message)


@cache
def _words(locale: str) -> Mapping[str, str]:
    path = _LOCALES / locale / "LC_MESSAGES" / "mail.po"
    if locale not in ("ar", "fr", "en") or not path.exists():
        return {}
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=locale)
                if isinstance(message.id, str) and isinstance(message.string, str) and message.string}  # fmt: skip
