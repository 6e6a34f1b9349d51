"""Who is there: what members say of themselves, and how long ago they were seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from comptoir_sdk import Context, Member

from plugins.inbox.assignment.models import Desk, Dispatch

MOST_CAPACITY = 500


@dataclass(frozen=True)
class Seat:
    """A member as the rules see them at one moment. `away_since` None: they take conversations."""

    member: Member
    capacity: int
    away_since: datetime | None = None
    until: datetime | None = None

    @property
    def available(self) -> bool:
        return self.away_since is None


async def dispatch_of(ctx: Context) -> Dispatch:
    """The tenant's, made when it is first asked for."""
    found = await Dispatch.first()
    if found is None:
        await Dispatch.bulk_create([Dispatch(tenant_id=ctx.tenant_id)], ignore_conflicts=True)
        found = await Dispatch.get()
    return found


async def seats_of(ctx: Context, dispatch: Dispatch, at: datetime) -> list[Seat]:
    """Of everybody who may answer, by name."""
    desks = {desk.member_id: desk for desk in await Desk.all()}
    # When colleagues were seen is not told to everybody: then what they say of themselves is all that counts.
    told = ctx.caller is None or "members.manage" in ctx.caller.permissions
    absence = timedelta(minutes=dispatch.absent_minutes) if told and dispatch.absent_minutes is not None else None
    members = await ctx.members.list()
    return [_seat(member, desks, dispatch.capacity, absence, at) for member in members if member.may_answer]


def _seat(member: Member, desks: Mapping[UUID, Desk], usual: int, absence: timedelta | None, at: datetime) -> Seat:
    desk = desks.get(member.id)
    capacity = desk.capacity if desk and desk.capacity is not None else usual
    if desk and not desk.available and (desk.until is None or desk.until > at):
        return Seat(member, capacity, desk.since or at, desk.until)
    return Seat(member, capacity, _unseen(member, absence, at))


def _unseen(member: Member, absence: timedelta | None, at: datetime) -> datetime | None:
    """Since when they count as absent. Who never came is absent from the beginning."""
    if absence is None:
        return None
    missed = (member.last_seen_at or datetime.min.replace(tzinfo=at.tzinfo)) + absence
    return missed if missed <= at else None


async def set_availability(ctx: Context, member_id: UUID, available: bool, until: datetime | None) -> None:
    """What a member says; it is told to colleagues, and what waits may find a place."""
    desk, _ = await Desk.get_or_create(member_id=member_id, defaults={"tenant_id": ctx.tenant_id})
    desk.available, desk.until, desk.since = available, None if available else until, None if available else ctx.now()
    await desk.save()
    await ctx.broadcast("desks", {"member": str(member_id)})
    await ctx.jobs.enqueue("give", key="give", run_at=desk.until)
