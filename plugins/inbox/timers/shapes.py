"""What the timers' API takes and gives."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints, model_validator

from plugins.inbox.moments import Moment

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\x00]*$")]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 90)]
Kind = Literal["first_response", "resolution"]
State = Literal["running", "soon", "late", "paused", "met", "breached", "dropped"]


class TargetShape(BaseModel):
    """`account` and `team` say of which conversations (null: of all). `working`: counted in business hours."""

    model_config = ConfigDict(extra="forbid")

    name: Name
    account: UUID | None = None
    team: UUID | None = None
    first_response_minutes: Minutes | None = None
    resolution_minutes: Minutes | None = None
    working: bool = True
    warn_minutes: Annotated[int, Field(ge=0, le=60 * 24)] = 10

    @model_validator(mode="after")
    def _says_something(self) -> "TargetShape":
        if self.first_response_minutes is None and self.resolution_minutes is None:
            raise ValueError("name the minutes of a first response, of a resolution, or of both")
        return self


_TARGET: JsonValue = {"name": "Everybody", "first_response_minutes": 30, "resolution_minutes": 480, "working": True}


class Targets(BaseModel):
    """In their order; the first that fits counts."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"items": [_TARGET]}]})

    items: Annotated[list[TargetShape], Field(max_length=50)]


class TimerShape(BaseModel):
    """`state` is as of now; `taken_minutes` of one that has stopped, in the minutes that count. `member` stopped it."""

    id: UUID
    conversation: UUID
    kind: Kind
    state: State
    account: UUID
    team: UUID | None
    minutes: int
    working: bool
    started_at: datetime
    warn_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    taken_minutes: float | None
    member: UUID | None


class TimerList(BaseModel):
    """The last started first. `next` is the cursor of what follows."""

    items: list[TimerShape]
    next: str | None


class TimerQuery(BaseModel):
    """`state` running (whatever its urgency), late, or stopped; `since` and `until` by the start."""

    state: Literal["running", "late", "stopped"] | None = None
    kind: Kind | None = None
    conversation: UUID | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: int = Field(default=50, ge=1, le=100)
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None


class Rows(BaseModel):
    """The rows in sight, as the list asks for their badges."""

    conversations: Annotated[str, StringConstraints(max_length=4000)] = ""
    contacts: Annotated[str, StringConstraints(max_length=4000)] = ""


class Badge(BaseModel):
    text: str
    tone: Literal["ok", "warn", "bad", "info"] | None = None


class OfConversation(BaseModel):
    conversation: UUID
