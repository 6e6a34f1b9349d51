"""A real Chromium for the browser tests: the machine's, else Debian's package, else Playwright's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chromium-headless-shell")


class ChromiumMissing(RuntimeError):
    """There is none and none could be installed; the message says what to do."""


def find_chromium() -> str:
    """The path of an executable, installing one when there is none. Raises ChromiumMissing."""
    named = os.environ.get("COMPTOIR_CHROMIUM")
    if named:
        if shutil.which(named) is None:
            raise ChromiumMissing(f"COMPTOIR_CHROMIUM names {named}, which is no executable")
        return named
    found = _on_this_machine() or _playwrights() or _from_apt() or _from_playwright()
    if not found:
        raise ChromiumMissing(
            "the browser tests need Chromium and it could not be installed: apt install chromium, "
            "or set COMPTOIR_CHROMIUM to an executable"
        )
    return found


def _on_this_machine() -> str | None:
    return next((path for path in map(shutil.which, _NAMES) if path), None)


def _from_apt() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    print("installing Chromium with apt", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    if subprocess.call(install, env=quiet) != 0:  # noqa: S603
        # The package lists of a fresh image are empty.
        subprocess.call(["apt-get", "update"], env=quiet)  # noqa: S607
        subprocess.call(install, env=quiet)  # noqa: S603
    return _on_this_machine()


def _from_playwright() -> str | None:
    print("installing Playwright's Chromium", flush=True)
    install = [sys.executable, "-m", "playwright", "install", "chromium"]
    return _playwrights() if subprocess.call(install) == 0 else None  # noqa: S603


def _playwrights() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if os.path.exists(path) else None
