"""Reading and setting a contact's attributes, as JSON and as the panel beside a conversation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from comptoir_sdk import Contact, Context, Invalid
from quart import request

from plugins.contacts.models import KEY_LENGTH, VALUE_LENGTH, Attribute
from plugins.contacts.shapes import Attributes, OfContact

MOST_ATTRIBUTES = 50


async def list_attributes(ctx: Context, contact_id: UUID) -> dict[str, Any]:
    """A contact's attributes

    All of them, by key.
    """
    contact = await ctx.contacts.get(contact_id)
    return _told(await attributes_of(contact.id))


async def set_attributes(ctx: Context, contact_id: UUID, body: Attributes) -> dict[str, Any]:
    """Set a contact's attributes

    Those named are set, those that are null removed, others stay.
    """
    contact = await ctx.contacts.get(contact_id)
    await _set(ctx, contact.id, body.attributes)
    return _told(await attributes_of(contact.id))


async def show_panel(ctx: Context, query: OfContact) -> Any:
    """The panel of a contact"""
    return await _panel(ctx, await ctx.contacts.get(query.contact))


async def change_panel(ctx: Context, query: OfContact) -> Any:
    """The panel's form

    Sets `key` to `value`, or removes it when the value is empty.
    """
    contact, form = await ctx.contacts.get(query.contact), await request.form
    try:
        await _set(ctx, contact.id, {form.get("key", "").strip(): form.get("value", "").strip() or None})
    except Invalid as error:
        return await _panel(ctx, contact, error=ctx._(error.detail), typed=form), 422
    return await _panel(ctx, contact)


async def attributes_of(contact_id: UUID) -> dict[str, str]:
    """In the order of their keys."""
    rows = await Attribute.filter(contact_id=contact_id).order_by("key").limit(MOST_ATTRIBUTES)
    return {row.key: row.value for row in rows}


async def _panel(ctx: Context, contact: Contact, *, error: str = "", typed: Any = None) -> Any:
    may_write = ctx.caller is not None and "contacts.write" in ctx.caller.permissions
    return await ctx.render("contacts_panel.html", contact=contact, attributes=await attributes_of(contact.id),
                            error=error, typed=typed or {}, may_write=may_write, key_length=KEY_LENGTH,
                            value_length=VALUE_LENGTH)


async def _set(ctx: Context, contact_id: UUID, given: Mapping[str, Any]) -> None:
    for key, value in given.items():
        _check(key, value)
    async with ctx.db.transaction():
        for key, value in given.items():
            if value is None:
                await Attribute.filter(contact_id=contact_id, key=key).delete()
            else:
                await Attribute.update_or_create({"value": value}, contact_id=contact_id, key=key,
                                                 tenant_id=ctx.tenant_id)
        if await Attribute.filter(contact_id=contact_id).count() > MOST_ATTRIBUTES:
            raise Invalid("A contact has at most 50 attributes: remove one first.")
    await ctx.broadcast("fields", {"contact": str(contact_id)})


def _check(key: Any, value: Any) -> None:
    if not isinstance(key, str) or not 0 < len(key.strip()) <= KEY_LENGTH or not key.isprintable():
        raise Invalid("Give the attribute a name of 1 to 63 characters.", key="1 to 63 characters")
    if value is not None and (not isinstance(value, str) or not value.strip() or len(value) > VALUE_LENGTH
                              or "\0" in value):
        raise Invalid("A value is a text of 1 to 2000 characters.", value="1 to 2000 characters")


def _told(attributes: dict[str, str]) -> dict[str, Any]:
    return {"items": [{"key": key, "value": value} for key, value in attributes.items()], "next": None}
