"""Deliveries, explanations, the quarantine and replays, as requests and answers carry them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from core.errors import NotFound
from core.http.resources import Resource
from core.http.text import Paging, RequestModel, Text, example
from core.messaging.deliveries.find import Wanted

Wamid = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
_Phone = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_Reason = Annotated[Text, StringConstraints(min_length=1, max_length=500)]
_LONGEST_NUMBER = 18
Note = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def row_number(told: str) -> int:
    """Of a delivery or a quarantined item, as an address has it. Raises NotFound for what cannot be one."""
    if not told.isascii() or not told.isdecimal() or len(told) > _LONGEST_NUMBER:
        raise NotFound("There is nothing of this number.")
    return int(told)


class DeliveryQuery(Paging):
    """All of what is given. `phone` is a number in any spelling, or at least four digits of one."""

    wamid: Wamid | None = None
    phone: _Phone | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.wamid, self.phone, self.since, self.until)


class WamidQuery(RequestModel):
    wamid: Wamid


class QuarantineQuery(Paging):
    """`reason` is whole, as /quarantine/reasons tells it."""

    reason: _Reason | None = None
    state: Literal["open", "replayed", "dismissed"] | None = "open"


class QuarantineReason(RequestModel):
    """Whole, as it is told."""

    model_config = example(reason="no account has the phone number id 106540352242922: connect this number, then "
                                  "replay this delivery")  # fmt: skip

    reason: _Reason


class Dismissal(RequestModel):
    """Why nothing has to be done about it."""

    model_config = example(note="A test delivery of our own")

    note: Note


class NewReplay(RequestModel):
    """From `since` up to but not with `until`. `tenant`: only its items. `dry_run`: say what would happen."""

    model_config = example(since="2026-11-25T00:00:00Z", until="2026-11-26T00:00:00Z", dry_run=True)

    since: AwareDatetime
    until: AwareDatetime
    tenant: UUID | None = None
    dry_run: bool = False


class TenantName(Resource):
    id: UUID
    slug: str = Field(examples=["dune-travel"])


class DeliveryItem(Resource):
    """One thing that a delivery said. `what` is a message's type, a status, a field. `batch` is one of intake's."""

    kind: Literal["message", "status", "field", "malformed"]
    what: str = Field(examples=["text"])
    wamid: str | None = Field(examples=["wamid.HBgMMjEyNjYxMDAwMDAxFQIAEhg"])
    phone: str | None = Field(examples=["212661000001"])
    outcome: Literal["applied", "quarantined"]
    applied_at: datetime
    batch: int = Field(examples=[48213])
    tenant: TenantName
    message_id: UUID | None
    conversation_id: UUID | None


class Delivery(Resource):
    """A webhook delivery of Meta's. `items` are the first ten; `set_aside` is how many are in the quarantine. `bytes`
    is for the operator alone."""

    id: int = Field(examples=[90210])
    received_at: datetime
    app: str = Field(examples=["main"])
    bytes: int | None
    waiting: bool
    set_aside: int
    item_count: int
    items: list[DeliveryItem]


class WholeDelivery(Delivery):
    """`content` is JSON as Meta sent it: a tenant reads what names its own numbers, the operator all."""

    headers: dict[str, Any]
    content: Any


class ExplainedAccount(Resource):
    display_phone_number: str = Field(examples=["212520000600"])
    name: str = Field(examples=["Atlas Store"])


class ExplainedMessage(Resource):
    id: UUID
    conversation_id: UUID
    wamid: str | None
    direction: Literal["inbound", "outbound"]
    type: str
    status: str
    at: datetime
    account: ExplainedAccount
    author: str | None
    author_kind: str


class Step(Resource):
    """Something that happened to the message. `at` is null for what has not happened yet, or whose time was not kept.

    `stage` says which of the others are told: *written* (by whom), *received* (which delivery), *applied* (which
    batch, and whether it was stored, a double, parked until its message is known), *quarantined* (why), *event*
    (number and type), *plugin* (which hook: handled, failed, pending), *media* (a file: fetching, tried again, stored,
    failed), *attempt* (the lane's number, Meta's answer), *status* (by Meta's clock)."""

    stage: Literal["written", "received", "applied", "quarantined", "event", "plugin", "media", "attempt", "status"]
    at: datetime | None
    outcome: str = Field(examples=["stored"])
    what: str = Field(examples=["message text"])
    detail: str | None
    delivery_id: int | None
    batch: int | None
    seq: int | None
    plugin: str | None
    hook: str | None
    attempt: int | None
    http_status: int | None
    quarantine_id: int | None


class Explanation(Resource):
    """`message` is null for what is not in the ledger: set aside, or a status of another program's message."""

    message: ExplainedMessage | None
    wamid: str | None
    steps: list[Step]


class TenantExplanation(Explanation):
    tenant: TenantName | None


class Explanations(Resource):
    items: list[TenantExplanation]


class Quarantined(Resource):
    """`item` is what it was called, `content` what it held; empty and null for a delivery that failed whole."""

    id: int = Field(examples=[17])
    delivery_id: int = Field(examples=[90210])
    item: str = Field(examples=["message wamid.HBgMMjEyNjYxMDAwMDAxFQIAEhg"])
    reason: str
    wamid: str | None
    phone: str | None
    content: Any
    created_at: datetime
    tenant: TenantName | None
    state: Literal["open", "replayed", "dismissed"]
    closed_at: datetime | None
    dismissed_by: str | None
    note: str | None


class Reason(Resource):
    reason: str
    count: int = Field(examples=[12])
    first_at: datetime
    last_at: datetime


class Reasons(Resource):
    items: list[Reason]


class Replay(Resource):
    """`stored` messages, `changed` ones, other events `told`; of a dry run, what would have been."""

    id: UUID
    since: datetime
    until: datetime
    tenant: TenantName | None
    dry_run: bool
    state: Literal["running", "done", "cancelled"]
    deliveries: int = Field(examples=[120])
    total: int = Field(examples=[5000])
    stored: int
    changed: int
    told: int
    set_aside: int
    asked_by: str
    created_at: datetime
    updated_at: datetime
    finished_at: datetime | None
