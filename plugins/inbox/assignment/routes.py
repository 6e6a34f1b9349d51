"""The rules of assignment, who is at their desk, and why somebody was given a conversation."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Contact, Context, Conversation, Invalid, Tag, Team
from comptoir_sdk.values import Account

from plugins.inbox.assignment.choice import choose, fitting, seated
from plugins.inbox.assignment.desks import Seat, dispatch_of, seats_of, set_availability
from plugins.inbox.assignment.giving import dispatching
from plugins.inbox.assignment.models import Assignment, Desk, Dispatch, Rule, Turn
from plugins.inbox.assignment.shapes import (
    AssignmentShape,
    Availability,
    DeskShape,
    OfConversation,
    PreviewQuery,
    RuleShape,
)


async def show_rules(ctx: Context) -> dict[str, Any]:
    """The rules of assignment

    In their order; the first that fits decides.
    """
    return await _whole(await dispatch_of(ctx))


async def change_rules(ctx: Context, body: AssignmentShape) -> Any:
    """Change the rules of assignment

    All of them at once, in their order; rules left out are gone. What waits is looked at again.
    """
    async with dispatching(ctx) as dispatch:
        if body.version != dispatch.version:
            raise Invalid("Somebody has changed the rules meanwhile: read them again.", version="is not the newest")
        before = {rule.id: rule for rule in await Rule.all()}
        if unknown := [one.id for one in body.rules if one.id and one.id not in before]:
            raise Invalid("One of these rules is gone: read them again.", rules=f"no rule {unknown[0]}")
        for position, one in enumerate(body.rules):
            rule = before.pop(one.id) if one.id in before else Rule(tenant_id=ctx.tenant_id)
            await _write(rule, one, position)
        if before:
            await Rule.filter(id__in=list(before)).delete()
        dispatch.capacity, dispatch.version = body.capacity, dispatch.version + 1
        dispatch.absent_minutes, dispatch.regive_minutes = body.absent_minutes, body.regive_minutes
        await dispatch.save()
        await ctx.jobs.enqueue("give", key="give")
        await ctx.audit.record("rules_changed", "assignment", None, {"rules": [None, len(body.rules)]})
    return await _whole(await Dispatch.get())


async def preview(ctx: Context, query: PreviewQuery) -> dict[str, Any]:
    """Who would be given a conversation now

    A new one on this number, with what rules ask for: by which rule, to whom and why. Nothing is changed.
    """
    dispatch, now = await dispatch_of(ctx), ctx.now()
    team = Team(query.team, "") if query.team else None
    contact = Contact(UUID(int=0), "", locale=query.language)
    asked = Conversation(UUID(int=0), "open", contact, Account(query.account, ""), team=team,
                         tags=tuple(Tag(tag, "") for tag in query.tags), priority=query.priority)  # fmt: skip
    rule = fitting(await Rule.all().order_by("position", "id"), asked)
    off = not ctx.business_hours.is_open(now)
    if rule is None:
        return {**_NOTHING, "outcome": "none", "off_hours": off}
    goes_to = (rule.off_hours_team_id if off and rule.off_hours == "team" else None) or rule.to_team_id or query.team
    seats = seated(await seats_of(ctx, dispatch, now), goes_to)
    loads = await ctx.conversations.count_open([seat.member.id for seat in seats])
    turns = {turn.member_id: turn.turn for turn in await Turn.filter(rule_id=rule.id)}
    waits = off and rule.off_hours == "wait"
    choice = None if waits or rule.method == "nobody" else choose(rule, seats, loads, turns, None)
    outcome = "given" if choice else "nobody" if rule.method == "nobody" else "waiting"
    told = {**_NOTHING, "outcome": outcome, "rule": rule.name, "off_hours": off, "team": _team_name(seats, goes_to),
            "seats": [_seat(seat, loads, {}) for seat in seats]}
    if choice is None:
        return told
    return {**told, "member": choice.seat.member.name, "how": choice.why, "open": choice.open + 1,
            "capacity": choice.seat.capacity}


async def list_desks(ctx: Context) -> dict[str, Any]:
    """Who is at their desk

    Everybody who may answer: whether they take conversations now, and how many they have.
    """
    seats = await seats_of(ctx, await dispatch_of(ctx), ctx.now())
    own = {desk.member_id: desk.capacity for desk in await Desk.all()}
    loads = await ctx.conversations.count_open([seat.member.id for seat in seats])
    return {"items": [_seat(seat, loads, own) for seat in seats], "next": None}


async def set_mine(ctx: Context, body: Availability) -> None:
    """Say whether one takes conversations

    Away, the rules give nothing new; what one has stays.
    """
    caller = ctx.caller
    if caller is None or caller.user_id is None:
        raise Invalid("An API key has no desk: name a member.", available="not a member")
    if body.until is not None and body.until <= ctx.now():
        raise Invalid("That moment has passed: give a later one.", until="has passed")
    await set_availability(ctx, caller.user_id, body.available, body.until)


async def change_desk(ctx: Context, member_id: UUID, body: DeskShape) -> None:
    """Change a member's desk

    How many conversations they take, and whether they do now.
    """
    await ctx.members.get(member_id)
    async with ctx.db.transaction():
        desk, _ = await Desk.get_or_create(member_id=member_id, defaults={"tenant_id": ctx.tenant_id})
        before, desk.capacity = desk.capacity, body.capacity
        await desk.save(update_fields=["capacity"])
        await ctx.jobs.enqueue("give", key="give")
        await ctx.audit.record("desk_changed", "member", member_id, {"capacity": [before, body.capacity]})
    if body.available is not None and body.available != desk.available:
        await set_availability(ctx, member_id, body.available, None)
    else:
        await ctx.broadcast("desks", {"member": str(member_id)})


async def show_why(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    """Why somebody has a conversation

    What the rules did with it last.
    """
    await ctx.conversations.get(conversation_id)  # hidden from the caller, it does not exist for them
    return _why(await Assignment.get_or_none(conversation_id=conversation_id))


async def show_panel(ctx: Context, query: OfConversation) -> Any:
    """The line beside a conversation that says why"""
    conversation = await ctx.conversations.get(query.conversation)
    kept = _why(await Assignment.get_or_none(conversation_id=query.conversation))
    holds = kept["state"] == "waiting" or (kept["state"] == "given" and conversation.assignee is not None)
    return await ctx.render("assignment_panel.html", why=kept if holds else None)


_NOTHING: dict[str, Any] = {"rule": None, "team": None, "member": None, "how": None, "open": None, "capacity": None,
                            "seats": []}


async def _whole(dispatch: Dispatch) -> dict[str, Any]:
    rules = await Rule.all().order_by("position", "id")
    return {"capacity": dispatch.capacity, "absent_minutes": dispatch.absent_minutes,
            "regive_minutes": dispatch.regive_minutes, "version": dispatch.version,
            "rules": [_rule(rule) for rule in rules]}


def _rule(rule: Rule) -> dict[str, Any]:
    return {"id": str(rule.id), "name": rule.name, "enabled": rule.enabled, "account": _text(rule.account_id),
            "team": _text(rule.team_id), "tags": rule.tags or [],
            "priorities": rule.priorities or [], "languages": rule.languages or [],
            "to_team": _text(rule.to_team_id), "method": rule.method,
            "sticky": rule.sticky, "off_hours": rule.off_hours, "off_hours_team": _text(rule.off_hours_team_id),
            "off_hours_reply": rule.off_hours_reply}


async def _write(rule: Rule, told: RuleShape, position: int) -> None:
    rule.position, rule.name, rule.enabled, rule.method = position, told.name, told.enabled, told.method
    rule.account_id, rule.team_id, rule.to_team_id = told.account, told.team, told.to_team
    rule.tags = [str(tag) for tag in told.tags] or None
    rule.priorities, rule.languages = told.priorities or None, told.languages or None
    rule.sticky, rule.off_hours, rule.off_hours_team_id = told.sticky, told.off_hours, told.off_hours_team
    rule.off_hours_reply = told.off_hours_reply
    await rule.save()


def _seat(seat: Seat, loads: Any, own: Any) -> dict[str, Any]:
    return {"id": str(seat.member.id), "name": seat.member.name, "available": seat.available,
            "until": seat.until and seat.until.isoformat(), "open": loads.get(seat.member.id, 0),
            "capacity": seat.capacity, "own_capacity": own.get(seat.member.id),
            "teams": [team.name for team in seat.member.teams]}


def _team_name(seats: list[Seat], team_id: UUID | None) -> str | None:
    return next((team.name for seat in seats for team in seat.member.teams if team.id == team_id), None)


def _why(kept: Assignment | None) -> dict[str, Any]:
    if kept is None:
        return {"state": "none", "since": None}
    since = kept.given_at if kept.state == "given" else kept.waiting_since
    return {"state": kept.state, "since": since and since.isoformat(), **(kept.why if kept.state == "given" else {})}


def _text(identifier: UUID | None) -> str | None:
    return str(identifier) if identifier else None
