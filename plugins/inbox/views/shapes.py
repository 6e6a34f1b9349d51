"""What the API of views takes and gives."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugins.inbox.notes.shapes import without_nul
from plugins.inbox.views.models import NAME_LENGTH

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LENGTH),
                 AfterValidator(without_nul)]  # fmt: skip
Colour = Literal["grey", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"]
Icon = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z0-9-]*$")]
Sort = Literal["latest", "waiting"]
Priority = Literal["none", "low", "normal", "high", "urgent"]


class ViewFilter(BaseModel):
    """The names of `GET /conversations`; what is left out lets everything through."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["open", "snoozed", "closed", "all"] | None = None
    assignee: list[Literal["me", "none"] | UUID] = Field(default=[], max_length=50)
    team: Literal["none"] | UUID | None = None
    tag: list[UUID] = Field(default=[], max_length=50)
    account: UUID | None = None
    kind: Literal["person", "group"] | None = None
    priority: list[Priority] = Field(default=[], max_length=5)
    unread: bool = False
    window_hours: int | None = Field(default=None, ge=1, le=24)
    waiting_minutes: int | None = Field(default=None, ge=0, le=527_040)
    field: Annotated[str, StringConstraints(max_length=2100, pattern=r"^[^=]*[^=\s][^=]*=\s*\S"),
                     AfterValidator(without_nul)] | None = None  # fmt: skip
    timer: Annotated[str, StringConstraints(
        max_length=60, pattern=r"^([a-z][a-z0-9_]*:)?(running|overdue|within:[0-9]{1,5})$")] | None = None  # fmt: skip


class NewView(BaseModel):
    """`position`: before which of the others, from 0; without it, at the end. To share needs `inbox.views.manage`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [
        {"name": "Urgent and unread", "filter": {"status": "open", "priority": ["urgent"], "unread": True},
         "sort": "waiting"}]})  # fmt: skip

    name: Name
    filter: ViewFilter
    sort: Sort = "latest"
    shared: bool = False
    colour: Colour = "grey"
    icon: Icon = ""
    position: int | None = Field(default=None, ge=0, le=1000)


class ChangedView(BaseModel):
    """What is named changes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "Urgent"}]})

    name: Name | None = None
    filter: ViewFilter | None = None
    sort: Sort | None = None
    shared: bool | None = None
    colour: Colour | None = None
    icon: Icon | None = None
    position: int | None = Field(default=None, ge=0, le=1000)


class ViewResource(BaseModel):
    """`mine`: the caller made it."""

    id: UUID
    name: str = Field(examples=["Urgent and unread"])
    filter: ViewFilter
    sort: Sort
    shared: bool
    mine: bool
    colour: Colour
    icon: str = Field(examples=["star"])
    position: int
    created_at: datetime


class ViewList(BaseModel):
    """In their order; all of them, so `next` is null."""

    items: list[ViewResource]
    next: None
