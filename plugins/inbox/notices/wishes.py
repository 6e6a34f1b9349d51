"""What a member wants to be told of, and where; and the hours in which they want their peace."""

from collections.abc import Collection
from datetime import datetime, time
from typing import Annotated, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from comptoir_sdk import Context
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from plugins.inbox.notices.models import NoticeWishes

Kind = Literal["assigned", "message", "mention", "unassigned", "woken", "due_soon", "late"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Tune = Literal["chime", "drop", "bell"]
Hour = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["22:00"])]


class Ways(BaseModel):
    """On the page that is open, by a sound, and on devices of which no page is open."""

    model_config = ConfigDict(extra="forbid")

    page: bool = True
    sound: bool = True
    push: bool = True


_QUIETLY = Ways(sound=False)


class Kinds(BaseModel):
    """Assigned to me; a message in mine or one that I follow; a note that calls me; a new one of my team that nobody
    has; one of mine that woke from its snooze; a timer that is nearly over, and one that is: of mine, of one that I
    follow, or of one that nobody has and I may answer."""

    model_config = ConfigDict(extra="forbid")

    assigned: Ways = Ways()
    message: Ways = Ways()
    mention: Ways = Ways()
    unassigned: Ways = _QUIETLY
    woken: Ways = _QUIETLY
    due_soon: Ways = _QUIETLY
    late: Ways = Ways()


class Quiet(BaseModel):
    """In the time zone of the organisation; from 22:00 to 07:00 is the night. No sound and no push then."""

    model_config = ConfigDict(extra="forbid")

    since: Hour = "20:00"
    until: Hour = "08:00"

    def holds(self, now: time) -> bool:
        since, until = time.fromisoformat(self.since), time.fromisoformat(self.until)
        return since <= now < until if since <= until else now >= since or now < until


class Wishes(BaseModel):
    """`hide_content`: what is pushed names nobody and quotes nothing. `tune`: which sound an open page makes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"kinds": {"message": {"page": True, "sound": False, "push": True}}, "quiet": {"since": "20:00",
         "until": "08:00"}, "hide_content": True, "tune": "bell"}]})  # fmt: skip

    kinds: Kinds = Kinds()
    quiet: Quiet | None = None
    hide_content: bool = False
    tune: Tune = "chime"

    def ways(self, kind: str) -> Ways:
        found: Ways = getattr(self.kinds, kind)
        return found


async def wishes_of(member_id: UUID) -> Wishes:
    return (await wishes_of_all([member_id]))[member_id]


async def wishes_of_all(members: Collection[UUID]) -> dict[UUID, Wishes]:
    kept = {one.member_id: one.wishes for one in await NoticeWishes.filter(member_id__in=list(members))}
    return {member: _read(kept.get(member)) for member in members}


def _read(kept: object) -> Wishes:
    """What an older version kept, and this one does not know, is as if it were not said."""
    try:
        return Wishes.model_validate(kept or {})
    except ValidationError:
        return Wishes()


def is_quiet(ctx: Context, wishes: Wishes, now: datetime) -> bool:
    return wishes.quiet is not None and wishes.quiet.holds(now.astimezone(ZoneInfo(ctx.tenant.timezone)).time())
