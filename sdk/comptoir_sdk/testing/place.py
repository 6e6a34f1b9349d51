"""Where the kernel is: installed beside the SDK, or in a checkout that one variable names."""

import os
import site
import sys
from contextlib import AbstractContextManager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from comptoir_sdk.testing.kernel import Cluster

VARIABLE = "COMPTOIR_KERNEL"
_HARNESS = "core.harness"
_entered: set[str] = set()


def find_kernel() -> AbstractContextManager[Cluster]:
    """The harness of the kernel. Raises LookupError, saying what to do, when there is none."""
    if checkout := os.environ.get(VARIABLE):
        _enter(Path(checkout).expanduser())
    elif find_spec("core") is None:
        raise LookupError(f"there is no Comptoir in this environment: set {VARIABLE} to a checkout of it in which "
                          "./comptoir has run once, or install the plugin into that checkout's own environment")
    cluster: AbstractContextManager[Cluster] = import_module(_HARNESS).cluster()
    return cluster


def _enter(checkout: Path) -> None:
    """Behind the author's own packages come those of the checkout's environment, and with them the kernel."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    packages = checkout / ".venv" / "lib" / version / "site-packages"
    if not (checkout / "core").is_dir():
        raise LookupError(f"{VARIABLE}={checkout} is no checkout of Comptoir")
    if not packages.is_dir():
        raise LookupError(f"{checkout} has no environment for {version}: run `./comptoir config check` there once, "
                          "with this Python")
    if str(checkout) not in _entered:
        _entered.add(str(checkout))
        site.addsitedir(str(packages))
