"""What a webhook delivery says, as typed values. Nothing Meta told is dropped: `raw` keeps each item whole.

Texts never hold U+0000 or lone surrogates, and JSON values nothing that `jsonb` refuses (see `body.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from comptoir_sdk.webhooks import Told

JsonObject: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ReportedError:
    """An error object inside a webhook. Meta writes `code` as number or text; None when it is neither."""

    code: int | None
    title: str
    details: str
    raw: Any


@dataclass(frozen=True, slots=True)
class Sender:
    """The customer, by every name Meta gave. At least one of phone and bsuid is set.

    `phone` is digits as told in `from` (pass it through `phones.canonical` to match); `wa_id` comes from
    the matched contact and may be another spelling of it.
    """

    phone: str | None
    bsuid: str | None
    parent_bsuid: str | None
    wa_id: str | None
    name: str
    username: str | None
    identity_key_hash: str | None


@dataclass(frozen=True, slots=True)
class Context:
    """What a message refers to. `quoted` is a wamid that may be unknown to us."""

    quoted: str | None
    forwarded: bool
    often_forwarded: bool
    product: JsonObject | None
    referral: JsonObject | None


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file kept by Meta: the id lives 7 days, a url 5 minutes. `sha256` is base64 as told."""

    media_id: str
    kind: str
    mime_type: str
    sha256: str | None
    filename: str | None
    caption: str | None
    voice: bool
    animated: bool
    url: str | None


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A customer's message. `type` is as Meta told it; an unknown type keeps its object in `content`.

    `body` is what a person would read: text, caption, button title, emoji, place, contact names; may be "".
    `at` is Meta's clock, or ours when theirs was unreadable (`timed_by_us`).
    """

    phone_number_id: str
    waba_id: str
    wamid: str
    sender: Sender
    at: datetime
    timed_by_us: bool
    type: str
    body: str
    content: JsonObject
    context: Context | None
    media: MediaRef | None
    errors: tuple[ReportedError, ...]
    is_ghost: bool
    group_id: str | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class AppMessage(InboundMessage):
    """A message that the number's WhatsApp Business app tells of: one written there, or one of the time before us.

    `sender` is the customer in both directions. `past`: told as history; `told_status` is then how far it had come.
    `automated`: written by Meta's own agent.
    """

    outbound: bool
    past: bool
    told_status: str | None
    automated: bool = False


@dataclass(frozen=True, slots=True)
class CallMessage(InboundMessage):
    """A call, as it stands in its thread: `wamid` is the call's id, `sender` the customer in both directions.

    `outcome`: begun, completed, missed, declined or unanswered. `lately_missed`: it was not known to be missed before.
    """

    outbound: bool
    outcome: str
    lately_missed: bool


@dataclass(frozen=True, slots=True)
class Correction:
    """The author changed a message, or took it back. `target` is its wamid, which may be unknown so far.

    `outbound`: the message was the business's own, written in its app.
    """

    phone_number_id: str
    waba_id: str
    wamid: str
    target: str
    kind: Literal["edit", "revoke"]
    outbound: bool
    at: datetime
    body: str
    content: JsonObject
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Moved:
    """A customer is reached by other names now. `customer` has the new ones, `left` (kind, value) those given up."""

    phone_number_id: str
    waba_id: str
    customer: Sender
    left: tuple[tuple[str, str], ...]
    at: datetime
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer wants to get: `category` is marketing_messages, `value` stop, resume or signup."""

    phone_number_id: str
    waba_id: str
    customer: Sender
    category: str
    value: str
    at: datetime
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class BookEntry:
    """A line of the address book of the number's phone. `name` is "" when it was removed."""

    phone_number_id: str
    waba_id: str
    customer: Sender
    name: str
    at: datetime
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Tiding:
    """Something to be told that moves no row of ours. `kind` is the type of its event; `told` what it says.

    `key`: what makes two of them the same; None when it is the whole of `value` (with its entry and field).
    `who`: the customer, where a thread is told as well.
    """

    kind: str
    field: str
    told: Told
    value: Any
    waba_id: str | None
    phone_number_id: str | None
    at: datetime | None
    key: tuple[str, ...] | None = None
    who: Sender | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """News of a message sent by this number, not always by us.

    `kind` is "message" except for payments; only then has `status` a rank. `participant` is the reader
    in a group, `callback_data` our own id echoed (`biz_opaque_callback_data`).
    """

    phone_number_id: str
    waba_id: str
    wamid: str
    status: str
    rank: int
    kind: str
    at: datetime
    timed_by_us: bool
    recipient_phone: str | None
    recipient_bsuid: str | None
    recipient_parent_bsuid: str | None
    group_id: str | None
    participant: str | None
    participant_phone: str | None
    callback_data: str | None
    pricing: JsonObject | None
    conversation: JsonObject | None
    errors: tuple[ReportedError, ...]
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class NumberNews:
    """Something about a number, or about every number of an account when neither id nor display number is told.

    `changes` are the account's columns that it settles; `at` is Meta's clock, None when it told no time.
    """

    field: str
    value: JsonObject
    waba_id: str | None
    phone_number_id: str | None
    display_phone_number: str | None
    at: datetime | None
    changes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unhandled:
    """Something understood as an envelope, whose meaning nobody here handles yet."""

    field: str
    value: Any
    waba_id: str | None
    phone_number_id: str | None
    reason: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Malformed:
    """Something that cannot be understood. `path` is where it stood: entry[0].changes[2].value.messages[1]."""

    path: str
    reason: str
    raw: Any
    waba_id: str | None = None
    phone_number_id: str | None = None


Item: TypeAlias = (
    InboundMessage | AppMessage | Correction | Moved | Wish | BookEntry | Tiding | StatusUpdate | NumberNews | Unhandled
    | Malformed
)  # fmt: skip
