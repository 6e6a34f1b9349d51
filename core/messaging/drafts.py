"""What somebody wants to send, before anything of it is stored."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import UUID

from core.errors import Invalid
from core.whatsapp.outbound import Fault, InvalidPayload, kept, read_content, unkept, words_of


@dataclass(frozen=True, slots=True)
class Author:
    """Who sends. `id` is the member's; None for API keys and automations."""

    kind: Literal["agent", "api", "automation"]
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants to send. `id` is made by the client and is the idempotency key.

    `content` is Meta's object of the type; a text may be given as `body` alone. `reply_to` quotes one of our messages,
    `reply_to_wamid` the same by Meta's name. `last_seen` is the newest message the author has seen: its id, or the seq
    of the event that told of it. `bulk` messages wait behind everybody's replies.
    """

    conversation_id: UUID
    body: str = ""
    id: UUID | None = None
    type: str = "text"
    reply_to: UUID | None = None
    last_seen: UUID | int | None = None
    confirm: bool = False
    content: Any = None
    reply_to_wamid: str | None = None
    identity_key_hash: str | None = None
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class Outbound:
    """What filters see before a message is accepted. A filter may return it with another `body`, or `content`."""

    tenant_id: UUID
    message_id: UUID
    conversation_id: UUID
    account_id: UUID
    contact_id: UUID | None
    phone: str | None
    bsuid: str | None
    type: str
    body: str
    author: Author
    content: Mapping[str, Any]
    """As the ledger keeps it."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """`message` is the resource the API shows; `created` is False when this id had been accepted before."""

    message: dict[str, Any]
    created: bool


def checked(draft: Draft) -> Draft:
    """With its content as the ledger keeps it and the words a person reads of it. Raises Invalid, naming the member,
    Meta's limit, and what to do."""
    told = {"body": draft.body} if draft.content is None and draft.type == "text" else draft.content
    body, content = read(draft.type, told)
    return replace(draft, body=body, content=content)


def read(type: str, told: Any) -> tuple[str, dict[str, Any]]:
    """(words, content as the ledger keeps it) of Meta's object. Raises Invalid."""
    try:
        content = read_content(type, told)
    except InvalidPayload as error:
        raise refusal(error.faults) from None
    return words_of(type, content), kept(content)


def refusal(faults: Sequence[Fault]) -> Invalid:
    """What is wrong with a message, as the API tells of it. `limit` and `length` are of the first that has any."""
    limit = next((fault.limit for fault in faults if fault.limit is not None), None)
    return Invalid(f"Correct the message and send it again: {faults[0]}.", errors=[fault.as_json() for fault in faults],
                   **({} if limit is None else {"limit": limit}))  # fmt: skip


def reread(type: str, content: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The same of what the ledger keeps."""
    return read(type, unkept(type, content))


def request_hash(draft: Draft) -> bytes:
    """Two requests under one id are the same exactly when these are. `draft` is checked."""
    told: list[Any] = [str(draft.conversation_id), draft.type, draft.body, str(draft.reply_to)]
    if draft.type != "text" or not draft.content["preview_url"] or draft.reply_to_wamid or draft.identity_key_hash:
        told += [draft.content, draft.reply_to_wamid, draft.identity_key_hash]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
