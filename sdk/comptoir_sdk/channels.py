"""A plugin's topics on the agents' WebSocket."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Channel:
    """Agents with `permission` may listen to `<plugin>.<name>`; only the plugin's own `ctx.broadcast` speaks on it."""

    name: str
    permission: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a channel's name is made of a-z, 0-9 and _: {self.name!r}")
        if not self.permission:
            raise ValueError(f"channel {self.name}: name the permission needed to listen")
