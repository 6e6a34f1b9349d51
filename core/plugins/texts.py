"""Plugins' words in each language, from `<locales>/<locale>/LC_MESSAGES/*.po`."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from babel.messages.pofile import read_po
from comptoir_sdk import ui

from core.plugins.loader import Plugins
from core.plugins.states import Installed

LOCALES = ("en", "fr", "ar")


def folder(one: Installed, kind: str) -> Path | None:
    """The plugin's `static`, `templates` or `locales` folder, if it has one."""
    for piece in one.declared.panels:
        name: str | None = getattr(piece, kind) if isinstance(piece, ui.Assets) else None
        if isinstance(piece, ui.Assets) and name:
            return Path(str(files(piece.package)), name)
    return None


class Texts:
    """Read once at start; `live` looks again whenever asked, for whoever is writing them.

    A message without a translation answers itself: the key is the English text.
    """

    def __init__(self, plugins: Plugins, *, live: bool = False) -> None:
        self._folders = {one.name: folder(one, "locales") for one in plugins.loaded()} if live else {}
        self._words = {(one.name, locale): words_in(folder(one, "locales"), locale)
                       for one in plugins.loaded() for locale in LOCALES}

    def translator(self, plugin: str, locale: str) -> Callable[[str], str]:
        words = self._words.get((plugin, locale), {})
        if place := self._folders.get(plugin):
            words = words_in(place, locale)
        return lambda message: words.get(message, message)


def words_in(locales: Path | None, locale: str) -> dict[str, str]:
    """Every message of the folder that has a translation."""
    words: dict[str, str] = {}
    for path in sorted((locales / locale / "LC_MESSAGES").glob("*.po")) if locales else ():
        words |= _words(path, path.stat().st_mtime_ns, locale)
    return words


@lru_cache(maxsize=512)
def _words(path: Path, _changed: int, locale: str) -> Mapping[str, str]:
    """One file, parsed again when it has changed."""
    with path.open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=locale)
                if isinstance(message.id, str) and message.id and isinstance(message.string, str) and message.string}
