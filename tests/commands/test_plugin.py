"""`comptoir plugin`: what an author sees at the terminal."""

from pathlib import Path

import pytest

from core.commands.plugin import run
from core.config import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text("{}\n")
    return load({"COMPTOIR_DATA": str(tmp_path), "COMPTOIR_SECRET_KEY": "the key of a test"}, config)


def test_a_plugin_that_is_not_installed_has_no_grade_and_is_told_why(settings: Settings) -> None:
    from argparse import Namespace

    told: list[str] = []
    assert run(settings, Namespace(action="check", name="acme_absent"), told.append) == 1
    assert "no installed package offers it" in "\n".join(told)
    assert told[-1] == "acme_absent: 0 of 1 promises kept: no grade, it may do harm"
