"""What the caller was told, and what they want to be told."""

from typing import Any

from comptoir_sdk import Context

from plugins.inbox.mutes.muting import forget_over
from plugins.inbox.notes.mention_routes import me
from plugins.inbox.notes.shapes import OfMentions
from plugins.inbox.notices.models import Notice, NoticeWishes
from plugins.inbox.notices.shapes import ReadNotices, resource
from plugins.inbox.notices.wishes import Wishes, wishes_of

KEPT_DAYS = 30
"""After they were read."""
UNREAD_DAYS = 90


async def list_notices(ctx: Context, query: OfMentions) -> dict[str, Any]:
    """What the caller was told

    Newest first; of conversations that the caller sees.
    """
    found = Notice.filter(member_id=me(ctx))
    if query.unread:
        found = found.filter(read_at=None)
    if query.cursor:
        found = found.filter(id__lt=query.cursor)
    rows = await found.order_by("-id").limit(query.limit + 1)
    page = rows[:query.limit]
    shown = await ctx.conversations.resources([one.conversation_id for one in page])
    return {"items": [{**resource(one), "conversation": shown[one.conversation_id]} for one in page
                      if one.conversation_id in shown],
            "next": str(page[-1].id) if len(rows) > query.limit else None}  # fmt: skip


async def count_notices(ctx: Context) -> dict[str, Any]:
    """How many of them are not read yet"""
    return {"unread": await Notice.filter(member_id=me(ctx), read_at=None).count()}


async def read_notices(ctx: Context, body: ReadNotices) -> dict[str, Any]:
    """They are read

    Those of a conversation, as when the caller opens it, or all. How many are left.
    """
    which = {"conversation_id": body.conversation} if body.conversation else {}
    changed = await Notice.filter(member_id=me(ctx), read_at=None, **which).update(read_at=ctx.now())
    left = await count_notices(ctx)
    if changed:
        await ctx.broadcast("notices", left, member=me(ctx))
    return left


async def forget_read(ctx: Context) -> None:
    """The job `forget_read`: what was read a month ago is no news, nor what nobody has read for three, and a mute that
    is over none."""
    await Notice.filter(read_at__lt=ctx.days_ago(KEPT_DAYS)).delete()
    await Notice.filter(read_at=None, created_at__lt=ctx.days_ago(UNREAD_DAYS)).delete()
    await forget_over(ctx.now())


async def get_wishes(ctx: Context) -> dict[str, Any]:
    """What the caller wants to be told"""
    return (await wishes_of(me(ctx))).model_dump()


async def set_wishes(ctx: Context, body: Wishes) -> dict[str, Any]:
    """Say what one wants to be told

    In whole: what is left out is as at the beginning.
    """
    async with ctx.db.transaction():
        kept = await NoticeWishes.get_or_none(member_id=me(ctx))
        if kept is None:
            await NoticeWishes.create(member_id=me(ctx), wishes=body.model_dump(), tenant_id=ctx.tenant_id)
        else:
            kept.wishes = body.model_dump()
            await kept.save(update_fields=["wishes"])
    return body.model_dump()
