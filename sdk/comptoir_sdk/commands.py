"""A plugin's commands for the operator: `comptoir <plugin> <name> --tenant <slug> key=value…`."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from comptoir_sdk.translation import Text

_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Command:
    """`run` is `async (ctx, **arguments)`, for one tenant; what it returns is printed.

    Its arguments are what `run` takes beside `ctx`, each with a type and, unless it must be given, a default: they are
    given as `key=value` and read by that type (str, int, bool, date, UUID, an enum, …). `timeout` in seconds.
    """

    name: str
    run: Callable[..., Awaitable[Any]]
    help: Text | str = ""
    timeout: float = 600

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a command's name is made of a-z, 0-9, - and _: {self.name!r}")
        if self.timeout <= 0:
            raise ValueError(f"command {self.name}: timeout must be above 0 s")
