"""Who is there: what members say of themselves, and how long ago they were seen."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from comptoir_sdk import Context, Member

from plugins.inbox.assignment.models import Desk, Dispatch

MOST_CAPACITY = 500
_NEVER = datetime.min.replace(tzinfo=UTC)


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
    members = [member for member in await ctx.members.list() if member.may_answer]
    missed = await _missed(ctx, members, dispatch, at)
    return [_seat(member, desks, dispatch.capacity, missed.get(member.id), at) for member in members]


def _seat(member: Member, desks: Mapping[UUID, Desk], usual: int, missed: datetime | None, at: datetime) -> Seat:
    desk = desks.get(member.id)
    capacity = desk.capacity if desk and desk.capacity is not None else usual
    if desk and not desk.available and (desk.until is None or desk.until > at):
        return Seat(member, capacity, desk.since or at, desk.until)
    return Seat(member, capacity, missed)


async def _missed(ctx: Context, members: Iterable[Member], dispatch: Dispatch, at: datetime) -> dict[UUID, datetime]:
    """Who counts as absent, since when. Who never came is absent from the beginning; a caller who may not know when
    colleagues were seen is told that they are, as of now."""
    if dispatch.absent_minutes is None:
        return {}
    absence = timedelta(minutes=dispatch.absent_minutes)
    seen = await ctx.members.seen_since(at - absence)
    return {member.id: member.last_seen_at + absence if member.last_seen_at else at if ctx.caller else _NEVER
            for member in members if member.id not in seen}


async def set_availability(ctx: Context, member_id: UUID, available: bool, until: datetime | None) -> None:
    """What a member says; it is told to colleagues, and what waits may find a place."""
    desk, _ = await Desk.get_or_create(member_id=member_id, defaults={"tenant_id": ctx.tenant_id})
    desk.available, desk.until, desk.since = available, None if available else until, None if available else ctx.now()
    await desk.save()
    await ctx.broadcast("desks", {"member": str(member_id)})
    await ctx.jobs.enqueue("give", key="give", run_at=desk.until)
