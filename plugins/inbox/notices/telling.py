"""Who is told of what: a row for each, once for what repeats, a word to open screens, and a job for the others."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from comptoir_sdk import Context, NotFound

from plugins.inbox.notices.models import Notice
from plugins.inbox.notices.shapes import resource
from plugins.inbox.notices.wishes import Kind, is_quiet, wishes_of
from plugins.inbox.presence import screens

PUSH = "push"
_GATHERED = timedelta(seconds=3)
"""Until it is pushed: several messages in a row are one word on a locked screen, and who opens it meanwhile has it."""


async def tell(ctx: Context, kind: Kind, conversation_id: UUID, members: Iterable[UUID], *,
               actor: str | None = None) -> None:
    """Those of them who see the conversation, and do not look at it right now."""
    wanted = set(members)
    if not wanted:
        return
    try:
        wanted &= await ctx.members.seeing(conversation_id)
    except NotFound:  # erased, or merged into another, since it happened
        return
    looking = screens.looking(await screens.screens(ctx))
    for member in wanted:
        if (conversation_id, member) not in looking:
            await _tell(ctx, kind, conversation_id, member, actor)


async def _tell(ctx: Context, kind: Kind, conversation_id: UUID, member: UUID, actor: str | None) -> None:
    wishes = await wishes_of(member)
    ways = wishes.ways(kind)
    async with ctx.db.transaction():
        same = Notice.filter(member_id=member, conversation_id=conversation_id, kind=kind, read_at=None)
        before = await same
        if before:
            await same.delete()
        notice = await Notice.create(conversation_id=conversation_id, member_id=member, kind=kind, actor=actor,
                                     count=1 + sum(one.count for one in before), tenant_id=ctx.tenant_id)
        if ways.push:
            await ctx.jobs.enqueue(PUSH, key=f"{member}/{conversation_id}", delay=_GATHERED, member_id=str(member),
                                   conversation_id=str(conversation_id))
    sound = ways.sound and not is_quiet(ctx, wishes, ctx.now())
    await ctx.broadcast("notices", {"conversation": str(conversation_id), "notice": resource(notice),
                                    "page": ways.page, "sound": sound}, member=member)  # fmt: skip
