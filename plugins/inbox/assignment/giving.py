"""A conversation is given to whom the rules say, once, and never over somebody's head.

All of it is one short transaction under the lock of the tenant's one row: nobody's capacity is passed and nothing is
given twice, however many events, jobs and workers come at once.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from comptoir_sdk import Context, Conversation, Invalid, NotFound
from tortoise.expressions import Q

from plugins.inbox.assignment.choice import Choice, choose, fitting, seated
from plugins.inbox.assignment.desks import dispatch_of, seats_of
from plugins.inbox.assignment.models import Assignment, Desk, Dispatch, Rule, Turn
from plugins.inbox.assignment.speaking import with_language

_ROUND = 500
_Place = tuple[UUID | None, UUID | None]
"""A rule and the team that it gives to."""
_HOW = {"sticky": "had it before", "round_robin": "round robin", "least_busy": "least busy"}


@asynccontextmanager
async def dispatching(ctx: Context) -> AsyncIterator[Dispatch]:
    """Alone with the tenant's assignments until the end of the transaction."""
    await dispatch_of(ctx)
    async with ctx.db.transaction():
        yield await Dispatch.all().select_for_update().get()


async def kept_of(ctx: Context, conversation_id: UUID) -> Assignment:
    """What is kept of the conversation, or a new row that is not saved yet."""
    found = await Assignment.get_or_none(conversation_id=conversation_id)
    return found or Assignment(tenant_id=ctx.tenant_id, conversation_id=conversation_id, state="none")


def is_chosen(kept: Assignment, conversation: Conversation) -> bool:
    """Whether it is in the team to which a person moved it."""
    return conversation.team is not None and conversation.team.id == kept.chosen_team_id


async def place(ctx: Context, conversation: Conversation, *, event_id: int | None = None,
                instead_of: UUID | None = None) -> str:
    """Give it, or let it wait. The state it is in then; the same event heard again changes nothing.

    `instead_of`: it is taken from this member, who is away.
    """
    async with dispatching(ctx) as dispatch:
        kept = await kept_of(ctx, conversation.id)
        if event_id is not None and event_id <= kept.event_id:
            return str(kept.state)
        try:
            conversation = await ctx.conversations.get(conversation.id)  # it may have changed before we had the lock
        except NotFound:  # erased, or merged into another, since
            return "none"
        _notice_move(kept, conversation)
        kept.event_id, kept.ended = event_id or kept.event_id, False
        rule = fitting(await Rule.all().order_by("position", "id"), await with_language(ctx, conversation),
                       moved=is_chosen(kept, conversation))
        if rule is None:
            kept.state = "none"
        else:
            await _by_rule(ctx, dispatch, kept, rule, conversation, instead_of)
        await kept.save()
        return str(kept.state)


def _notice_move(kept: Assignment, conversation: Conversation) -> None:
    """It waited in another team: a person has moved it, and the event is on its way."""
    team = conversation.team.id if conversation.team else None
    if kept.state == "waiting" and kept.team_id != team:
        kept.chosen_team_id = team


async def await_waking(ctx: Context, conversation: Conversation) -> None:
    """Whoever had it has left while it was snoozed: awake, it is one that waits."""
    async with dispatching(ctx):
        kept = await kept_of(ctx, conversation.id)
        if (ctx.event_id or 0) > kept.event_id:
            kept.event_id, kept.team_id = ctx.event_id or 0, conversation.team.id if conversation.team else None
            _wait(kept, ctx.now(), None)
            await kept.save()


async def _by_rule(ctx: Context, dispatch: Dispatch, kept: Assignment, rule: Rule, conversation: Conversation,
                   instead_of: UUID | None) -> None:
    at, open_now = ctx.now(), ctx.business_hours.is_open(ctx.now())
    kept.rule_id, kept.team_id = rule.id, conversation.team.id if conversation.team else None
    if rule.off_hours == "wait" and not open_now and instead_of is None:
        opening = ctx.business_hours.next_opening(at)
        _wait(kept, at, opening)
        if opening is None:  # they never open: a person must
            kept.state = "none"
        else:
            await ctx.jobs.enqueue("give", key="give", run_at=opening)
        return
    duty = rule.off_hours_team_id if rule.off_hours == "team" and not open_now else None
    goes_to = None if is_chosen(kept, conversation) else duty or rule.to_team_id
    moved = await _to_team(ctx, conversation, goes_to)
    if moved is None:  # a colleague was quicker: what they did is on its way
        _wait(kept, at, None)
        return
    conversation = moved
    kept.team_id, kept.version = conversation.team.id if conversation.team else None, conversation.version
    if rule.method == "nobody":
        kept.state = "none"
        return
    choice = await _choice(ctx, dispatch, kept, rule)
    if choice is None:
        await _to_nobody(ctx, kept, conversation, instead_of, at)
    else:
        await _to_member(ctx, dispatch, kept, rule, conversation, choice, instead_of)


async def _to_team(ctx: Context, conversation: Conversation, team_id: UUID | None) -> Conversation | None:
    """None where it is not any more as it was looked at."""
    if team_id is None or (conversation.team and conversation.team.id == team_id):
        return conversation
    try:
        return await ctx.conversations.move(conversation, team_id)
    except Invalid:  # the team is gone: the rule's page says so
        return conversation


async def _choice(ctx: Context, dispatch: Dispatch, kept: Assignment, rule: Rule) -> Choice | None:
    seats = seated(await seats_of(ctx, dispatch, ctx.now()), kept.team_id)
    loads = await ctx.conversations.count_open([seat.member.id for seat in seats])
    turns = {turn.member_id: turn.turn for turn in await Turn.filter(rule_id=rule.id)}
    return choose(rule, seats, loads, turns, kept.member_id)


async def _to_nobody(ctx: Context, kept: Assignment, conversation: Conversation, instead_of: UUID | None,
                     at: datetime) -> None:
    if instead_of is not None:
        freed = await ctx.conversations.assign(conversation.id, None, instead_of=instead_of,
                                               reason="whoever had it is away")
        if freed is None:
            kept.state = "person"
            return
        kept.version = freed.version
    _wait(kept, at, None)


def _wait(kept: Assignment, at: datetime, until: datetime | None) -> None:
    if kept.state != "waiting":
        kept.waiting_since = at
    kept.state, kept.wait_until, kept.why = "waiting", until, {}


async def _to_member(ctx: Context, dispatch: Dispatch, kept: Assignment, rule: Rule, conversation: Conversation,
                     choice: Choice, instead_of: UUID | None) -> None:
    member, team = choice.seat.member, conversation.team
    of_team = f" of team {team.name}" if team else ""
    reason = f"{_HOW[choice.why]}{of_team}, {choice.open + 1} of {choice.seat.capacity}"
    given = await ctx.conversations.assign(conversation.id, member.id, only_if_unassigned=instead_of is None,
                                           instead_of=instead_of, reason=reason)
    if given is None:  # a colleague was quicker
        kept.state = "person"
        return
    dispatch.turn += 1
    await dispatch.save(update_fields=["turn"])
    turn, made = await Turn.get_or_create(rule_id=rule.id, member_id=member.id,
                                          defaults={"tenant_id": ctx.tenant_id, "turn": dispatch.turn})
    if not made:
        turn.turn = dispatch.turn
        await turn.save(update_fields=["turn"])
    kept.state, kept.member_id, kept.given_at, kept.version = "given", member.id, ctx.now(), given.version
    kept.waiting_since = kept.wait_until = None
    kept.why = {"how": choice.why, "rule": rule.name, "team": team.name if team else None, "member": member.name,
                "open": choice.open + 1, "capacity": choice.seat.capacity}


async def give_waiting(ctx: Context) -> None:
    """The job `give`: what waits finds a place, the longest waiting first.

    Also each minute: who was absent says nothing when they come back.
    """
    full: set[_Place] = set()
    seen: dict[_Place, tuple[datetime, UUID]] = {}
    while some := await _waiting(ctx, full, seen):
        for kept in some:
            wanted = (kept.rule_id, kept.team_id)
            seen[wanted] = kept.waiting_since or ctx.now(), kept.id
            if wanted not in full and await _place_waiting(ctx, kept) == "waiting":
                full.add(wanted)
    await _look_again(ctx)


async def _waiting(ctx: Context, full: set[_Place], seen: Mapping[_Place, tuple[datetime, UUID]]) -> list[Assignment]:
    """Some of each rule and team that may have room, after those that were looked at: one where nobody is there does
    not hold up the others, nor do those that are snoozed."""
    due = Assignment.filter(Q(wait_until=None) | Q(wait_until__lte=ctx.now()), state="waiting")
    found: list[Assignment] = []
    for rule_id, team_id in await due.distinct().values_list("rule_id", "team_id"):
        if (rule_id, team_id) in full:
            continue
        of_place = due.filter(rule_id=rule_id, team_id=team_id)
        if last := seen.get((rule_id, team_id)):
            since, before = last
            of_place = of_place.filter(Q(waiting_since__gt=since) | Q(waiting_since=since, id__gt=before))
        found += await of_place.order_by("waiting_since", "id").limit(_ROUND)
    return sorted(found, key=lambda kept: (kept.waiting_since, kept.id))


async def _place_waiting(ctx: Context, kept: Assignment) -> str:
    conversation_id: UUID = kept.conversation_id  # type: ignore[attr-defined]
    try:
        conversation = await ctx.conversations.get(conversation_id)
    except NotFound:
        return "none"
    if conversation.status != "open":
        return "none"
    if conversation.assignee is not None:
        return "person"  # its event is on its way
    return await place(ctx, conversation)


async def _look_again(ctx: Context) -> None:
    """When somebody's absence ends, or work begins, by what is known now."""
    at = ctx.now()
    back = await Desk.filter(available=False, until__gt=at).order_by("until").first()
    begin = await Assignment.filter(state="waiting", wait_until__gt=at).order_by("wait_until").first()
    moments = [moment for moment in (back and back.until, begin and begin.wait_until) if moment]
    if moments:
        await ctx.jobs.enqueue("give", key="give", run_at=min(moments))


async def regive(ctx: Context) -> None:
    """The job `regive`: what the rules gave to somebody who is away for long is given to another."""
    dispatch = await dispatch_of(ctx)
    if dispatch.regive_minutes is None:
        return
    at = ctx.now()
    for seat in await seats_of(ctx, dispatch, at):
        if seat.away_since and (at - seat.away_since).total_seconds() >= dispatch.regive_minutes * 60:
            await _regive_of(ctx, seat.member.id)


async def _regive_of(ctx: Context, member_id: UUID) -> None:
    for kept in await Assignment.filter(member_id=member_id, state="given", ended=False).limit(_ROUND):
        try:
            conversation = await ctx.conversations.get(kept.conversation_id)  # type: ignore[attr-defined]
        except NotFound:
            continue
        if conversation.status == "open" and conversation.assignee and conversation.assignee.id == member_id:
            await place(ctx, conversation, instead_of=member_id)
