"""Translations: .po files read at start, for the pages here and, as JSON, for the screens.

The browser may not evaluate a plural formula (no unsafe-eval), so the formula is run here for 0…199 and travels as a
string of digits. Every formula gettext knows repeats after 100 at the latest, so `n < 200 ? n : 100 + n % 100` finds
the form of any number.
"""

import gettext as gnu
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from .language import LOCALES, Locale

PLURAL_SAMPLES = 200


@dataclass
class Catalogue:
    """One language's messages. A message without a translation answers itself: the key is the English text."""

    locale: Locale
    plural: str = "1" * PLURAL_SAMPLES
    messages: dict[str, str | list[str]] = field(default_factory=dict)

    def gettext(self, message: str) -> str:
        found = self.messages.get(message, message)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        forms = self.messages.get(singular)
        if not isinstance(forms, list):
            return singular if number == 1 else plural
        return forms[int(self.plural[number if number < PLURAL_SAMPLES else 100 + number % 100])]

    def as_json(self) -> bytes:
        body: dict[str, Any] = {"locale": self.locale, "plural": self.plural, "messages": self.messages}
        return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def load(directory: Path | None, names: str = "*.po") -> dict[Locale, Catalogue]:
    """All languages of `<directory>/<locale>/LC_MESSAGES/<names>`; an absent directory gives empty catalogues."""
    return {locale: read(locale, po_files(directory, locale, names)) for locale in LOCALES}


def po_files(directory: Path | None, locale: str, names: str) -> list[Path]:
    return sorted((directory / locale / "LC_MESSAGES").glob(names)) if directory else []


def read(locale: Locale, paths: Iterable[Path]) -> Catalogue:
    catalogue = Catalogue(locale)
    for path in paths:
        parsed = _parsed(path, path.stat().st_mtime_ns, locale)
        catalogue.plural = plural_table(parsed.plural_expr)
        for message in parsed:
            add(catalogue, message.id, message.string)
    return catalogue


@lru_cache(maxsize=512)
def _parsed(path: Path, _changed: int, locale: Locale) -> Catalog:
    """One file, parsed again when it has changed."""
    with path.open("rb") as file:
        return read_po(file, locale=locale)


@cache
def plural_table(expression: str) -> str:
    form: Any = gnu.c2py(expression)
    return "".join(str(form(number)) for number in range(PLURAL_SAMPLES))


def add(catalogue: Catalogue, key: Any, translation: Any) -> None:
    if isinstance(key, str) and key and translation:
        catalogue.messages[key] = translation
    elif isinstance(key, list | tuple) and translation and all(translation):
        catalogue.messages[key[0]] = list(translation)
