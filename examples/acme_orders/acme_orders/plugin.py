"""Orders: a number that a customer writes becomes an order beside the conversation, its state asked of the shop."""

from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from comptoir_sdk import Channel, Contact, Context, Job, Message, Plugin, Route, _, hookimpl, ui
from pydantic import Field

from acme_orders import jobs, screen, views
from acme_orders.models import Order
from acme_orders.numbers import numbers_in


@dataclass(frozen=True)
class Settings:
    """Each organisation's own: a form of its admin, or under `tenants:` of config.yaml."""

    shop_url: str = field(default="", metadata={
        "title": _("Address of the shop"), "hint": _("Asked for <address>/<number>; without it, states stay unknown.")})
    keep_days: Annotated[int, Field(ge=0, le=3650)] = field(default=180, metadata={"title": _("Days to keep orders")})


class Orders(Plugin):
    name = "acme_orders"
    version = "1.0.0"
    sdk = ">=0.1,<1"
    models: ClassVar = ("acme_orders.models",)
    migrations = "acme_orders.migrations"
    permissions: ClassVar = {"acme_orders.write": _("See orders and send their state to customers")}
    Settings = Settings

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [
            Route("/contacts/<uuid:contact_id>/orders", views.list_orders, ("GET",), "contacts.read",
                  responses={200: views.OrderList}),
            Route("/orders/<uuid:order_id>/told", views.tell, ("POST",), "acme_orders.write", body=views.Where,
                  responses={202: views.Told}),
            Route("/data/badges", screen.badges, ("GET",), "contacts.read", query=screen.Rows,
                  responses={200: screen.Badges}),
            Route("/data/per_day", screen.per_day, ("GET",), "contacts.read", responses={200: screen.Figures}),
            Route("/commands/say_state", screen.say_state, ("POST",), "acme_orders.write", body=screen.Draft,
                  responses={200: screen.Done}),
            Route("/commands/ask_again", screen.ask_again, ("POST",), "acme_orders.write",
                  responses={200: screen.Done}),
        ]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [
            ui.Assets(package="acme_orders", static="static", locales="locale"),
            ui.Panel("orders", slot="conversation.detail", title=_("Orders"), permission="contacts.read",
                     element="acme-orders-panel", module="panel.js", when={"contact.has": "id"}),
            ui.Panel("state", slot="list.row.badge", title=_("State of the order"), permission="contacts.read",
                     data="badges", refresh_on=("acme_orders.changes",)),
            ui.DashboardCard("per_day", title=_("Orders per day"), permission="contacts.read", data="per_day",
                             kind="bar", refresh_on=("acme_orders.changes",)),
            ui.ComposerAction("say_state", title=_("Say how the order stands"), icon="package", window="open",
                              permission="acme_orders.write", post="say_state"),
            ui.MessageRenderer("order", element="acme-orders-cart", module="cart.js"),
            ui.Command("ask_again", title=_("Ask the shop for orders again"), icon="refresh-cw",
                       permission="acme_orders.write", post="ask_again"),
        ]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("changes", permission="contacts.read")]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [Job("refresh", jobs.refresh, timeout=30), Job("prune", jobs.prune, cron="0 3 * * *")]

    @hookimpl
    async def on_message_received(self, ctx: Context, message: Message) -> None:
        """The same event may come again: an order is known by its contact and number."""
        named = numbers_in(message.text) if message.contact_id else []
        for number in named:
            async with ctx.db.transaction():
                await Order.get_or_create(contact_id=message.contact_id, number=number)
                await ctx.jobs.enqueue("refresh", key=number, number=number)
        if named:
            await ctx.broadcast("changes", {"contact": str(message.contact_id)})

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        rows = await Order.filter(contact_id=contact.id).order_by("number")
        return {"orders": [{"number": row.number, "state": row.state} for row in rows]}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        return await Order.filter(contact_id=contact.id).delete()


plugin = Orders()
