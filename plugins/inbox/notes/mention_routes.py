"""Where the caller is called: a list of their own."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Forbidden, NotFound

from plugins.inbox.notes.models import Mention, Note
from plugins.inbox.notes.routes import resource
from plugins.inbox.notes.shapes import OfConversation, OfMentions


async def list_mentions(ctx: Context, query: OfMentions) -> dict[str, Any]:
    """Notes that call the caller

    Newest first; those of conversations that the caller does not see any more are left out.
    """
    found = Mention.filter(member_id=me(ctx))
    if query.unread:
        found = found.filter(read_at=None)
    if query.cursor:
        found = found.filter(id__lt=query.cursor)
    rows = await found.order_by("-id").limit(query.limit + 1)
    page = rows[:query.limit]
    notes = {note.id: note for note in await Note.filter(id__in=[one.note_id for one in page])} if page else {}
    shown = await ctx.conversations.resources([one.conversation_id for one in page])
    return {"items": [_resource(one, notes[one.note_id], shown[one.conversation_id]) for one in page
                      if one.note_id in notes and one.conversation_id in shown],
            "next": str(page[-1].id) if len(rows) > query.limit else None}  # fmt: skip


async def count_mentions(ctx: Context) -> dict[str, Any]:
    """How many of them are not read yet"""
    return {"unread": await Mention.filter(member_id=me(ctx), read_at=None).count()}


async def read_mention(ctx: Context, mention_id: UUID) -> dict[str, Any]:
    """One of them is read"""
    if not await Mention.filter(id=mention_id, member_id=me(ctx)).exists():
        raise NotFound("There is no such mention.")
    return await _read(ctx, id=mention_id)


async def read_mentions_of(ctx: Context, body: OfConversation) -> dict[str, Any]:
    """All of a conversation are read

    As when the caller opens it. How many are left.
    """
    return await _read(ctx, conversation_id=body.conversation)


def me(ctx: Context) -> UUID:
    """Raises Forbidden for a program: it is nobody."""
    if ctx.caller is None or ctx.caller.user_id is None:
        raise Forbidden("This belongs to a person: ask with a session or a person's token, not with an API key.")
    return ctx.caller.user_id


async def _read(ctx: Context, **which: Any) -> dict[str, Any]:
    changed = await Mention.filter(member_id=me(ctx), read_at=None, **which).update(read_at=ctx.now())
    if changed:
        await ctx.broadcast("mentions", {}, member=me(ctx))
    return await count_mentions(ctx)


def _resource(mention: Mention, note: Note, conversation: Any) -> dict[str, Any]:
    return {"id": str(mention.id), "at": mention.created_at.isoformat(), "read": mention.read_at is not None,
            "note": resource(note), "conversation": conversation}
