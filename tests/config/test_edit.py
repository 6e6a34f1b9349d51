"""`comptoir plugins enable|disable` changes the few characters it must: comments and the order of things stay."""

import os
from pathlib import Path

import pytest

from core.config import ConfigError, load
from core.config.edit import switch

HEAD = "# ours\nplugins: {inbox: {}, contacts: {}, acme: {}}  # installed\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def _tried(path: Path, tenants: str, slug: str, plugin: str, *, on: bool) -> str:
    path.write_text(HEAD + tenants)
    assert switch(path, slug, plugin, on=on)
    after = load({"COMPTOIR_DATA": str(path.parent)}, path).plugins
    assert after.enabled(slug, plugin) == on
    assert not switch(path, slug, plugin, on=on), "it is so already"
    text = path.read_text()
    assert text.startswith(HEAD)
    return text.removeprefix(HEAD)


@pytest.mark.parametrize(("before", "after"), [
    ("tenants:\n  atlas: {plugins: [inbox]}  # shop\n", "tenants:\n  atlas: {plugins: [inbox, acme]}  # shop\n"),
    ("tenants:\n  atlas: {plugins: []}\n", "tenants:\n  atlas: {plugins: [acme]}\n"),
    ("tenants:\n  atlas: {plugins: {inbox: {hue: 3}}}\n",
     "tenants:\n  atlas: {plugins: {inbox: {hue: 3}, acme: {}}}\n"),
    ("tenants:\n  atlas:\n    plugins:\n      - inbox  # first\n  # end\n",
     "tenants:\n  atlas:\n    plugins:\n      - inbox  # first\n      - acme\n  # end\n"),
    ("tenants:\n  atlas:\n    plugins:\n    - inbox\n", "tenants:\n  atlas:\n    plugins:\n    - inbox\n    - acme\n"),
    ("tenants:\n  atlas:\n    plugins:\n      inbox:\n        hue: 3  # blue\n\n# end\n",
     "tenants:\n  atlas:\n    plugins:\n      inbox:\n        hue: 3  # blue\n      acme: {}\n\n# end\n"),
    ("tenants:\n  defaults:  # all\n    plugins: [inbox]\n",
     "tenants:\n  defaults:  # all\n    plugins: [inbox]\n  atlas: {plugins: [inbox, acme]}\n"),
    ("tenants: {defaults: {plugins: [inbox]}}\n",
     "tenants: {defaults: {plugins: [inbox]}, atlas: {plugins: [inbox, acme]}}\n"),
    ("server: {port: 8600}\n", "server: {port: 8600}\n\ntenants:\n  atlas: {plugins: [acme]}\n"),
    ("tenants:\n  atlas: {}\n", "tenants:\n  atlas: {plugins: [acme]}\n"),
])
def test_enabling_writes_where_a_person_would(path: Path, before: str, after: str) -> None:
    assert _tried(path, before, "atlas", "acme", on=True) == after


@pytest.mark.parametrize(("before", "after"), [
    ("tenants:\n  atlas: {plugins: [inbox, acme, contacts]}  # shop\n",
     "tenants:\n  atlas: {plugins: [inbox, contacts]}  # shop\n"),
    ("tenants:\n  atlas: {plugins: [acme, inbox]}\n", "tenants:\n  atlas: {plugins: [inbox]}\n"),
    ("tenants:\n  atlas: {plugins: [acme]}\n", "tenants:\n  atlas: {plugins: []}\n"),
    ("tenants:\n  atlas: {plugins: {acme: {}, inbox: {}}}\n", "tenants:\n  atlas: {plugins: {inbox: {}}}\n"),
    ("tenants:\n  atlas:\n    plugins:\n      - acme\n      - inbox  # kept\n",
     "tenants:\n  atlas:\n    plugins:\n      - inbox  # kept\n"),
    ("tenants:\n  atlas:\n    plugins:\n      inbox: {}\n      acme: {}\n# end\n",
     "tenants:\n  atlas:\n    plugins:\n      inbox: {}\n# end\n"),
    ("tenants:\n  defaults: {plugins: [acme, inbox]}\n",
     "tenants:\n  defaults: {plugins: [acme, inbox]}\n  atlas: {plugins: [inbox]}\n"),
])
def test_disabling_takes_out_what_is_its_own(path: Path, before: str, after: str) -> None:
    assert _tried(path, before, "atlas", "acme", on=False) == after


def test_disabling_the_last_plugin_of_a_block_leaves_none_not_the_defaults(path: Path) -> None:
    tenants = "tenants:\n  defaults: {plugins: [inbox]}\n  atlas:\n    plugins:\n      - acme\n"
    assert "[]" in _tried(path, tenants, "atlas", "acme", on=False)


def test_the_defaults_are_edited_for_all_that_have_no_list(path: Path) -> None:
    assert "[inbox, acme]" in _tried(path, "tenants: {defaults: {plugins: [inbox]}}\n", "defaults", "acme", on=True)


def test_the_shipped_file_can_be_edited(path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "config.yaml").read_text()
    path.write_text(shipped)
    assert switch(path, "atlas", "inbox", on=False)
    assert switch(path, "atlas", "inbox", on=True)
    assert set(shipped.splitlines()) <= set(path.read_text().splitlines())


@pytest.mark.parametrize(("tenants", "said"), [
    ("tenants: {a: &same {plugins: [inbox]}, atlas: *same}\n", "atlas shares its plugins with a by an anchor"),
    ("tenants: {atlas: {plugins: [inbox}\n", "no valid YAML"),
])
def test_a_file_that_is_not_understood_is_left_as_it_is(path: Path, tenants: str, said: str) -> None:
    path.write_text(HEAD + tenants)
    with pytest.raises(ConfigError, match=said.replace("[", r"\[").replace("{", r"\{")):
        switch(path, "atlas", "acme", on=True)
    assert path.read_text() == HEAD + tenants
    assert [one.name for one in path.parent.iterdir()] == ["config.yaml"]


def test_what_is_not_installed_cannot_be_given(path: Path) -> None:
    path.write_text(HEAD)
    with pytest.raises(ConfigError, match="there is no plugin absent"):
        switch(path, "atlas", "absent", on=True)


def test_its_rights_stay(path: Path) -> None:
    path.write_text(HEAD)
    path.chmod(0o640)
    assert switch(path, "atlas", "acme", on=True)
    assert path.stat().st_mode & 0o777 == 0o640


def test_its_owner_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only root can give files away: what is asked of the system is looked at instead."""
    path.write_text(HEAD)
    before, asked = path.stat(), list[tuple[int, int]]()
    monkeypatch.setattr(os, "fchown", lambda _file, owner, group: asked.append((owner, group)))
    assert switch(path, "atlas", "acme", on=True)
    assert asked == [(before.st_uid, before.st_gid)]


def test_a_file_whose_owner_cannot_be_kept_is_left_as_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    path.write_text(HEAD)
    monkeypatch.setattr(os, "fchown", refused)
    with pytest.raises(ConfigError, match="Operation not permitted"):
        switch(path, "atlas", "acme", on=True)
    assert path.read_text() == HEAD
    assert [one.name for one in path.parent.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(("tenants", "slug", "on"), [
    ("tenants:\n  atlas:\n    plugins:\n      inbox: {}\n      acme:\n        keyword: x  # ours\n", "atlas", False),
    ("tenants:\n  atlas: {plugins: {acme: {days: 3}, inbox: {}}}\n", "atlas", False),
    ("tenants:\n  atlas:\n    plugins: [\n      inbox,  # why\n      acme,\n    ]\n", "atlas", False),
    ("tenants:\n  defaults: &d {plugins: [inbox]}\n  atlas: *d\n", "defaults", True),
])
def test_nothing_that_a_person_wrote_is_lost_and_nobody_else_is_switched(
        path: Path, tenants: str, slug: str, on: bool) -> None:
    path.write_text(HEAD + tenants)
    with pytest.raises(ConfigError, match=r"by itself|settings"):
        switch(path, slug, "acme", on=on)
    assert path.read_text() == HEAD + tenants
