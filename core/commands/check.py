"""`comptoir test`: every check and every test, with what each took."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.commands.chromium import ChromiumMissing, find_chromium

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Step:
    """One program; it passes when it exits with 0."""

    name: str
    command: Sequence[str]
    again: Sequence[str] = ()
    """Arguments that repeat what failed, and nothing else: real processes on a busy machine can be late."""


@dataclass(frozen=True)
class Outcome:
    name: str
    passed: bool
    seconds: float


def check(pytest_arguments: Sequence[str]) -> int:
    """Run everything; with arguments for pytest, those tests alone. Returns 1 when anything failed."""
    try:
        environment = {**_compiling_once(), "COMPTOIR_CHROMIUM": find_chromium()}
    except ChromiumMissing as error:
        print(f"comptoir: {error}", file=sys.stderr)
        return 1
    steps = [_tests(pytest_arguments)] if pytest_arguments else [*_checks(), _tests(_on_every_core())]
    outcomes = [_run(step, environment) for step in steps]
    _summary(outcomes)
    return 0 if all(outcome.passed for outcome in outcomes) else 1


def _compiling_once() -> dict[str, str]:
    """The tests start many processes; without kept bytecode each would compile every module again."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(CHECKOUT / ".venv" / "bytecode")}


def _checks() -> list[Step]:
    scripts = [str(path) for room in ("core/web", "plugins", "examples") for path in _scripts(CHECKOUT / room)]
    return [
        Step("lint", [_tool("ruff"), "check", "."]),
        Step("types", [_tool("mypy")]),
        *(Step(f"types of {example.name}", ["env", f"MYPYPATH={example}", _tool("mypy"), str(example)])
          for example in sorted((CHECKOUT / "examples").iterdir()) if (example / "pyproject.toml").is_file()),
        Step("import rules", [_tool("lint-imports")]),
        Step("scripts", [_tool("oxlint"), "--deny-warnings", *scripts]),
    ]


def _tests(arguments: Sequence[str]) -> Step:
    return Step("tests", [sys.executable, "-m", "pytest", "-q", *arguments],
                ["--last-failed", "--last-failed-no-failures=none", "--numprocesses=0"])


def _on_every_core() -> list[str]:
    """A file's tests stay together: they share a server; more than four processes want more memory than they save."""
    return [f"--numprocesses={min(os.cpu_count() or 1, 4)}", "--dist=loadfile"]


def _scripts(room: Path) -> list[Path]:
    return sorted(path for path in room.rglob("*.js") if "vendor" not in path.parts)


def _tool(name: str) -> str:
    return str(Path(sysconfig.get_path("scripts")) / name)


def _run(step: Step, environment: dict[str, str]) -> Outcome:
    print(f"\n== {step.name}", flush=True)
    began = time.monotonic()
    if shutil.which(step.command[0]) is None:
        print(f"{step.command[0]} is not installed: remove .venv and run ./comptoir test again", flush=True)
        return Outcome(step.name, False, 0.0)
    status = subprocess.call(step.command, cwd=CHECKOUT, env=environment)  # noqa: S603
    if status and step.again:
        print("\n== the failed ones once more: what passes now is unsteady, and a bug of its own", flush=True)
        status = subprocess.call([*step.command, *step.again], cwd=CHECKOUT, env=environment)  # noqa: S603
    return Outcome(step.name, status == 0, time.monotonic() - began)


def _summary(outcomes: Sequence[Outcome]) -> None:
    print()
    for outcome in outcomes:
        print(f"{'passed' if outcome.passed else 'FAILED':<8}{outcome.name:<14}{outcome.seconds:7.1f} s", flush=True)
