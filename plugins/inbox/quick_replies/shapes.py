"""What the API of quick replies takes and gives."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugins.inbox.notes.shapes import without_nul

BODY_LENGTH = 4096
MOST_FILES = 10
Language = Literal["ar", "fr", "en"]
_EXAMPLE: dict[str, Any] = {
    "shortcut": "hours", "title": "Opening hours", "language": "fr", "files": [], "shared": False,
    "body": "Bonjour {{contact.first_name}}, nous ouvrons de 9 h à 19 h."}

Shortcut = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s/]{1,32}$"),
                     AfterValidator(without_nul)]  # fmt: skip
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80),
                  AfterValidator(without_nul)]  # fmt: skip
Body = Annotated[str, StringConstraints(strip_whitespace=True, max_length=BODY_LENGTH),
                 AfterValidator(without_nul)]  # fmt: skip


class QuickReplyFields(BaseModel):
    """`body` may name `{{contact.name}}`, `{{contact.first_name}}`, `{{agent.name}}` and attributes of the contact
    (`{{contact.city}}`); others are asked for before it is sent. `files` are ids of uploaded attachments. `language`
    null: for everybody. `shared`: the organisation's, which takes the permission `inbox.quick_replies.manage`; else
    one's own."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    shortcut: Shortcut
    title: Title
    body: Body = ""
    language: Language | None = None
    files: Annotated[list[UUID], Field(max_length=MOST_FILES)] = []
    shared: bool = False


class FileOfReply(BaseModel):
    """Sent by its id, like any attachment."""

    id: UUID
    kind: Literal["image", "video", "audio", "document", "sticker"]
    filename: str | None = Field(examples=["plan.pdf"])
    size: int = Field(examples=[48213])


class QuickReplyResource(BaseModel):
    id: UUID
    shortcut: str = Field(examples=["hours"])
    title: str = Field(examples=["Opening hours"])
    body: str = Field(examples=["Bonjour {{contact.first_name}}, nous ouvrons de 9 h à 19 h."])
    language: Language | None
    files: list[FileOfReply]
    shared: bool
    updated_at: datetime


class QuickReplyList(BaseModel):
    """By shortcut. `next` is the cursor of what follows."""

    items: list[QuickReplyResource]
    next: str | None


class QuickReplyQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: UUID | None = None
