"""Plugins that are installed, on and never asked: `idle_07` has a route, a job, a topic, a panel, an observer."""

from typing import Any

from comptoir_sdk import Channel, Context, Job, Plugin, Route, _, hookimpl, ui


async def _nothing(ctx: Context) -> None:
    """Never called."""


class Idle(Plugin):
    """What a plugin of somebody else's registers, each thing once."""

    version = "1.0"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/fragments/panel", _nothing, ("GET",), "contacts.read")]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [Job("sweep", _nothing)]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("changes", "contacts.read")]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [ui.Panel("panel", slot="conversation.detail", title=_("Idle"), fragment="panel")]

    @hookimpl
    async def on_template_status(self, ctx: Context) -> None:
        """Of what seldom happens."""


def __getattr__(name: str) -> Any:
    if not name.startswith("idle_"):
        raise AttributeError(name)
    return type(name.title(), (Idle,), {"name": name, "__module__": __name__})()
