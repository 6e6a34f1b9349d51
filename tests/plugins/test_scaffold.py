"""`comptoir plugin new`: whatever parts are wanted, what it writes is whole."""

import ast
import subprocess
import sysconfig
import zipfile
from pathlib import Path

import pytest
from comptoir_sdk.scaffold import PARTS, NameRefused, with_needed, write
from comptoir_sdk.scaffold.ask import main

from core.commands.plugin.install import named
from core.config import ConfigError
from core.config.edit import DEFAULTS, install, switch


@pytest.mark.parametrize("part", [*PARTS, "all"])
def test_what_is_written_is_whole_and_clean(tmp_path: Path, part: str) -> None:
    folder = tmp_path / "acme_orders"
    written = write(folder, "acme_orders", PARTS if part == "all" else [part])
    assert named(folder) == ["acme_orders"]
    for path in written:
        text = path.read_text()
        assert "@" not in text.replace("@hookimpl", "").replace("@dataclass", "").replace("@comptoir/sdk", ""), path
        assert "[[" not in text, path
        if path.suffix == ".py":
            ast.parse(text)
    ruff = [str(Path(sysconfig.get_path("scripts")) / "ruff"), "check", "--isolated", "--line-length=120",
            "--select=E,F,I,UP,B", str(folder)]
    done = subprocess.run(ruff, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_wheel_says_which_plugins_it_brings(tmp_path: Path) -> None:
    wheel = tmp_path / "acme-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("acme-1.0.dist-info/entry_points.txt",
                      "[comptoir.plugins]\nacme_b = b:plugin\nacme_a = a:plugin\n")
    assert named(wheel) == ["acme_a", "acme_b"]


def test_each_part_brings_a_test_and_what_it_stands_on(tmp_path: Path) -> None:
    written = write(tmp_path / "acme_orders", "acme_orders", PARTS)
    [tests] = [path.read_text() for path in written if path.name == "test_acme_orders.py"]
    assert tests.count("async def test_") == len(PARTS)
    assert with_needed(["element"]) == {"element", "routes", "table"}
    with pytest.raises(LookupError, match="no part 'cake'"):
        with_needed(["cake"])


@pytest.mark.parametrize("name", ["Acme_orders", "orders", "acme-orders", "acme_class", "1acme_x", "../acme_x"])
def test_a_name_that_would_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(NameRefused, match="acme_orders"):
        write(tmp_path / "x", name, PARTS)
    assert not (tmp_path / "x").exists()


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "acme_orders"
    assert main(["acme_orders", "--parts", "table, fragment", "--into", str(folder)]) == 0
    assert "with table, fragment" in capsys.readouterr().out
    assert main(["acme_orders", "--all", "--into", str(folder)]) == 1
    assert "stays as it is" in capsys.readouterr().out


@pytest.mark.parametrize("text", [
    "# ours\nplugins:\n  inbox: {}   # notes\n\ntenants:\n  defaults:\n    plugins: [inbox]\n",
    "plugins: {inbox: {}}\ntenants: {defaults: {plugins: {inbox: {}}}}\n",
    "plugins: [inbox]\ntenants:\n  defaults:\n    plugins:\n      - inbox\n",
    "tenants:\n  defaults:\n    plugins: []\n",
])
def test_installing_names_it_in_the_configuration_and_keeps_the_rest(tmp_path: Path, text: str) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(text)
    assert install(config, "acme_orders")
    assert switch(config, DEFAULTS, "acme_orders", on=True)
    assert not install(config, "acme_orders")
    edited = config.read_text()
    assert edited.count("acme_orders") == 2
    assert "# notes" in edited or "# notes" not in text


def test_a_file_that_is_written_otherwise_is_left_alone(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("plugins:\ntenants: {}\n")
    with pytest.raises(ConfigError, match="valid dictionary"):
        install(config, "acme_orders")
    assert config.read_text() == "plugins:\ntenants: {}\n"
