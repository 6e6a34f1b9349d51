from __future__ import annotations

from pathlib import Path

import pytest

from core.cli import main
from core.commands import check as check_module
from core.commands.check import Step, check
from core.commands.chromium import ChromiumMissing, find_chromium


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.yaml"
    monkeypatch.setenv("COMPTOIR_CONFIG", str(path))
    monkeypatch.setenv("COMPTOIR_DATA", str(tmp_path / "var"))
    return path


def test_a_good_configuration_is_said_to_be_valid(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("plugins: {inbox: {}}\n")
    assert main(["config", "check"]) == 0
    assert "is valid; plugins installed: inbox" in capsys.readouterr().out


def test_a_bad_configuration_stops_every_command(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text("servre: {}\n")
    assert main(["up"]) == 2
    assert "config.yaml:1: servre: unknown key; did you mean 'server'?" in capsys.readouterr().err


def test_a_command_that_finds_nothing_running_says_what_to_do(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text("plugins: {inbox: {}}\n")
    monkeypatch.setenv("DATABASE_URL", "postgresql://comptoir:x@127.0.0.1:1/comptoir")
    for command in (["tenant", "list"], ["inbox", "anything"]):
        assert main(command) in (1, 2)
    assert "start ./comptoir up" in capsys.readouterr().err


def test_an_unknown_argument_is_refused(config: Path) -> None:
    with pytest.raises(SystemExit) as refused:
        main(["up", "--hasty"])
    assert refused.value.code == 2


def test_one_failed_step_fails_the_whole(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check_module, "_checks", lambda: [Step("good", ["true"]), Step("bad", ["false"])])
    monkeypatch.setattr(check_module, "find_chromium", lambda: "/bin/true")
    monkeypatch.setattr(check_module, "_tests", lambda arguments: Step("tests", ["true", *arguments]))
    assert check([]) == 1
    said = capfd.readouterr().out
    assert "passed  good" in said
    assert "FAILED  bad" in said
    assert "passed  tests" in said


def test_a_tool_that_is_absent_fails_its_step(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check_module, "_checks", lambda: [Step("lint", ["/nowhere/ruff"])])
    monkeypatch.setattr(check_module, "find_chromium", lambda: "/bin/true")
    monkeypatch.setattr(check_module, "_tests", lambda arguments: Step("tests", ["true", *arguments]))
    assert check([]) == 1
    assert "/nowhere/ruff is not installed" in capfd.readouterr().out


def test_arguments_go_to_pytest_alone(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check_module, "find_chromium", lambda: "/bin/true")
    monkeypatch.setattr(check_module, "_tests", lambda arguments: Step("tests", ["echo", *arguments]))
    assert check(["-k", "window"]) == 0
    assert "-k window" in capfd.readouterr().out


def test_a_named_chromium_must_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMPTOIR_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(ChromiumMissing, match="COMPTOIR_CHROMIUM names /nowhere/chromium"):
        find_chromium()


def test_a_chromium_of_the_machine_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "chromium"
    browser.touch(mode=0o755)
    monkeypatch.delenv("COMPTOIR_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_chromium() == str(browser)


def test_the_setup_code_is_printed_for_whoever_can_read_the_key(
    config: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text("")
    printed = []
    for key in ("one key", "one key", "another key"):
        monkeypatch.setenv("COMPTOIR_SECRET_KEY", key)
        assert main(["setup-code"]) == 0
        printed.append(capsys.readouterr().out.strip())
    assert printed[0] == printed[1] != printed[2]
    assert len(printed[0]) == 19
