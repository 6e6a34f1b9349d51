"""What the rules' API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, Json, JsonValue, StringConstraints, model_validator

from plugins.inbox.assignment.desks import MOST_CAPACITY
from plugins.inbox.moments import Moment

_ID = "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c77"
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Reply = Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=r"^[^\x00]*$")]
Method = Literal["round_robin", "least_busy", "nobody"]
Priority = Literal["none", "low", "normal", "high", "urgent"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
OffHours = Literal["as_usual", "wait", "team"]
Capacity = Annotated[int, Field(ge=1, le=MOST_CAPACITY)]
Minutes = Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class RuleShape(BaseModel):
    """`account`, `team`, `tags`, `priorities` and `languages` (of the contact, as in fr) say of which conversations
    (null or none: of all; of several tags, priorities or languages one is enough), `to_team` where they go. `id` is
    null for a new rule; one that is kept keeps whose turn it is."""

    model_config = ConfigDict(extra="forbid")

    id: UUID | None = None
    name: Name
    enabled: bool = True
    account: UUID | None = None
    team: UUID | None = None
    tags: Annotated[list[UUID], Field(max_length=20)] = Field(default_factory=list)
    priorities: Annotated[list[Priority], Field(max_length=5)] = Field(default_factory=list)
    languages: Annotated[list[Language], Field(max_length=20)] = Field(default_factory=list)
    to_team: UUID | None = None
    method: Method = "round_robin"
    sticky: bool = True
    off_hours: OffHours = "as_usual"
    off_hours_team: UUID | None = None
    off_hours_reply: Reply = ""

    @model_validator(mode="after")
    def _has_duty_team(self) -> "RuleShape":
        if self.off_hours == "team" and self.off_hours_team is None:
            raise ValueError("name the team on duty, off_hours_team")
        return self


_RULE: JsonValue = {"name": "Sales", "to_team": _ID, "method": "round_robin", "off_hours": "wait",
         "off_hours_reply": "We are back at 9."}


class AssignmentShape(BaseModel):
    """The whole of it. `version` is what was read; the write is refused when somebody else has written since."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{
        "capacity": 8, "absent_minutes": 30, "regive_minutes": None, "version": 3, "rules": [_RULE]}]})  # fmt: skip

    capacity: Capacity
    absent_minutes: Minutes | None
    regive_minutes: Minutes | None
    rules: Annotated[list[RuleShape], Field(max_length=50)]
    version: int


class PreviewQuery(BaseModel):
    """Of a new conversation on this number, with this team, these tags (a JSON list of ids) and this priority, of a
    contact who speaks this language; `unsaved` is not given: what is saved counts."""

    account: UUID
    team: UUID | None = None
    tags: Annotated[Json[list[UUID]], Field(max_length=2000)] = Field(default_factory=list)
    priority: Priority = "none"
    language: Language | None = None


class SeatShape(BaseModel):
    """`open` are the conversations, of those that the caller sees, that are open with them."""

    id: UUID
    name: str = Field(examples=["Salma Idrissi"])
    available: bool
    until: datetime | None
    open: int
    capacity: int
    own_capacity: int | None
    teams: list[str]


class SeatList(BaseModel):
    """By name; all there are, so `next` is null."""

    items: list[SeatShape]
    next: None


class PreviewShape(BaseModel):
    """Who would get it now. `outcome`: given, waiting (nobody is there with room, or until work begins), nobody (the
    rule leaves it), none (no rule fits)."""

    outcome: Literal["given", "waiting", "nobody", "none"]
    rule: str | None
    team: str | None
    member: str | None
    how: Literal["sticky", "round_robin", "least_busy"] | None
    open: int | None
    capacity: int | None
    off_hours: bool
    seats: list[SeatShape]


class Availability(BaseModel):
    """`until` (with a time zone) ends an absence by itself."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={
        "examples": [{"available": False, "until": "2027-01-04T14:00:00+01:00"}]})  # fmt: skip

    available: bool
    until: Moment | None = None


class DeskShape(BaseModel):
    """`capacity` null: as everybody. `available` as in PUT /availability; null leaves it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"capacity": 5}]})

    capacity: Capacity | None
    available: bool | None = None


class WhyShape(BaseModel):
    """`state`: waiting for a place, given by a rule, a person's choice, or none's. The rest tells of what was given."""

    state: Literal["waiting", "given", "person", "none"]
    since: datetime | None
    rule: str | None = None
    team: str | None = None
    member: str | None = None
    how: str | None = None
    open: int | None = None
    capacity: int | None = None


class OfConversation(BaseModel):
    """Whose panel: the slot beside a conversation names it."""

    conversation: UUID
