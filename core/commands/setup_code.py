"""`comptoir setup-code`: what the first person of a production installation types into the registration form."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from core.auth.setup_code import setup_code
from core.config import Settings


def add(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(settings: Settings, given: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Whoever can run this can read the secret key, and is trusted with everything."""
    say(setup_code(settings.key_ring.read()[0]))
    return 0
