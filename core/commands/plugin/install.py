"""`comptoir plugin install PATH`: into this environment, and into config.yaml for everybody who has the defaults."""

from __future__ import annotations

import argparse
import configparser
import importlib
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, entry_points, version
from pathlib import Path

from packaging.requirements import Requirement

from core.config import ConfigError, Settings
from core.config.edit import DEFAULTS, install, switch
from core.plugins.loader import GROUP

Say = Callable[[str], None]
CHECKOUT = Path(__file__).resolve().parents[3]
_OURS = ("comptoir", "comptoir-sdk")


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", type=Path, help="its folder (installed editable) or its wheel")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status."""
    path: Path = given.path.resolve()
    wanted = ["-e", str(path)] if path.is_dir() else [str(path)]
    there = path.is_dir() or zipfile.is_zipfile(path)
    if not there or _pip("--no-deps", "--no-build-isolation", "--reinstall", *wanted):
        say(f"comptoir: {path} could not be installed: give the folder with its pyproject.toml, or its wheel")
        return 1
    importlib.invalidate_caches()
    names = named(path)
    if not names:
        say(f'comptoir: {path} offers no plugin: [project.entry-points."{GROUP}"] in its pyproject.toml names it')
        return 1
    if (missing := list(_missing(names))) and _pip(*missing):
        say(f"comptoir: it needs {', '.join(missing)}, which could not be installed")
        return 1
    return _configure(settings, names, say)


def _configure(settings: Settings, names: list[str], say: Say) -> int:
    try:
        for name in names:
            new = install(settings.config_path, name)
            switch(settings.config_path, DEFAULTS, name, on=True)
            say(f"{name} is installed and " + ("now named in" if new else "was named in") + f" {settings.config_path}")
    except ConfigError as error:
        say(f"comptoir: {error}")
        return 1
    say("a running `./comptoir up` in development mode takes it up by itself; otherwise: ./comptoir up")
    return 0


def _pip(*arguments: str) -> int:
    """The exit status of uv, or of pip where there is no uv."""
    uv = shutil.which("uv") or next((str(p) for p in [CHECKOUT / ".uv" / "bin" / "uv"] if p.exists()), None)
    if uv:
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable, *arguments]
    else:
        plain = ["--force-reinstall" if one == "--reinstall" else one for one in arguments]
        command = [sys.executable, "-m", "pip", "install", "--quiet", *plain]
    return subprocess.run(command, check=False).returncode  # noqa: S603 - the operator's own words


def named(path: Path) -> list[str]:
    """What the folder's pyproject.toml, or the wheel, calls its plugins."""
    if path.is_dir():
        file = path / "pyproject.toml"
        told = tomllib.loads(file.read_text()) if file.is_file() else {}
        return sorted(told.get("project", {}).get("entry-points", {}).get(GROUP, {}))
    parser = configparser.ConfigParser(delimiters=("=",))
    with zipfile.ZipFile(path) as wheel:
        for name in wheel.namelist():
            if name.endswith(".dist-info/entry_points.txt"):
                parser.read_string(wheel.read(name).decode())
    return sorted(parser[GROUP]) if parser.has_section(GROUP) else []


def _missing(names: list[str]) -> Iterator[str]:
    """What these plugins' distributions need and is not here. The SDK is here, whatever they call it."""
    for point in entry_points(group=GROUP):
        for text in (point.dist.requires or []) if point.name in names and point.dist else []:
            need = Requirement(text)
            if need.name in _OURS or (need.marker and not need.marker.evaluate({"extra": ""})):
                continue
            try:
                if not need.specifier.contains(version(need.name), prereleases=True):
                    yield str(need)
            except PackageNotFoundError:
                yield str(need)
