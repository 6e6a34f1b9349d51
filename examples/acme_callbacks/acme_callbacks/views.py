"""The panel beside a conversation, and the page of everything that is due: forms, without a script."""

from datetime import date
from typing import Any
from uuid import UUID

from comptoir_sdk import Contact, Context, Invalid, NotFound
from pydantic import BaseModel
from quart import request

from acme_callbacks.models import WHY_LENGTH, Callback

MOST = 100


class OfContact(BaseModel):
    """Whose panel: the slot names the contact it stands beside."""

    contact: UUID


async def show_panel(ctx: Context, query: OfContact) -> Any:
    """The call-backs of a contact"""
    return await _panel(ctx, await ctx.contacts.get(query.contact))


async def change_panel(ctx: Context, query: OfContact) -> Any:
    """The panel's form

    Notes one for the day `due`, because of `why`; or marks the one called `done` as done.
    """
    contact, form = await ctx.contacts.get(query.contact), await request.form
    if form.get("done"):
        await _finish(ctx, form["done"])
        return await _panel(ctx, contact)
    try:
        due, why = _day(form.get("due", "")), _reason(form.get("why", ""))
    except Invalid as error:
        return await _panel(ctx, contact, error=ctx._(error.detail), typed=form), 422
    await Callback.create(contact_id=contact.id, due=due, why=why)
    await ctx.broadcast("changes", {"contact": str(contact.id)})
    return await _panel(ctx, contact)


async def show_late(ctx: Context, query: OfContact) -> Any:
    """What the contact waits for too long; nothing at all when they do not"""
    contact = await ctx.contacts.get(query.contact)
    rows = await Callback.filter(contact_id=contact.id, done=False, due__lt=ctx.now().date()).order_by("due").limit(1)
    return await ctx.render("late.html", late=rows)


async def show_day(ctx: Context) -> Any:
    """How many calls are due, and how many late"""
    today = ctx.now().date()
    due = await Callback.filter(done=False, due=today).count()
    return await ctx.render("day.html", due=due, late=await Callback.filter(done=False, due__lt=today).count())


async def show_page(ctx: Context) -> Any:
    """Everything that is due, the earliest first"""
    return await _page(ctx)


async def change_page(ctx: Context) -> Any:
    """The page's buttons

    Marks the one called `done` as done.
    """
    await _finish(ctx, (await request.form).get("done", ""))
    return await _page(ctx)


async def _panel(ctx: Context, contact: Contact, *, error: str = "", typed: Any = None) -> Any:
    rows = await Callback.filter(contact_id=contact.id, done=False).order_by("due").limit(MOST)
    return await ctx.render("panel.html", callbacks=rows, error=error, typed=typed or {}, may_write=_may_write(ctx),
                            today=ctx.now().date(), why_length=WHY_LENGTH)


async def _page(ctx: Context) -> Any:
    rows = await Callback.filter(done=False).order_by("due").limit(MOST)
    contacts = {row.contact_id: await ctx.contacts.get(row.contact_id) for row in rows}
    return await ctx.render("page.html", callbacks=rows, contacts=contacts, may_write=_may_write(ctx),
                            today=ctx.now().date())


async def _finish(ctx: Context, callback_id: str) -> None:
    try:
        found = await Callback.get_or_none(id=UUID(callback_id))
    except ValueError:
        found = None
    if found is None:
        raise NotFound("There is no such call-back.")
    found.done = True
    await found.save()
    await ctx.broadcast("changes", {"contact": str(found.contact_id)})


def _may_write(ctx: Context) -> bool:
    return ctx.caller is not None and "acme_callbacks.write" in ctx.caller.permissions


def _day(given: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise Invalid("Choose a day.", due="a day") from None


def _reason(given: str) -> str:
    why = given.replace("\0", "").strip()
    if not 0 < len(why) <= WHY_LENGTH:
        raise Invalid("Say why in 1 to 200 characters.", why="1 to 200 characters")
    return why
