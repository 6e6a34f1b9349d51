"""What the API of drafts takes and gives."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from plugins.inbox.notes.shapes import without_nul

LONGEST = 20_000
MOST_FILES = 30
_EXAMPLE: dict[str, Any] = {
    "body": "Bonjour, je regarde votre commande et", "reply_to": None, "files": [], "base": 1795608000000}

Words = Annotated[str, StringConstraints(max_length=LONGEST), AfterValidator(without_nul)]


class FileOfDraft(BaseModel):
    """As the upload told of it."""

    model_config = ConfigDict(extra="forbid")

    id: UUID
    kind: Literal["image", "video", "audio", "document", "sticker"]
    filename: Annotated[str, StringConstraints(max_length=240), AfterValidator(without_nul)] | None = None
    size: Annotated[int, Field(ge=0)] = 0
    voice: bool = False


class DraftFields(BaseModel):
    """`base` is the version that this was written upon, 0 for none: when another screen has written since, these words
    win and the others come back as `replaced`."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_EXAMPLE]})

    body: Words = ""
    reply_to: UUID | None = None
    files: Annotated[list[FileOfDraft], Field(max_length=MOST_FILES)] = []
    base: Annotated[int, Field(ge=0)] = 0


class DraftResource(BaseModel):
    conversation: UUID
    body: str = Field(examples=["Bonjour, je regarde votre commande et"])
    reply_to: UUID | None
    files: list[FileOfDraft]
    version: int = Field(examples=[1795608000123])


class SavedDraft(DraftResource):
    """`replaced`: the words of another screen that stood here, null where none were lost."""

    replaced: str | None


class DroppedDraft(BaseModel):
    """`replaced`: the words of another screen that stood here, null where none were lost."""

    replaced: str | None = Field(examples=["Bonjour, votre commande est"])
    version: int = Field(examples=[1795608000123])


class DropQuery(BaseModel):
    """`base` is the version that was sent or thought better of. Without one nothing is told of what was lost."""

    model_config = ConfigDict(extra="forbid")

    base: Annotated[int, Field(ge=0)] | None = None


class DraftList(BaseModel):
    """The newest first. `next` is the cursor of what follows."""

    items: list[DraftResource]
    next: str | None


class DraftQuery(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=100)] = 50
    cursor: Annotated[str, StringConstraints(
        pattern=r"^[0-9]{1,18}\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")] | None = None  # fmt: skip
