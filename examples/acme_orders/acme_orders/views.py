"""The routes that the panel asks."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Context, NotFound
from pydantic import BaseModel, Field

from acme_orders.models import Order

MOST = 20


class OrderResource(BaseModel):
    id: UUID
    number: str = Field(examples=["1234"])
    state: str = Field(examples=["paid"])


class OrderList(BaseModel):
    """The newest twenty."""

    items: list[OrderResource]


class Where(BaseModel):
    """The conversation in which the customer is told."""

    conversation: UUID


class Told(BaseModel):
    message: UUID


async def list_orders(ctx: Context, contact_id: UUID) -> dict[str, Any]:
    """The orders of a contact"""
    contact = await ctx.contacts.get(contact_id)
    rows = await Order.filter(contact_id=contact.id).order_by("-seen_at").limit(MOST)
    return {"items": [{"id": str(row.id), "number": row.number, "state": row.state} for row in rows]}


async def tell(ctx: Context, order_id: UUID, body: Where) -> tuple[dict[str, Any], int]:
    """Tell the customer how the order stands

    Through the send gate, as everything: the window may be closed.
    """
    conversation = await ctx.conversations.get(body.conversation)
    contact = conversation.contact  # None in a group
    order = await Order.get_or_none(id=order_id, contact_id=contact.id) if contact else None
    if order is None:
        raise NotFound("There is no such order.")
    words = ctx._("Your order #{number}: {state}").format(number=order.number, state=ctx._(order.state))
    message = await ctx.messages.send(conversation.id, words)
    return {"message": str(message.id)}, 202
