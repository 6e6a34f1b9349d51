"""What the plugin's API takes and gives."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugins.inbox.models import BODY_LENGTH


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("contains the character U+0000, which cannot be stored: remove it")
    return text


Body = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=BODY_LENGTH),
                 AfterValidator(_without_nul)]  # fmt: skip


class NewNote(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={
        "examples": [{"body": "Called her back: she takes the blue one."}]})  # fmt: skip

    body: Body


class OfConversation(BaseModel):
    """Whose panel: the slot beside a conversation names it."""

    conversation: UUID


class Writer(BaseModel):
    """The name is kept with the note; `id` is null when a program wrote it."""

    id: UUID | None
    name: str = Field(examples=["Amine Kadiri"])


class NoteResource(BaseModel):
    id: UUID
    body: str = Field(examples=["Called her back: she takes the blue one."])
    author: Writer
    created_at: datetime


class NoteList(BaseModel):
    """Newest first; the newest fifty, so `next` is null."""

    items: list[NoteResource]
    next: None
