"""The browser's side of Comptoir: pages, static files, catalogues, security headers.

The kernel mounts it once and stays out of its business:

    app.register_blueprint(core.web.blueprint(door, plugins))

`door` answers the questions a page has about the request being served (who is it, what may they see, what is this
installation); `plugins` are the files of the installed plugins, whether or not the request's tenant has them.

The screens speak to the API under /api/v1 and to the WebSocket /ws like any other client.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from quart import Blueprint

from .language import Locale

__all__ = ["Door", "Installation", "PluginFiles", "blueprint"]


@dataclass(frozen=True)
class Installation:
    """What strangers may know of an installation. `new`: nobody has made an organisation here, a demo aside.

    `simulated`: numbers can be simulated. `demo_login`: the demo's email and password, for whoever sits at the machine.
    """

    new: bool
    registration: Literal["first", "open", "closed"]
    code_needed: bool
    simulated: bool
    demo_login: Mapping[str, str] | None = None


class Door(Protocol):
    """What the pages ask about the request being served."""

    async def bootstrap(self, wish: Locale | None, habit: Locale | None = None) -> dict[str, Any] | None:
        """What GET /api/v1/bootstrap answers; None when nobody is logged in.

        `wish` is the language asked for now: when given, it replaces the member's own, in `locale`, in `dir` and in
        the titles of `ui`. `habit` is the one last used in this browser, for members who have chosen none.
        """

    async def installation(self) -> Installation:
        """The same for everybody, but for `demo_login`."""

    async def enabled_plugins(self) -> Collection[str]:
        """Plugins of the request's tenant, by id; empty when nobody is logged in. Others' files answer 404."""


@dataclass(frozen=True)
class PluginFiles:
    """Where an installed plugin keeps what the browser needs. None: it has none."""

    plugin: str
    static: Path | None = None
    locale: Path | None = None


def blueprint(door: Door, plugins: Sequence[PluginFiles] = (), frame_origins: Sequence[str] = (), *,
              live: bool = False) -> Blueprint:
    """`/`, the pages before login, `/static`, `/i18n`, `/p/<plugin>/static`. Files are read and hashed once, here.

    `live`: plugins' files are looked at again by each page, for whoever is writing them.
    `frame_origins` are the origins of registered tier-3 pages: the only way to widen the content security policy.
    """
    from .pages import build

    return build(door, plugins, frame_origins, live=live)
