"""A plugin that uses every door, and remembers what came through it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from comptoir_sdk import (
    Channel,
    Contact,
    Context,
    Draft,
    Fact,
    Invalid,
    Job,
    Message,
    Plugin,
    Reject,
    Route,
    _,
    hookimpl,
    ui,
)

seen: list[tuple[str, Any]] = []


@dataclass(frozen=True)
class GoodSettings:
    keyword: str = "#"


async def greet(ctx: Context) -> dict[str, str]:
    return {"hello": ctx.caller.name if ctx.caller else "nobody", "keyword": ctx.settings.keyword}


async def refuse(ctx: Context) -> None:
    raise Invalid("Give a name.", name="is needed")


async def fail(ctx: Context) -> None:
    raise RuntimeError("a plugin's own mistake")


async def welcome(ctx: Context) -> dict[str, str]:
    return {"welcome": str(ctx.tenant_id)}


async def prune(ctx: Context, **args: Any) -> None:
    seen.append(("job", ctx.tenant_id))


class Good(Plugin):
    name = "good"
    version = "2.1"
    sdk = ">=0.1,<1"
    permissions: ClassVar = {"good.read": _("See"), "good.write": _("Change")}
    Settings = GoodSettings

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [
            Route("/greeting", greet, ("GET",), "good.read"),
            Route("/refusal", refuse, ("POST",), "good.write"),
            Route("/failure", fail, ("GET",), "good.read"),
            Route("/welcome", welcome, ("GET",), public=True),
            Route("/fragments/good_panel", greet, ("GET",), "good.read"),
            Route("/data/figures", greet, ("GET",), "good.read"),
            Route("/commands/refuse", refuse, ("POST",), "good.write"),
        ]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [Job("prune", prune, cron="* * * * *", timeout=5)]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("changes", "good.read")]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [
            ui.Page("good", title=_("Good"), permission="good.read", element="good-page", module="page.js"),
            ui.Panel("side", slot="conversation.detail", title=_("Side"), fragment="good_panel"),
            ui.Panel("row", slot="list.row.badge", title=_("Row"), permission="good.read", data="figures"),
            ui.DashboardCard("day", title=_("Day"), permission="good.read", data="figures"),
            ui.Command("refuse", title=_("Refuse"), permission="good.write", post="refuse"),
            ui.ComposerAction("send", _("Send"), element="good-send", module="send.js"),
            ui.MessageRenderer("good.order", element="good-order", module="order.js"),
        ]

    @hookimpl
    async def on_message_received(self, ctx: Context, message: Message) -> None:
        seen.append(("received", (ctx.event_id, message.body)))

    @hookimpl
    async def on_plugin_enabled(self, ctx: Context, settings: GoodSettings) -> None:
        seen.append(("enabled", settings.keyword))

    @hookimpl
    async def on_plugin_disabled(self, ctx: Context) -> None:
        seen.append(("disabled", ctx.tenant_id))

    @hookimpl
    async def filter_outbound(self, ctx: Context, draft: Draft) -> Draft | Reject | None:
        return Reject("no shouting") if draft.body.isupper() else None

    @hookimpl
    async def provide_contact_facts(self, contact: Contact) -> list[Fact]:
        return [Fact("Orders", "3")]


plugin = Good()
