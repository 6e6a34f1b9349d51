"""What all pieces share, and the check of a piece that lives in the browser."""

import re
from dataclasses import dataclass

_NAME = re.compile(r"[a-z][a-z0-9_.]*")


class Element:
    """Anything `register_panels` may return."""


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How a piece is drawn: a server-rendered `fragment`, or a custom `element` defined by `module`.

    `fragment` names the plugin's route /fragments/<fragment>; `module` a file of its static folder. The element's tag
    starts with the plugin's name and a hyphen (underscores become hyphens).
    """

    fragment: str | None = None
    element: str | None = None
    module: str | None = None

    def check(self, where: str) -> None:
        if bool(self.fragment) == bool(self.element):
            raise ValueError(f"{where}: give either fragment= or element= with module=")
        if bool(self.element) != bool(self.module):
            raise ValueError(f"{where}: element= and module= come together")


def check_name(kind: str, name: str) -> None:
    """Raises ValueError for a name that could not stand in a URL."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"the name of a {kind} is made of a-z, 0-9, _ and '.': {name!r}")
