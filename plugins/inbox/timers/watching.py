"""The job `watch`: tells what is due soon and what is late, to the second, and sleeps until the next."""

from comptoir_sdk import Context, Conversation, NotFound

from plugins.inbox.notices.routing import concerned_by_timer
from plugins.inbox.notices.telling import keep, say
from plugins.inbox.timers.models import Timer

_BATCH = 200


async def watch(ctx: Context) -> None:
    """By index, those alone of which something is to be told: how many others run costs nothing."""
    while due := await Timer.filter(next_at__lte=ctx.now()).order_by("next_at").limit(_BATCH):
        for timer in due:
            await _tell(ctx, timer)
    following = await Timer.filter(next_at__gt=ctx.now()).order_by("next_at").first()
    if following and following.next_at:
        await ctx.jobs.enqueue("watch", key="watch", run_at=following.next_at)


async def _tell(ctx: Context, timer: Timer) -> None:
    """Once: whoever moves `next_at` on is the one that tells, and keeps what is told with it. A worker that comes after
    the end tells of that alone."""
    late = timer.due_at <= ctx.now()
    try:
        conversation = await ctx.conversations.get(timer.conversation_id)  # type: ignore[attr-defined]
    except NotFound:
        await _move_on(timer, late=late)
        return
    members = await concerned_by_timer(ctx, conversation)
    async with ctx.db.transaction():
        if not await _move_on(timer, late=late):
            return
        told = await keep(ctx, "late" if late else "due_soon", conversation.id, members)
    await ctx.broadcast("timers", {"conversation": str(conversation.id)})
    await say(ctx, told)
    await _ask(ctx, conversation, timer, late=late)


async def _move_on(timer: Timer, *, late: bool) -> bool:
    """False when somebody else did."""
    to = None if late else timer.due_at
    return bool(await Timer.filter(id=timer.id, next_at=timer.next_at).update(next_at=to))


async def _ask(ctx: Context, conversation: Conversation, timer: Timer, *, late: bool) -> None:
    hook = "on_timer_breached" if late else "on_timer_due_soon"
    await ctx.ask(hook, conversation=conversation, kind=timer.kind, due_at=timer.due_at)
