"""The launcher with a stand-in for uv: what it asks for, when it asks for nothing, what it says."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FAKE_UV = """#!/bin/sh
# Records what it is asked, and makes an environment that can run Python.
[ "$1" = --version ] && exit 0
echo "$*" >> "{calls}"
[ -n "$UV_FAILS" ] && exit 2
if [ "$1" = venv ]; then
  for last; do :; done
  mkdir -p "$last/bin"
  printf '#!/bin/sh\\nexec "{python}" "$@"\\n' > "$last/bin/python"
  chmod +x "$last/bin/python"
fi
[ -n "$UV_SLOW" ] && sleep 0.5
exit 0
"""


class Checkout:
    """A copy of what the launcher reads, in a place of its own, with a command line that says what it was given."""

    def __init__(self, place: Path) -> None:
        self.place, self.calls = place, place / "calls"
        (place / "sdk").mkdir(parents=True)
        for name in ("comptoir", "pyproject.toml", "sdk/pyproject.toml", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, place / name)
        (place / "lib" / "core").mkdir(parents=True)
        (place / "lib" / "core" / "__init__.py").touch()
        (place / "lib" / "core" / "cli.py").write_text("import os, sys; print(os.getcwd(), sys.argv[1:])\n")
        (place / "bin").mkdir()
        (place / "bin" / "uv").write_text(FAKE_UV.format(calls=self.calls, python=sys.executable))
        (place / "bin" / "uv").chmod(0o755)

    def start(self, *arguments: str, cwd: Path | None = None, **env: str) -> subprocess.Popen[str]:
        path = f"{self.place / 'bin'}:{os.environ['PATH']}"
        return subprocess.Popen(
            [sys.executable, str(self.place / "comptoir"), *arguments],
            cwd=cwd or self.place,
            env={**os.environ, "PATH": path, "PYTHONPATH": str(self.place / "lib"), **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, cwd: Path | None = None, **env: str) -> tuple[int, str, str]:
        process = self.start(*arguments, cwd=cwd, **env)
        said, complained = process.communicate(timeout=60)
        return process.returncode, said, complained

    def asked(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "a place with spaces" / ("x" * 120))


def test_it_installs_with_hashes_then_both_packages_and_hands_over(checkout: Checkout) -> None:
    status, said, _ = checkout.run("up", "--flag")
    assert (status, said.strip()) == (0, f"{checkout.place} ['up', '--flag']")
    made, locked, editable = checkout.asked()
    assert made.startswith("venv ")
    assert "--require-hashes -r requirements.lock" in locked
    assert editable.endswith("--no-deps --no-build-isolation -e ./sdk -e .")


def test_a_warm_start_asks_for_nothing(checkout: Checkout) -> None:
    checkout.run("up")
    before = checkout.asked()
    _, _, complained = checkout.run("up")
    assert checkout.asked() == before
    assert complained == ""


def test_a_changed_lock_is_installed_into_the_same_environment(checkout: Checkout) -> None:
    checkout.run("up")
    with (checkout.place / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    checkout.run("up")
    assert sum(call.startswith("venv ") for call in checkout.asked()) == 1
    assert sum("-r requirements.lock" in call for call in checkout.asked()) == 2


def test_the_tests_bring_their_own_lock_which_serves_the_rest_too(checkout: Checkout) -> None:
    checkout.run("test")
    assert any("-r requirements-dev.lock" in call for call in checkout.asked())
    before = checkout.asked()
    checkout.run("up")
    assert checkout.asked() == before


def test_a_checkout_that_was_moved_is_installed_again(checkout: Checkout) -> None:
    checkout.run("up")
    checkout.place = checkout.place.rename(checkout.place.with_name("moved"))
    checkout.run("up")
    assert sum("--require-hashes" in call for call in (checkout.place / "calls").read_text().splitlines()) <= 2
    stamp = (checkout.place / ".venv" / "comptoir.stamp").read_text()
    assert stamp.startswith("requirements.lock:")


def test_a_failed_step_is_named_and_tried_again_next_time(checkout: Checkout) -> None:
    status, _, complained = checkout.run("up", UV_FAILS="1")
    assert status == 1
    assert "making .venv failed with status 2: check the network" in complained
    assert "Traceback" not in complained
    assert checkout.run("up")[0] == 0


def test_two_launchers_install_once(checkout: Checkout) -> None:
    first, second = checkout.start("up", UV_SLOW="1"), checkout.start("up", UV_SLOW="1")
    for process in (first, second):
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert sum("--require-hashes" in call for call in checkout.asked()) == 1


def test_it_runs_in_the_callers_directory_and_imports_nothing_from_it(checkout: Checkout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "core").mkdir(parents=True)
    (elsewhere / "core" / "cli.py").write_text("raise SystemExit('a stranger')")
    status, said, _ = checkout.run("up", cwd=elsewhere, LC_ALL="C")
    assert (status, said.split(" [")[0]) == (0, str(elsewhere))


def test_without_uv_and_without_venv_the_cure_is_said(checkout: Checkout, tmp_path: Path) -> None:
    (checkout.place / "bin" / "uv").unlink()
    # A Debian without python3-venv has the module venv and lacks ensurepip.
    code = (
        "import importlib.util, runpy, sys\n"
        "real = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: None if name == 'ensurepip' else real(name, *rest)\n"
        f"sys.argv = ['comptoir', 'up']; runpy.run_path({str(checkout.place / 'comptoir')!r}, run_name='__main__')\n"
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    done = subprocess.run([sys.executable, "-c", code], env={"PATH": str(empty)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert "apt install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_old_python_is_told_which_one_is_needed(checkout: Checkout) -> None:
    code = (
        "import runpy, sys\n"
        "sys.version_info = (3, 9, 2)\n"
        f"runpy.run_path({str(checkout.place / 'comptoir')!r}, run_name='__main__')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "needs Python 3.11 or newer and this is 3.9" in done.stderr


def test_what_a_killed_run_left_is_not_taken_for_ready(checkout: Checkout) -> None:
    data = checkout.place / "var"
    data.mkdir()
    for name in ("lock", "demo.json"):
        (data / name).touch()
    with (data / "lock").open("r+") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        checkout.run("up")
        assert (data / "demo.json").exists(), "it belongs to a run that is alive"
    checkout.run("up")
    assert not (data / "demo.json").exists()
