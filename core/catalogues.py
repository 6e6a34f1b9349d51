"""The kernel's own words in each language, from <folder>/<locale>/LC_MESSAGES/<name>.po; their ids are the English."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

_LOCALES = ("ar", "fr", "en")


def translator(folder: Path, name: str, locale: str) -> Callable[[str], str]:
    """A text in this language; in English where it has no translation."""
    words = _words(folder, name, locale)
    return lambda message: words.get(message, message)


@cache
def _words(folder: Path, name: str, locale: str) -> Mapping[str, str]:
    path = folder / locale / "LC_MESSAGES" / f"{name}.po"
    if locale not in _LOCALES or not path.exists():
        return {}
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=locale)
                if isinstance(message.id, str) and isinstance(message.string, str) and message.string}  # fmt: skip
