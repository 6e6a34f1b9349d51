"""What stands elsewhere on the screen: badges of rows, a card of figures, an action beside the composer, a command."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Invalid
from pydantic import BaseModel, Field

from acme_orders.models import Order

DAYS = 7
_TONES = {"paid": "info", "shipped": "ok", "unknown": ""}


class Rows(BaseModel):
    """Rows of the list, and whose they are, in the same order."""

    conversations: str = ""
    contacts: str = ""


class Badges(BaseModel):
    """By conversation."""

    model_config = {"extra": "allow", "json_schema_extra": {"example": {}}}


class Figures(BaseModel):
    labels: list[str] = Field(examples=[["2031-01-01"]])
    values: list[int] = Field(examples=[[3]])


class Draft(BaseModel):
    """What stands in the composer, and where."""

    conversation: UUID
    text: str = ""


class Done(BaseModel):
    toast: str | None = None
    insert: str | None = None


async def badges(ctx: Context, query: Rows) -> dict[str, Any]:
    """The state of each customer's newest order

    One question for all rows in sight.
    """
    pairs = _pairs(query)
    newest: dict[UUID, str] = {}
    for order in await Order.filter(contact_id__in=[contact for _, contact in pairs]).order_by("seen_at"):
        newest[order.contact_id] = order.state
    return {row: {"text": ctx._(newest[contact]), "tone": _TONES.get(newest[contact], "")}
            for row, contact in pairs if contact in newest}


def _pairs(query: Rows) -> list[tuple[str, UUID]]:
    rows = zip(query.conversations.split(","), query.contacts.split(","), strict=False)
    try:
        return [(row, UUID(contact)) for row, contact in rows if contact]
    except ValueError:
        raise Invalid("Name contacts by their ids, with commas between.", contacts="no ids") from None


async def per_day(ctx: Context) -> dict[str, Any]:
    """How many orders were named on each of the last seven days"""
    days = [(ctx.now() - timedelta(days=ago)).date() for ago in reversed(range(DAYS))]
    counted = Counter(order.seen_at.date() for order in await Order.filter(seen_at__gte=ctx.days_ago(DAYS)))
    return {"labels": [day.isoformat() for day in days], "values": [counted[day] for day in days]}


async def say_state(ctx: Context, body: Draft) -> dict[str, Any]:
    """The state of the customer's newest order, in words for the composer

    Nothing is sent: the agent reads it first.
    """
    contact = (await ctx.conversations.get(body.conversation)).contact
    order = await Order.filter(contact_id=contact.id).order_by("-seen_at").first() if contact else None
    if order is None:
        return {"toast": ctx._("No order was named yet. Customers write #1234.")}
    return {"insert": ctx._("Your order #{number}: {state}").format(number=order.number, state=ctx._(order.state))}


async def ask_again(ctx: Context) -> dict[str, Any]:
    """Ask the shop again for every order that it has not told of"""
    numbers = set(await Order.filter(state="unknown").values_list("number", flat=True))
    for number in numbers:
        await ctx.jobs.enqueue("refresh", key=str(number), number=str(number))
    return {"toast": ctx._("Asking the shop: {count}").format(count=len(numbers))}
