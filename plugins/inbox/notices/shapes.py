"""What the API of notices takes and gives."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from plugins.inbox.notes.shapes import without_nul
from plugins.inbox.notices.models import Notice
from plugins.inbox.notices.wishes import Kind

_BASE64 = r"^[A-Za-z0-9_=-]*$"


class NoticeResource(BaseModel):
    """`count` of what repeated before it was read. `actor`: who did it, where it was a person of the organisation."""

    id: UUID
    kind: Kind
    count: int
    actor: str | None = Field(examples=["Amine Kadiri"])
    at: datetime
    read: bool


class ListedNotice(NoticeResource):
    conversation: dict[str, Any] = Field(description="As `GET /conversations/{id}` has it.")


class NoticeList(BaseModel):
    """Newest first. What the caller does not see any more is not in it."""

    items: list[ListedNotice]
    next: UUID | None


class ReadNotices(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{}]})

    conversation: UUID | None = Field(default=None, description="Those of this one; without it, all.")


class Keys(BaseModel):
    p256dh: Annotated[str, Field(min_length=80, max_length=100, pattern=_BASE64)]
    auth: Annotated[str, Field(min_length=20, max_length=30, pattern=_BASE64)]


class NewBrowser(BaseModel):
    """As the browser's `PushSubscription.toJSON()` has it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{
        "endpoint": "https://push.example/send/3f1a", "label": "Chrome on Linux", "locale": "fr", "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"}}]})  # fmt: skip

    endpoint: Annotated[str, Field(pattern=r"^https?://", max_length=2000), AfterValidator(without_nul)]
    keys: Keys
    label: Annotated[str, Field(max_length=100), AfterValidator(without_nul)] = ""
    locale: Annotated[str, Field(pattern="^(ar|fr|en)$")] = "en"


class BrowserResource(BaseModel):
    id: UUID
    label: str = Field(examples=["Chrome on Linux"])
    created_at: datetime
    fingerprint: str = Field(description="SHA-256 of its endpoint: by it a browser knows itself in the list.")


class BrowserList(BaseModel):
    items: list[BrowserResource]
    next: None


class PublicKey(BaseModel):
    key: str = Field(description="For `pushManager.subscribe({applicationServerKey})`.", examples=[
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"])  # fmt: skip


def resource(notice: Notice) -> dict[str, Any]:
    return {"id": str(notice.id), "kind": notice.kind, "count": notice.count, "actor": notice.actor,
            "at": notice.created_at.isoformat(), "read": notice.read_at is not None}  # fmt: skip
