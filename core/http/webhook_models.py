"""What the routes of webhooks take and answer."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from core.http.resources import Resource
from core.http.text import Line, Moment, Paging, RequestModel, Text, example
from core.outward.addresses import LONGEST
from core.outward.events import TYPES

Url = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=8, max_length=LONGEST)]
Types = Annotated[list[Annotated[Text, Field(max_length=100)]], Field(min_length=1, max_length=2 * len(TYPES))]
_URL = "https://shop.example.org/hooks/comptoir"


class Webhook(Resource):
    """`waiting` events are to come, counted up to 1000. `failures` in a row since `failing_since` of the one that comes
    next, which is tried again at `next_attempt_at`. Until `old_secret_ends_at` deliveries bear two signatures. `off` by
    itself: `gone` when its address answered 410, `failing` after five days."""

    id: UUID
    name: str = Field(examples=["Web shop"])
    url: str = Field(examples=[_URL])
    types: list[str] = Field(examples=[["message.received", "contact.deleted"]])
    state: Literal["on", "paused", "off"]
    off_reason: Literal["gone", "failing"] | None
    waiting: int
    failures: int
    failing_since: datetime | None
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    old_secret_ends_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int


class WebhookWithSecret(Webhook):
    """`secret` is shown now and never again."""

    secret: str = Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])


class NewWebhook(RequestModel):
    model_config = example(name="Web shop", url=_URL, types=["message.received", "contact.deleted"])

    name: Line
    url: Url
    types: Types


class WebhookChange(RequestModel):
    """What is left out stays as it is."""

    model_config = example(state="paused")

    name: Line | None = None
    url: Url | None = None
    types: Types | None = None
    state: Literal["on", "paused"] | None = None


class Overlap(RequestModel):
    model_config = example(overlap_hours=24)

    overlap_hours: int = Field(default=24, ge=0, le=168)


class Since(RequestModel):
    model_config = example(since="2027-01-04T08:00:00Z")

    since: Moment


class EventType(Resource):
    type: str = Field(examples=["message.received"])
    told: str = Field(examples=["A customer wrote."])
    needs: str = Field(examples=["conversations.read"])
    allowed: bool


class EventTypes(Resource):
    items: list[EventType]


class Attempt(Resource):
    """One delivery. `kind`: an event, one of a replay, one sent again, or a test. `status` is the answer's, null when
    there was none; then `error` says why. `excerpt` is the beginning of the answer. `skipped`: what it tells of was
    deleted since, so it was not sent."""

    id: UUID
    kind: Literal["event", "replay", "again", "test"]
    seq: int | None
    webhook_id: str = Field(examples=["evt_1f2c11aa_48213"])
    type: str = Field(examples=["message.received"])
    attempt: int
    outcome: Literal["delivered", "refused", "unreachable", "skipped"]
    status: int | None = Field(examples=[200])
    milliseconds: int
    error: str | None
    excerpt: str
    at: datetime


class AttemptQuery(Paging):
    outcome: Literal["delivered", "refused", "unreachable", "skipped"] | None = None
