"""`comptoir plugin new NAME`: the template of the SDK, with questions when somebody is there to answer them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from comptoir_sdk.scaffold import ask

from core.config import Settings

add = ask.add


def run(settings: Settings, given: argparse.Namespace, say: Callable[[str], None]) -> int:
    """The exit status."""
    status = ask.run(given, say, input if sys.stdin.isatty() else None)
    if status == 0:
        say(f"next: ./comptoir plugin install {given.into or given.name}")
    return status
