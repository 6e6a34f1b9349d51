"""What the API of notes takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugins.inbox.notes.models import BODY_LENGTH

MOST_MENTIONS = 20


def without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains the character U+0000, which cannot be stored: remove it")
    return text


Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=BODY_LENGTH),
                 AfterValidator(without_nul)]  # fmt: skip


class Called(BaseModel):
    """Whom a note calls: its words name them as "@name"."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["member", "team"]
    id: UUID


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={
        "examples": [{"body": "Called her back: she takes the blue one."}]})  # fmt: skip

    body: Body
    mentions: Annotated[list[Called], Field(max_length=MOST_MENTIONS)] = Field(
        default=[], description="Each must see the conversation; of a team, those are told who see it.")


class OfConversation(BaseModel):
    """Whose panel: the slot beside a conversation names it."""

    conversation: UUID


class Paging(BaseModel):
    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: UUID | None = Field(default=None, description="`next` of the page before.")


class OfMentions(Paging):
    unread: bool = Field(default=False, description="Those alone that are not read yet.")


class Writer(BaseModel):
    """The name is kept with the note; `id` is null when a program wrote it."""

    id: UUID | None
    name: str = Field(examples=["Amine Kadiri"])


class MentionedName(BaseModel):
    """Named when the note was written."""

    kind: Literal["member", "team"]
    id: UUID
    name: str = Field(examples=["Amine Kadiri"])


class NoteResource(BaseModel):
    id: UUID
    conversation: UUID
    body: str = Field(examples=["Called her back: she takes the blue one."])
    mentions: list[MentionedName]
    author: Writer
    created_at: datetime
    edited_at: datetime | None


class WrittenNote(NoteResource):
    unreached: list[str] = Field(examples=[["Sara Idrissi"]], description=(
        "Members of a named team who do not see the conversation: they are told nothing."))


class NoteList(BaseModel):
    """Newest first."""

    items: list[NoteResource]
    next: UUID | None


class MentionResource(BaseModel):
    id: UUID
    at: datetime
    read: bool
    note: NoteResource
    conversation: dict[str, Any] = Field(description="As `GET /conversations/{id}` has it.")


class MentionList(BaseModel):
    """Newest first. What the caller does not see any more is not in it."""

    items: list[MentionResource]
    next: UUID | None


class Count(BaseModel):
    unread: int = Field(examples=[3])
