"""What starts, pauses and stops timers. Everything is told in the order of the log, and again changes nothing.

First response: from the customer's first message after our answer until a person's reply; snoozing does not stop it,
for the customer waits all the same. Resolution: from the first message of an open conversation until it is closed; what
is snoozed waits for something, and its timer stands still.
"""

from datetime import datetime
from uuid import UUID

from comptoir_sdk import Context, Conversation, Message, NotFound
from tortoise.exceptions import IntegrityError

from plugins.inbox.timers.clockwork import KINDS, fitting, minutes_of, set_due, taken
from plugins.inbox.timers.models import Target, Timer

_NO_QUESTION = ("reaction", "system", "unsupported")


async def received(ctx: Context, message: Message) -> None:
    """The customer waits from now on, if they did not before."""
    if message.type in _NO_QUESTION:
        return
    targets = await Target.all().order_by("position", "id")
    if not targets:
        return
    running = {timer.kind for timer in await running_of(message.conversation_id)}
    try:
        conversation = await ctx.conversations.get(message.conversation_id)
    except NotFound:
        return
    for kind in KINDS:
        if kind not in running and (target := fitting(targets, conversation, kind)):
            await _start(ctx, conversation, kind, target, message.at)


async def answered(ctx: Context, message: Message) -> None:
    """By a person, here or on the number's phone. What an automation says does not stop it, nor a reply that was
    written before the question came: of one that came since, the time begins with it."""
    for timer in await running_of(message.conversation_id, "first_response"):
        if message.at >= timer.started_at:
            await _stop(ctx, timer, message.at, message.author.id if message.author else None)
            await _asked_since(ctx, message)


async def _asked_since(ctx: Context, answer: Message) -> None:
    """Customers' times are whole seconds, as in the kernel's own `waiting_since`."""
    try:
        conversation = await ctx.conversations.get(answer.conversation_id)
    except NotFound:
        return
    since, targets = conversation.waiting_since, await Target.all().order_by("position", "id")
    target = fitting(targets, conversation, "first_response")
    if since is not None and target is not None and since >= answer.at.replace(microsecond=0):
        await _start(ctx, conversation, "first_response", target, since)


async def closed(ctx: Context, conversation: Conversation) -> None:
    """Resolved; a question that nobody answered is dropped, not answered."""
    at = conversation.updated_at or ctx.now()
    for timer in await running_of(conversation.id):
        if timer.kind == "resolution":
            await _stop(ctx, timer, at, conversation.assignee.id if conversation.assignee else None)
        else:
            await _end(ctx, timer, at, "dropped")


async def updated(ctx: Context, conversation: Conversation, change: str) -> None:
    """Snoozed, a resolution stands still; open again, it goes on with what was left."""
    at = conversation.updated_at or ctx.now()
    for timer in await running_of(conversation.id, "resolution") if change in ("snoozed", "open", "woken") else ():
        if change == "snoozed":
            await pause(ctx, timer, at)
        else:
            await go_on(ctx, timer, at)


async def opened(ctx: Context, conversation: Conversation) -> None:
    """The customer's word opened what was snoozed."""
    for timer in await running_of(conversation.id, "resolution"):
        await go_on(ctx, timer, conversation.last_inbound_at or conversation.updated_at or ctx.now())


async def running_of(conversation_id: UUID, kind: str | None = None) -> list[Timer]:
    found = Timer.filter(conversation_id=conversation_id, stopped_at=None)
    return list(await (found.filter(kind=kind) if kind else found))


async def _start(ctx: Context, conversation: Conversation, kind: str, target: Target, at: datetime) -> None:
    minutes = minutes_of(target, kind)
    assert minutes is not None  # noqa: S101 - a fitting target has them
    if await Timer.exists(conversation_id=conversation.id, kind=kind, started_at=at):
        return  # heard again, after what stopped it
    timer = Timer(tenant_id=ctx.tenant_id, conversation_id=conversation.id, kind=kind, minutes=minutes, started_at=at,
                  account_id=conversation.account.id, team_id=conversation.team.id if conversation.team else None,
                  warn_minutes=target.warn_minutes, working=target.working)  # fmt: skip
    set_due(ctx.business_hours, timer, at, minutes)
    try:
        await timer.save()
    except IntegrityError:  # it runs already: heard twice at once
        return
    await _changed(ctx, timer)


async def pause(ctx: Context, timer: Timer, at: datetime) -> None:
    if timer.paused_at is None:
        timer.paused_at, timer.next_at = max(at, timer.started_at), None
        await timer.save()
        await _changed(ctx, timer)


async def go_on(ctx: Context, timer: Timer, at: datetime) -> None:
    if timer.paused_at is None:
        return
    left = timer.minutes - taken(ctx.business_hours, timer, timer.paused_at)
    if left > 0:
        set_due(ctx.business_hours, timer, max(at, timer.paused_at), left)
    timer.paused_at = None
    await timer.save()
    await _changed(ctx, timer)


async def _stop(ctx: Context, timer: Timer, at: datetime, member_id: UUID | None) -> None:
    timer.member_id = member_id
    until = timer.paused_at or at
    await _end(ctx, timer, at, "met" if until <= timer.due_at else "breached", until)


async def _end(ctx: Context, timer: Timer, at: datetime, outcome: str, until: datetime | None = None) -> None:
    timer.stopped_at, timer.outcome, timer.next_at = max(at, timer.started_at), outcome, None
    timer.taken_minutes = max(taken(ctx.business_hours, timer, until or timer.stopped_at), 0.0)
    await timer.save()
    await _changed(ctx, timer)


async def _changed(ctx: Context, timer: Timer) -> None:
    await ctx.broadcast("timers", {"conversation": str(timer.conversation_id)})  # type: ignore[attr-defined]
    if timer.next_at is not None:
        await ctx.jobs.enqueue("watch", key="watch", run_at=timer.next_at)
