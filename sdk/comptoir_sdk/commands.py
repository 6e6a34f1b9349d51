"""A plugin's commands for the operator: `comptoir <plugin> <name> --tenant <slug> key=value…`."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from comptoir_sdk.translation import Text


@dataclass(frozen=True)
class Command:
    """`run` is `async (ctx, **arguments)`, for one tenant; what it returns is printed."""

    name: str
    run: Callable[..., Awaitable[Any]]
    help: Text | str = ""
