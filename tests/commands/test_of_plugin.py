"""`comptoir <plugin> …`: what a plugin adds to the operator's command line, and what it says when it cannot."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from core import cli
from core.commands import of_plugin
from core.config import Settings, load
from tests.plugins.installation import load_samples
from tests.plugins.samples.keeping import memory
from tests.seed import SECRET_KEY, SeededTenant

CONFIG = """\
server: {public_url: 'http://inbox.atlas.test'}
plugins: {keeps: {}, asker: {}}
tenants:
  atlas: {plugins: {keeps: {}}}
  zagora: {plugins: {}}
"""
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def settings(database_url: str, valkey_url: str, tmp_path: Path) -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG)
    return load({"DATABASE_URL": database_url, "VALKEY_URL": valkey_url, "COMPTOIR_DATA": str(tmp_path),
                 "COMPTOIR_SECRET_KEY": SECRET_KEY}, config)


@pytest.fixture
def command(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `comptoir keeps …`; (exit status, what was said)."""
    monkeypatch.setattr(of_plugin, "load", lambda installed: load_samples(*installed))

    def run(*words: str, plugin: str = "keeps") -> tuple[int, str]:
        said: list[str] = []
        return of_plugin.run(settings, plugin, words, said.append), "\n".join(said)

    return run


def test_hook_register_commands(
    tenant: SeededTenant, command: Command, tmp_path: Path
) -> None:
    memory.notes = {"somebody": 7, "somebody else": 30}
    assert command("count", "--tenant", tenant.slug, "of=letters", "most=20") == (
        0, '{\n  "tenant": "atlas",\n  "letters": 20\n}')


def test_help_tells_the_commands_and_their_arguments(command: Command) -> None:
    status, said = command("--help")
    assert (status, "count" in said, "Count the notes" in said) == (0, True, True)
    status, said = command("count", "--help")
    assert (status, "of=STR  (by default notes)" in said, "most=INT  (by default 10)" in said) == (0, True, True)
    assert command(plugin="asker") == (2, "asker has no commands")


@pytest.mark.parametrize(("words", "told"), [
    (("cuont", "--tenant", "atlas"), "keeps has no command 'cuont'; it has: count, refuse, crash"),
    (("count",), "name the organisation: comptoir keeps count --tenant SLUG"),
    (("count", "--tenant", "atlas", "most=many"), "most=many: Input should be a valid integer"),
    (("count", "--tenant", "atlas", "least=1"), "count takes no 'least'; it takes: of, most"),
    (("count", "--tenant", "atlas", "--fast"), "unknown argument '--fast': write the command's arguments as key=value"),
    (("refuse", "--tenant", "atlas"), "refuse needs why=STR"),
])
def test_a_line_that_cannot_be_understood_says_what_to_write(
    command: Command, words: tuple[str, ...], told: str
) -> None:
    status, said = command(*words)
    assert status == 2
    assert told in said


def test_refusals_and_failures_end_with_1_and_say_why(tenant: SeededTenant, command: Command) -> None:
    assert command("refuse", "--tenant", "atlas", "why=it rains") == (1, "comptoir: Not today: it rains.")
    status, said = command("crash", "--tenant", "atlas")
    assert status == 1
    assert "RuntimeError: the drawer is stuck, at " in said
    assert "keeping.py:" in said


def test_off_for_an_organisation_it_is_refused_there(
    tenant: SeededTenant, other_tenant: SeededTenant, command: Command
) -> None:
    memory.notes = {}
    assert command("count", "--tenant", "zagora") == (
        1, "comptoir: keeps is off for zagora: comptoir plugins enable keeps --tenant zagora")
    assert command("count", "--tenant", "nowhere") == (1, "comptoir: There is no tenant 'nowhere'.")


def test_the_kernels_own_names_come_first_and_others_must_be_installed(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(cli, "load", partial(lambda settings, _: settings, settings))

    def run(_: Settings, plugin: str, words: list[str], __: object) -> int:
        asked.append((plugin, words))
        return 0

    monkeypatch.setattr(of_plugin, "run", run)
    assert cli.main(["keeps", "count", "--tenant", "atlas"]) == 0
    assert asked == [("keeps", ["count", "--tenant", "atlas"])]
    with pytest.raises(SystemExit):
        cli.main(["kepes"])
    assert "no plugin of that name" in capsys.readouterr().err
    assert {"plugin", "tenant", "worker"} <= cli.names()
