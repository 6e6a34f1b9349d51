"""Timers as JSON: targets, the badges of rows, the clock above a conversation, and what reports are made of."""

import base64
import json
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir_sdk import Context, Invalid
from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from plugins.inbox.moments import in_utc
from plugins.inbox.timers.hearing import running_of
from plugins.inbox.timers.models import Target, Timer
from plugins.inbox.timers.shapes import OfConversation, Rows, Targets, TargetShape, TimerQuery

_MOST_ROWS = 50


async def show_targets(ctx: Context) -> dict[str, Any]:
    """The targets of answers

    In their order; the first that fits a conversation counts.
    """
    return {"items": [_target(one) for one in await Target.all().order_by("position", "id")]}


async def change_targets(ctx: Context, body: Targets) -> dict[str, Any]:
    """Change the targets of answers

    All of them at once. Timers that run keep theirs; later ones follow these.
    """
    async with ctx.db.transaction():
        await Target.all().delete()
        for position, told in enumerate(body.items):
            await _new_target(ctx, told, position).save()
        await ctx.audit.record("targets_changed", "timers", None, {"targets": [None, len(body.items)]})
    return await show_targets(ctx)


async def list_timers(ctx: Context, query: TimerQuery) -> dict[str, Any]:
    """List timers

    Of the conversations that the caller sees, those that run and those that have stopped.
    """
    found = _wanted(ctx, query)
    if query.cursor:
        at, after = _read(query.cursor)
        found = found.filter(Q(started_at__lt=at) | Q(started_at=at, id__lt=after))
    rows = await found.order_by("-started_at", "-id").limit(query.limit + 1)
    some = rows[:query.limit]
    following = _cursor(some[-1]) if len(rows) > query.limit else None
    return {"items": [resource(ctx, timer) for timer in some], "next": following}


async def badges(ctx: Context, query: Rows) -> dict[str, Any]:
    """The timers of rows

    One for each conversation: the most urgent. A moment and not what is left, so that it stays true while it stands.
    """
    ids = _ids(query.conversations)
    running = await Timer.filter(conversation_id__in=ids, stopped_at=None, paused_at=None).order_by("-due_at")
    return {str(timer.conversation_id): _badge(ctx, timer) for timer in running}  # type: ignore[attr-defined]


async def clock(ctx: Context, query: OfConversation) -> dict[str, Any]:
    """The timers that run in a conversation

    The most urgent first.
    """
    await ctx.conversations.get(query.conversation)  # hidden from the caller, it does not exist for them
    running = sorted(await running_of(query.conversation), key=lambda timer: timer.due_at)
    return {"items": [resource(ctx, timer) for timer in running], "next": None}


def resource(ctx: Context, timer: Timer) -> dict[str, Any]:
    return {"id": str(timer.id), "conversation": str(timer.conversation_id),  # type: ignore[attr-defined]
            "kind": timer.kind, "state": _state(timer, ctx.now()), "account": str(timer.account_id),
            "team": str(timer.team_id) if timer.team_id else None, "minutes": timer.minutes,
            "working": timer.working, "started_at": timer.started_at.isoformat(),
            "warn_at": timer.warn_at.isoformat(), "due_at": timer.due_at.isoformat(),
            "stopped_at": timer.stopped_at and timer.stopped_at.isoformat(),
            "taken_minutes": timer.taken_minutes, "member": str(timer.member_id) if timer.member_id else None}


def _state(timer: Timer, at: datetime) -> str:
    if timer.outcome:
        return str(timer.outcome)
    if timer.paused_at is not None:
        return "paused"
    return "late" if timer.due_at <= at else "soon" if timer.warn_at <= at else "running"


def _badge(ctx: Context, timer: Timer) -> dict[str, str]:
    zone, state = ZoneInfo(ctx.tenant.timezone), _state(timer, ctx.now())
    due = timer.due_at.astimezone(zone)
    moment = f"{due:%H:%M}" if due.date() == ctx.now().astimezone(zone).date() else f"{due:%d/%m}"
    if state == "late":
        return {"text": ctx._("Late: {moment}").format(moment=moment), "tone": "bad"}
    if state == "soon":
        return {"text": ctx._("Soon: {moment}").format(moment=moment), "tone": "warn"}
    return {"text": ctx._("By {moment}").format(moment=moment)}


def _wanted(ctx: Context, query: TimerQuery) -> QuerySet[Timer]:
    found = Timer.all()
    if query.kind:
        found = found.filter(kind=query.kind)
    if query.conversation:
        found = found.filter(conversation_id=query.conversation)
    if query.since:
        found = found.filter(started_at__gte=query.since)
    if query.until:
        found = found.filter(started_at__lt=query.until)
    if query.state == "stopped":
        return found.exclude(stopped_at=None)
    if query.state == "late":
        return found.filter(stopped_at=None, paused_at=None, due_at__lte=ctx.now())
    return found.filter(stopped_at=None) if query.state else found


def _ids(told: str) -> list[UUID]:
    try:
        return [UUID(one) for one in told.split(",") if one][:_MOST_ROWS]
    except ValueError:
        raise Invalid("Name conversations by their ids, with commas between.", conversations="no ids") from None


def _cursor(timer: Timer) -> str:
    return base64.urlsafe_b64encode(json.dumps([timer.started_at.isoformat(), str(timer.id)]).encode()).decode()


def _read(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, after = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        return in_utc(datetime.fromisoformat(at)), UUID(after)
    except (ValueError, TypeError, AttributeError):
        raise Invalid("This cursor is not of this list: begin again without it.", cursor="not of this list") from None


def _target(target: Target) -> dict[str, Any]:
    return {"name": target.name, "account": str(target.account_id) if target.account_id else None,
            "team": str(target.team_id) if target.team_id else None,
            "first_response_minutes": target.first_response_minutes, "resolution_minutes": target.resolution_minutes,
            "working": target.working, "warn_minutes": target.warn_minutes}


def _new_target(ctx: Context, told: TargetShape, position: int) -> Target:
    return Target(tenant_id=ctx.tenant_id, position=position, name=told.name, account_id=told.account,
                  team_id=told.team, first_response_minutes=told.first_response_minutes,
                  resolution_minutes=told.resolution_minutes, working=told.working, warn_minutes=told.warn_minutes)
