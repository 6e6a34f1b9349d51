"""The command line on an installation of the test's own."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.cli import main
from tests.seed import SECRET_KEY

Comptoir = Callable[..., tuple[int, str]]


@pytest.fixture
def installation(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Its data folder."""
    config = tmp_path / "config.yaml"
    config.write_text("plugins: {}\n")
    (tmp_path / "secret.key").write_text(SECRET_KEY + "\n")
    monkeypatch.setenv("COMPTOIR_CONFIG", str(config))
    monkeypatch.setenv("COMPTOIR_DATA", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", database_url)
    for name in ("COMPTOIR_SECRET_KEY", "COMPTOIR_SECRET_KEY_PREVIOUS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture
def comptoir(installation: Path, capsys: pytest.CaptureFixture[str]) -> Comptoir:
    """(exit status, what it said)"""

    def run(*arguments: str) -> tuple[int, str]:
        status = main(arguments)
        return status, capsys.readouterr().out

    return run
