"""Who is told of what: a row for each, once for what repeats, a word to open screens, and a job for the others."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from comptoir_sdk import Context, NotFound
from tortoise.expressions import Q

from plugins.inbox.mutes.muting import muted
from plugins.inbox.notices.models import Browser, Notice
from plugins.inbox.notices.shapes import resource
from plugins.inbox.notices.wishes import Kind, Wishes, is_quiet, wishes_of_all
from plugins.inbox.presence import screens

PUSH = "push"
_GATHERED = timedelta(seconds=3)
"""Until it is pushed: several messages in a row are one word on a locked screen, and who opens it meanwhile has it."""


@dataclass(frozen=True)
class Told:
    """What is kept of one happening, and not said to open screens yet."""

    kind: Kind
    conversation_id: UUID
    notices: Sequence[Notice] = ()
    wishes: Mapping[UUID, Wishes] = field(default_factory=dict)
    silent: Collection[UUID] = ()
    """Who has muted it, and is told without a word."""


async def tell(ctx: Context, kind: Kind, conversation_id: UUID, members: Iterable[UUID], *,
               actor: str | None = None) -> None:
    there = await concerned(ctx, conversation_id, members)
    await say(ctx, await keep(ctx, kind, conversation_id, there, actor=actor))


async def concerned(ctx: Context, conversation_id: UUID, members: Iterable[UUID]) -> set[UUID]:
    """Those of them who see the conversation, and do not look at it right now. It asks around: before a transaction."""
    wanted = set(members)
    if not wanted:
        return wanted
    try:
        wanted &= await ctx.members.seeing(conversation_id)
    except NotFound:  # erased, or merged into another, since it happened
        return set()
    looking = screens.looking(await screens.screens(ctx))
    return {member for member in wanted if (conversation_id, member) not in looking}


async def keep(ctx: Context, kind: Kind, conversation_id: UUID, members: Collection[UUID], *,
               actor: str | None = None) -> Told:
    """The rows and the job, in the caller's transaction: what they tell of and they are there together, or not at all.
    In as many statements for a whole team as for one.

    Who has muted it is told of notes that call them; that it was given to them stands in their list, without a word.
    """
    if not members:
        return Told(kind, conversation_id)
    wishes = await wishes_of_all(members)
    silent = set() if kind == "mention" else await muted(conversation_id, members, ctx.now())
    of_it = members if kind == "assigned" else set(members) - silent
    async with ctx.db.transaction():
        notices = await _keep(ctx, kind, conversation_id, of_it, actor)
        await _push(ctx, conversation_id, [one.member_id for one in notices
                                           if wishes[one.member_id].ways(kind).push and one.member_id not in silent])
    return Told(kind, conversation_id, notices, wishes, silent)


async def say(ctx: Context, told: Told) -> None:
    """To open screens, after the transaction."""
    for notice in told.notices:
        wanted, loud = told.wishes[notice.member_id], notice.member_id not in told.silent
        ways = wanted.ways(told.kind)
        sound = loud and ways.sound and not is_quiet(ctx, wanted, ctx.now())
        await ctx.broadcast("notices", {
            "conversation": str(told.conversation_id), "notice": resource(notice), "page": loud and ways.page,
            "sound": sound, "tune": wanted.tune}, member=notice.member_id)  # fmt: skip


async def _keep(ctx: Context, kind: Kind, conversation_id: UUID, members: Collection[UUID],
                actor: str | None) -> list[Notice]:
    """One row for each of those who have not heard of this event yet, instead of what they have not read."""
    known = Notice.filter(conversation_id=conversation_id, kind=kind, member_id__in=list(members))
    event = ctx.event_id
    before = await known.filter(Q(read_at=None) if event is None else Q(read_at=None) | Q(event_id__gte=event))
    heard = {one.member_id for one in before if event is not None and (one.event_id or 0) >= event}
    unread = [one for one in before if one.member_id not in heard]
    counts = Counter({member: 1 for member in members if member not in heard})
    for one in unread:
        counts[one.member_id] += one.count
    notices = [Notice(conversation_id=conversation_id, member_id=member, kind=kind, actor=actor, count=count,
                      created_at=ctx.now(), event_id=event, tenant_id=ctx.tenant_id)
               for member, count in counts.items()]
    if unread:
        await Notice.filter(id__in=[one.id for one in unread]).delete()
    if notices:
        await Notice.bulk_create(notices)
    return notices


async def _push(ctx: Context, conversation_id: UUID, members: Collection[UUID]) -> None:
    """To those of them who have a browser that takes it."""
    reached = await Browser.filter(member_id__in=list(members)).distinct().values_list("member_id", flat=True)
    for member in reached:
        await ctx.jobs.enqueue(PUSH, key=f"{member}/{conversation_id}", delay=_GATHERED, member_id=str(member),
                               conversation_id=str(conversation_id))
