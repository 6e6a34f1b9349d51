"""`comptoir keys`, as an operator types it."""

from pathlib import Path

import pytest

from core.cli import main
from core.secrets import MasterKeys
from tests.seed import SECRET_KEY, SeededTenant


@pytest.fixture
def secret_key_file(installation: Path) -> Path:
    return installation / "secret.key"


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = main(["keys", *arguments])
    return status, capsys.readouterr().out


def test_keys_are_shown_rotated_and_retired(
    tenant: SeededTenant, secret_key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = MasterKeys(SECRET_KEY).current_id
    assert said(capsys, "show") == (0, f"{old}  current       wraps 2 data keys\n")
    status, text = said(capsys, "rotate")
    new = MasterKeys(secret_key_file.read_text().split()[0]).current_id
    assert status == 0
    assert f"the current master key is {new}" in text
    assert said(capsys, "show") == (
        0, f"{new}  current       wraps 2 data keys\n{old}  previous      wraps 0 data keys\n")  # fmt: skip
    status, text = said(capsys, "retire")
    assert (status, f"dropped {old}" in text) == (0, True)
    assert said(capsys, "retire") == (0, "there is no previous master key\n")


def test_one_command_rotates_and_retires_and_never_shows_a_key(
    tenant: SeededTenant, secret_key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, text = said(capsys, "rotate", "--retire")
    keys = secret_key_file.read_text().split()
    assert (status, len(keys)) == (0, 1)
    assert keys[0] not in text
    assert SECRET_KEY not in text


def test_keys_of_the_environment_are_not_made_here(
    tenant: SeededTenant, secret_key_file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMPTOIR_SECRET_KEY", "the key that the operator chose")
    monkeypatch.setenv("COMPTOIR_SECRET_KEY_PREVIOUS", SECRET_KEY)
    status, text = said(capsys, "rotate", "--retire")
    assert status == 0
    assert "the environment names the master keys" in text
    assert "take them out of COMPTOIR_SECRET_KEY_PREVIOUS" in text
    assert secret_key_file.read_text() == SECRET_KEY + "\n"
    monkeypatch.delenv("COMPTOIR_SECRET_KEY_PREVIOUS")
    assert said(capsys, "show")[0] == 0
    monkeypatch.setenv("COMPTOIR_SECRET_KEY", SECRET_KEY)
    status, text = said(capsys, "show")
    assert status == 1
    assert "MISSING here" in text
