"""A conversation's internal notes, as JSON and as the panel beside it."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Conversation, Invalid, NotFound
from quart import request

from plugins.inbox.models import BODY_LENGTH, Note
from plugins.inbox.shapes import NewNote, OfConversation

MOST_SHOWN = 50


async def list_notes(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    """A conversation's notes

    The newest fifty, newest first.
    """
    conversation = await ctx.conversations.get(conversation_id)
    return {"items": [resource(note) for note in await _notes(conversation)], "next": None}


async def add_note(ctx: Context, conversation_id: UUID, body: NewNote) -> tuple[dict[str, Any], int]:
    """Leave a note

    The customer never sees it.
    """
    conversation = await ctx.conversations.get(conversation_id)
    return resource(await _add(ctx, conversation, body.body)), 201


async def remove_note(ctx: Context, note_id: UUID) -> None:
    """Take a note away

    Anyone who may write in the conversation may.
    """
    note = await Note.get_or_none(id=note_id)
    if note is None:
        raise NotFound("There is no such note.")
    conversation = (await Note.filter(id=note_id).values("conversation_id"))[0]["conversation_id"]
    await ctx.conversations.get(conversation)  # hidden from the caller, it does not exist for them
    await note.delete()
    await ctx.broadcast("notes", {"conversation": str(conversation)})


async def show_panel(ctx: Context, query: OfConversation) -> Any:
    """The panel of a conversation's notes"""
    return await _panel(ctx, await ctx.conversations.get(query.conversation))


async def change_panel(ctx: Context, query: OfConversation) -> Any:
    """The panel's form

    Adds `body`.
    """
    conversation, form = await ctx.conversations.get(query.conversation), await request.form
    try:
        await _add(ctx, conversation, form.get("body"))
    except Invalid as error:
        return await _panel(ctx, conversation, error=ctx._(error.detail), typed=form.get("body", "")), 422
    return await _panel(ctx, conversation)


def resource(note: Note) -> dict[str, Any]:
    return {"id": str(note.id), "body": note.body, "author": {"id": note.author_id and str(note.author_id),
            "name": note.author_name}, "created_at": note.created_at.isoformat()}


async def _add(ctx: Context, conversation: Conversation, body: Any) -> Note:
    if not isinstance(body, str) or not 0 < len(body.strip()) <= BODY_LENGTH or "\0" in body:
        raise Invalid("A note has 1 to 4000 characters.", body="1 to 4000 characters")
    caller = ctx.caller
    note = await Note.create(conversation_id=conversation.id, body=body.strip(), tenant_id=ctx.tenant_id,
                             author_id=caller.user_id if caller else None, author_name=caller.name if caller else "")
    await ctx.broadcast("notes", {"conversation": str(conversation.id)})
    return note


async def _notes(conversation: Conversation) -> list[Note]:
    return await Note.filter(conversation_id=conversation.id).order_by("-id").limit(MOST_SHOWN)


async def _panel(ctx: Context, conversation: Conversation, *, error: str = "", typed: str = "") -> Any:
    may_write = ctx.caller is not None and "conversations.write" in ctx.caller.permissions
    return await ctx.render("notes_panel.html", conversation=conversation, notes=await _notes(conversation),
                            error=error, typed=typed, may_write=may_write, body_length=BODY_LENGTH)
