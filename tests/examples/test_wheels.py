"""What a stranger does: takes the wheels of the SDK, of a plugin, and nothing else; installs them; tests the plugin.

The environment is clean but for third-party libraries, which come from ours: nothing is fetched. The kernel is the
checkout that one variable names.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from comptoir_sdk.scaffold import PARTS, write
from comptoir_sdk.testing.place import VARIABLE

CHECKOUT = Path(__file__).parents[2]
_BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean environment with the SDK's wheel."""
    place = tmp_path_factory.mktemp("stranger")
    _run([sys.executable, "-m", "venv", str(place / "env")])
    found = place / "env" / "bin" / "python"
    [packages] = (place / "env" / "lib").glob("python*/site-packages")
    # As a plain folder: what is installed editable in it, the kernel and the SDK, is not importable by that.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    _install(found, CHECKOUT / "sdk", place / "sdk")
    return found


def _install(python: Path, source: Path, scratch: Path) -> None:
    """Build a wheel from a copy and install it, without network."""
    shutil.copytree(source, scratch, ignore=shutil.ignore_patterns("*.egg-info", "build", "__pycache__", "tests"))
    wheels = scratch.with_name(f"{scratch.name}-wheel")
    wheels.mkdir()
    _run([sys.executable, "-c", _BUILD, str(wheels)], cwd=scratch)
    _run([str(python), "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", *map(str, wheels.glob("*.whl"))])


def _run(command: list[str], cwd: Path | None = None, *, kernel: bool = False) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COMPTOIR_K"))}
    environment |= {VARIABLE: str(CHECKOUT)} if kernel else {}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=540)
    assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def _test(python: Path, tests: Path, folder: Path) -> str:
    """The plugin's own tests, away from its sources and from this repository."""
    shutil.copytree(tests, folder / "tests")
    shutil.copy(tests.parent / "pyproject.toml", folder)
    return _run([str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(folder / "tests")],
                folder, kernel=True)


def test_the_kernel_is_not_there_unless_it_is_named(python: Path) -> None:
    ask = "import comptoir_sdk.testing as t, importlib.util as u; print(u.find_spec('core'), t.__file__)"
    told = _run([str(python), "-c", ask], python.parent)
    assert told.startswith("None ")
    assert str(CHECKOUT) not in told


@pytest.mark.browser
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", ["acme_callbacks", "acme_orders"])
def test_an_example_is_built_installed_tested_and_gold(python: Path, tmp_path: Path, name: str) -> None:
    source = CHECKOUT / "examples" / name
    _install(python, source, tmp_path / name)
    (tmp_path / "away").mkdir()
    assert " passed" in _test(python, source / "tests", tmp_path / "away")
    _run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", f"comptoir-plugin-{name.replace('_', '-')}"])


@pytest.mark.timeout(600)
def test_a_new_plugin_is_built_installed_and_its_tests_pass(python: Path, tmp_path: Path) -> None:
    write(tmp_path / "acme_visits", "acme_visits", PARTS)
    _install(python, tmp_path / "acme_visits", tmp_path / "build")
    (tmp_path / "away").mkdir()
    assert " passed" in _test(python, tmp_path / "acme_visits" / "tests", tmp_path / "away")
    _run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "comptoir-plugin-acme-visits"])
