"""In development mode, what an author edits besides Python is there at the next reload; production does not look."""

from pathlib import Path

import pytest

from core.plugins.loader import load
from core.plugins.texts import Texts
from core.web import PluginFiles
from core.web.assets import Assets
from tests.plugins.installation import BUNDLED

_WORDS = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "Notes"\nmsgstr "{word}"\n'


@pytest.fixture
def files(tmp_path: Path) -> PluginFiles:
    static, words = tmp_path / "static", tmp_path / "locale" / "fr" / "LC_MESSAGES"
    static.mkdir()
    words.mkdir(parents=True)
    (static / "panel.js").write_text("1;")
    (words / "messages.po").write_text(_WORDS.format(word="Billets"))
    return PluginFiles("acme", static, tmp_path / "locale")


@pytest.mark.parametrize("live", [True, False])
def test_modules_and_words_have_a_new_address_when_they_were_edited(files: PluginFiles, live: bool) -> None:
    assets = Assets([files], live=live)
    assert files.static is not None
    assert files.locale is not None
    before = assets.imports(["acme"])["acme/"], assets.catalogue_urls("fr", ["acme"])[1]
    (files.static / "panel.js").write_text("22;")
    (files.locale / "fr" / "LC_MESSAGES" / "messages.po").write_text(_WORDS.format(word="Petits mots"))
    assets.look_again()
    after = assets.imports(["acme"])["acme/"], assets.catalogue_urls("fr", ["acme"])[1]
    assert (before[0] != after[0], before[1] != after[1]) == (live, live)


@pytest.mark.parametrize("live", [True, False])
def test_the_servers_words_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, live: bool) -> None:
    place = tmp_path / "fr" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "server.po").write_text(_WORDS.format(word="Billets"))
    monkeypatch.setattr("core.plugins.texts.folder", lambda one, kind: tmp_path)
    texts = Texts(load({"inbox"}, BUNDLED), live=live)
    (place / "server.po").write_text(_WORDS.format(word="Petits mots"))
    assert texts.translator("inbox", "fr")("Notes") == ("Petits mots" if live else "Billets")
