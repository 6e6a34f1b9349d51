"""What the API of presence takes and gives."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Screen = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{8,40}$")]


class Beat(BaseModel):
    """Sent by each screen every ten seconds, and at once when something of it changes."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={
        "examples": [{"screen": "0b8d2c64-tab-1", "conversation": None, "typing": False, "away": False}]})  # fmt: skip

    screen: Screen = Field(description="The same for as long as the screen is open, made by the client.")
    conversation: UUID | None = Field(default=None, description="The one that the caller looks at now.")
    typing: bool = False
    away: bool = Field(default=False, description="Nobody is in front of it: hidden, or untouched for minutes.")


class Leaving(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"screen": "0b8d2c64-tab-1"}]})

    screen: Screen


class Present(BaseModel):
    id: UUID
    state: Literal["online", "away"]


class Looking(BaseModel):
    conversation: UUID
    member: UUID
    typing: bool


class Presence(BaseModel):
    """Members who are not in `members` are offline."""

    members: list[Present]
    looking: list[Looking]
