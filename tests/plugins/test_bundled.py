"""The bundled plugins keep the promises asked of anyone's."""

from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from comptoir_sdk import ui

from core.plugins.states import Installed
from core.plugins.texts import LOCALES, folder
from tests.plugins.installation import load_samples

PLUGINS = load_samples("contacts", "inbox", "settings").loaded()
_METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("one", PLUGINS, ids=lambda one: one.name)
def test_every_text_has_its_translation(one: Installed, locale: str) -> None:
    name = one.name
    package = Path(str(files(f"plugins.{name}")))
    locales = folder(one, "locales")
    assert locales is not None
    with (locales / locale / "LC_MESSAGES" / "server.po").open("rb") as file:
        known = {message.id for message in read_po(file, locale=locale) if message.string}
    written = {found[2] for found in extract_from_dir(package, method_map=_METHODS, options_map={})}
    assert {text for text in written if isinstance(text, str)} <= known


@pytest.mark.parametrize("one", PLUGINS, ids=lambda one: one.name)
def test_what_the_browser_is_told_to_load_is_there(one: Installed) -> None:
    static = folder(one, "static")
    assert static is not None
    for piece in one.declared.panels:
        if module := getattr(piece, "module", None):
            assert (static / module).is_file(), module
        if isinstance(piece, ui.Assets) and piece.templates:
            assert (static.parent / piece.templates).is_dir()
