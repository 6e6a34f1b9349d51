"""A conversation's internal notes, as JSON and as the panel beside it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Conversation, Forbidden, Invalid, NotFound
from pydantic import TypeAdapter, ValidationError
from quart import request

from plugins.inbox.notes import mentions
from plugins.inbox.notes.models import BODY_LENGTH, Note
from plugins.inbox.notes.shapes import Body, NewNote, OfConversation, Paging
from plugins.inbox.notices.telling import Told, concerned, keep, say

MANAGE = "inbox.notes.manage"
MOST_SHOWN = 50
_BODY: TypeAdapter[str] = TypeAdapter(Body)


async def list_notes(ctx: Context, conversation_id: UUID, query: Paging) -> dict[str, Any]:
    """A conversation's notes

    Newest first.
    """
    conversation = await ctx.conversations.get(conversation_id)
    found = Note.filter(conversation_id=conversation.id, **({"id__lt": query.cursor} if query.cursor else {}))
    notes = await found.order_by("-id").limit(query.limit + 1)
    page = notes[:query.limit]
    return {"items": [resource(note) for note in page],
            "next": str(page[-1].id) if len(notes) > query.limit else None}


async def add_note(ctx: Context, conversation_id: UUID, body: NewNote) -> tuple[dict[str, Any], int]:
    """Leave a note

    The customer never sees it. Whoever is named in `mentions` is told; 422 when that would be somebody who does not
    see the conversation.
    """
    conversation = await ctx.conversations.get(conversation_id)
    note, unreached = await _add(ctx, conversation, body)
    return {**resource(note), "unreached": unreached}, 201


async def get_note(ctx: Context, note_id: UUID) -> dict[str, Any]:
    """One note"""
    return resource(await _found(ctx, note_id))


async def change_note(ctx: Context, note_id: UUID, body: NewNote) -> dict[str, Any]:
    """Write one's own note anew

    `mentions` are those of the new words; whoever was not called before is told. 403 for a note of somebody else's.
    """
    note = await _found(ctx, note_id)
    if not _own(ctx, note):
        raise Forbidden("A note stands under its author's name: they alone may change it.")
    calling = await mentions.checked(ctx, note.conversation_id, body.mentions)
    there = await concerned(ctx, note.conversation_id, calling.members)
    async with ctx.db.transaction():
        note.body, note.mentions, note.edited_at = body.body, calling.shown, ctx.now()
        await note.save(update_fields=["body", "mentions", "edited_at"])
        fresh = await mentions.keep(ctx, note, calling)
        word = await _keep(ctx, note, there & set(fresh))
    await _tell(ctx, note, fresh, word)
    return {**resource(note), "unreached": calling.unreached}


async def remove_note(ctx: Context, note_id: UUID) -> None:
    """Take a note away

    One's own; somebody else's with the permission `inbox.notes.manage`.
    """
    note = await _found(ctx, note_id)
    if not _own(ctx, note) and (ctx.caller is None or MANAGE not in ctx.caller.permissions):
        raise Forbidden("This is somebody else's note: its author may delete it, or whoever manages notes.")
    await note.delete()
    await _tell(ctx, note)


async def show_panel(ctx: Context, query: OfConversation) -> Any:
    """The panel of a conversation's notes"""
    return await _panel(ctx, await ctx.conversations.get(query.conversation))


async def change_panel(ctx: Context, query: OfConversation) -> Any:
    """The panel's form

    Adds `body`.
    """
    conversation, form = await ctx.conversations.get(query.conversation), await request.form
    try:
        await _add(ctx, conversation, NewNote(body=_checked(form.get("body"))))
    except Invalid as error:
        return await _panel(ctx, conversation, error=ctx._(error.detail), typed=form.get("body", "")), 422
    return await _panel(ctx, conversation)


def resource(note: Note) -> dict[str, Any]:
    return {"id": str(note.id), "conversation": str(note.conversation_id), "body": note.body,
            "mentions": mentions.names(note),
            "author": {"id": note.author_id and str(note.author_id), "name": note.author_name},
            "created_at": note.created_at.isoformat(), "edited_at": note.edited_at and note.edited_at.isoformat()}


def _checked(body: Any) -> str:
    try:
        return _BODY.validate_python(body)
    except ValidationError:
        raise Invalid("A note has 1 to 4000 characters.", body="1 to 4000 characters") from None


async def _found(ctx: Context, note_id: UUID) -> Note:
    note = await Note.get_or_none(id=note_id)
    if note is None:
        raise NotFound("There is no such note.")
    await ctx.conversations.get(note.conversation_id)  # hidden from the caller, it does not exist for them
    return note


def _own(ctx: Context, note: Note) -> bool:
    return ctx.caller is not None and ctx.caller.user_id is not None and note.author_id == ctx.caller.user_id


async def _add(ctx: Context, conversation: Conversation, told: NewNote) -> tuple[Note, list[str]]:
    calling = await mentions.checked(ctx, conversation.id, told.mentions)
    caller, there = ctx.caller, await concerned(ctx, conversation.id, calling.members)
    async with ctx.db.transaction():
        note = await Note.create(conversation_id=conversation.id, body=told.body, tenant_id=ctx.tenant_id,
                                 author_id=caller.user_id if caller else None, mentions=calling.shown,
                                 author_name=caller.name if caller else "")
        fresh = await mentions.keep(ctx, note, calling)
        word = await _keep(ctx, note, there & set(fresh))
    await _tell(ctx, note, fresh, word)
    return note, calling.unreached


async def _keep(ctx: Context, note: Note, called: set[UUID]) -> Told:
    return await keep(ctx, "mention", note.conversation_id, called, actor=note.author_name)


async def _tell(ctx: Context, note: Note, called: Sequence[UUID] = (), told: Told | None = None) -> None:
    await ctx.broadcast("notes", {"conversation": str(note.conversation_id), "note": str(note.id)})
    for member in called:
        await ctx.broadcast("mentions", {"conversation": str(note.conversation_id)}, member=member)
    if told is not None:
        await say(ctx, told)


async def _panel(ctx: Context, conversation: Conversation, *, error: str = "", typed: str = "") -> Any:
    may_write = ctx.caller is not None and "conversations.write" in ctx.caller.permissions
    notes = await Note.filter(conversation_id=conversation.id).order_by("-id").limit(MOST_SHOWN)
    return await ctx.render("notes_panel.html", conversation=conversation, notes=notes, error=error, typed=typed,
                            may_write=may_write, body_length=BODY_LENGTH)
