"""What happens to conversations, as the rules hear of it. An event that comes again changes nothing."""

from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from comptoir_sdk import Agent, Context, Conversation, Invalid, Message, NotFound, Team

from plugins.inbox.assignment.choice import by_labels, fitting
from plugins.inbox.assignment.desks import dispatch_of, seats_of
from plugins.inbox.assignment.giving import await_waking, dispatching, is_chosen, kept_of, place
from plugins.inbox.assignment.models import Assignment, Rule
from plugins.inbox.assignment.speaking import with_language

_LATE_SECONDS = 3600
"""A reply for off hours that would come so late is none."""


async def opened(ctx: Context, conversation: Conversation) -> None:
    """Unassigned it is given; whoever had it when it was closed keeps it, unless they are away."""
    current = await _current(ctx, conversation.id) if await Rule.exists() else None
    if current is None or current.status != "open":
        return
    if current.assignee is None:
        await place(ctx, current, event_id=ctx.event_id)
        return
    kept = await Assignment.get_or_none(conversation_id=current.id)
    if kept and kept.ended and not await _is_there(ctx, current.assignee.id):
        await place(ctx, current, event_id=ctx.event_id, instead_of=current.assignee.id)
    elif kept and kept.ended:
        kept.ended = False
        await kept.save(update_fields=["ended"])


async def assigned(ctx: Context, conversation: Conversation, agent: Agent | None, previous: UUID | None) -> None:
    """What a person decides stands. A member who left decided nothing: theirs are given to others."""
    if not await Rule.exists():
        return
    left = agent is None and previous is not None and not await _is_member(ctx, previous)
    if left and (current := await _current(ctx, conversation.id)) and current.assignee is None:
        if current.status == "open":
            await place(ctx, current, event_id=ctx.event_id)
        elif current.status == "snoozed":
            await await_waking(ctx, current)
        return
    async with dispatching(ctx):
        kept = await kept_of(ctx, conversation.id)
        if conversation.version > kept.version and (ctx.event_id or 0) > kept.event_id:
            kept.state = "person" if agent else "none"
            kept.member_id = agent.id if agent else kept.member_id
            kept.event_id, kept.version = ctx.event_id or 0, conversation.version
            kept.waiting_since = kept.wait_until = None
            await kept.save()
    if previous is not None:
        await ctx.jobs.enqueue("give", key="give")


async def moved(ctx: Context, conversation: Conversation, team: Team | None) -> None:
    """Somebody gave it to a team: within it, its rule decides, also later."""
    if not await Rule.exists():
        return
    async with dispatching(ctx):
        kept = await kept_of(ctx, conversation.id)
        if conversation.version <= kept.version:
            return
        kept.chosen_team_id = team.id if team else None
        await kept.save()
    current = await _current(ctx, conversation.id) if team else None
    if current and current.assignee is None and current.status == "open":
        await place(ctx, current, event_id=ctx.event_id)


async def closed(ctx: Context, conversation: Conversation) -> None:
    """A place is free."""
    if not await Rule.exists():
        return
    async with dispatching(ctx):
        kept = await kept_of(ctx, conversation.id)
        if (ctx.event_id or 0) > kept.event_id:
            kept.ended, kept.event_id, kept.chosen_team_id = True, ctx.event_id or 0, None
            kept.state = "none" if kept.state == "waiting" else kept.state
            kept.member_id = conversation.assignee.id if conversation.assignee else kept.member_id
            await kept.save()
    if conversation.assignee:
        await ctx.jobs.enqueue("give", key="give")


async def updated(ctx: Context, conversation: Conversation, change: str) -> None:
    """Snoozed, it leaves a place free; awake, it may be one that waits. Labelled, another rule may fit it."""
    if change == "labels":
        await _labelled(ctx, conversation.id)
    if change in ("woken", "open"):
        await _awake(ctx, conversation.id)
    if change in ("snoozed", "woken", "open") and await Assignment.exists(state="waiting"):
        await ctx.jobs.enqueue("give", key="give")


async def _awake(ctx: Context, conversation_id: UUID) -> None:
    """Nobody has it, and no person wanted that: its member left when it was closed, or there were no rules then."""
    current = await _current(ctx, conversation_id) if await Rule.exists() else None
    if current is None or current.assignee is not None or current.status != "open":
        return
    kept = await Assignment.get_or_none(conversation_id=conversation_id)
    if kept is None or kept.state == "given":
        await place(ctx, current, event_id=ctx.event_id)


async def _labelled(ctx: Context, conversation_id: UUID) -> None:
    """What nobody has is given by a rule that asks for labels, if one fits now."""
    rules = await Rule.all().order_by("position", "id")
    current = await _current(ctx, conversation_id) if any(by_labels(rule) for rule in rules) else None
    if current is None or current.assignee is not None or current.status != "open":
        return
    chosen = is_chosen(await kept_of(ctx, conversation_id), current)
    rule = fitting(rules, await with_language(ctx, current), moved=chosen)
    if rule is not None and by_labels(rule):
        await place(ctx, current, event_id=ctx.event_id)


async def answered_off_hours(ctx: Context, message: Message) -> None:
    """Once in a day and conversation, and only to what came just now: two machines cannot keep each other talking."""
    hours, at = ctx.business_hours, ctx.now()
    if message.type == "reaction" or hours.is_open(message.at) or hours.is_open(at):
        return
    if (at - message.at).total_seconds() > _LATE_SECONDS or not await Rule.exclude(off_hours_reply="").exists():
        return
    conversation = await _current(ctx, message.conversation_id)
    if conversation is None or conversation.contact is None:
        return
    rule = fitting(await Rule.all().order_by("position", "id"), await with_language(ctx, conversation))
    if rule is not None and rule.off_hours_reply:
        day = message.at.astimezone(ZoneInfo(ctx.tenant.timezone)).date()
        try:
            await ctx.messages.send(conversation.id, rule.off_hours_reply, id=uuid5(conversation.id, f"off {day}"))
        except Invalid as refused:
            ctx.log.info("no reply off hours: %s", refused.detail)


async def _current(ctx: Context, conversation_id: UUID) -> Conversation | None:
    try:
        return await ctx.conversations.get(conversation_id)
    except NotFound:
        return None


async def _is_member(ctx: Context, member_id: UUID) -> bool:
    try:
        await ctx.members.get(member_id)
    except NotFound:
        return False
    return True


async def _is_there(ctx: Context, member_id: UUID) -> bool:
    seats = await seats_of(ctx, await dispatch_of(ctx), ctx.now())
    return any(seat.available for seat in seats if seat.member.id == member_id)
