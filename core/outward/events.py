"""Which events may leave, who may let them out, and what is sent of one: never of whom the tenant has erased."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.events.log import Event

VERSION: Final = 1
"""Of the body. Members may be added to it within a version; none changes its meaning or goes."""
TEST: Final = "webhook.test"


@dataclass(frozen=True, slots=True)
class EventType:
    """`needs` is the permission without which nobody may have these events sent."""

    needs: str
    told: str


_TALK, _PEOPLE, _NUMBERS = "conversations.read", "contacts.read", "accounts.manage"

TYPES: Final[Mapping[str, EventType]] = {
    "message.received": EventType(_TALK, "A customer wrote, or called in vain."),
    "message.queued": EventType(_TALK, "A message was accepted to be sent."),
    "message.status": EventType(_TALK, "A sent message came further: accepted, sent, delivered, read, played, failed."),
    "message.updated": EventType(_TALK, "A message changed: edited, taken back, its file arrived, a reaction."),
    "message.echoed": EventType(_TALK, "Somebody answered from the phone itself."),
    "message.noted": EventType(_TALK, "WhatsApp told something in the thread that nobody wrote, such as a call."),
    "conversation.opened": EventType(_TALK, "A conversation began, or was opened again."),
    "conversation.updated": EventType(_TALK, "Anything about a conversation changed."),
    "conversation.assigned": EventType(_TALK, "A conversation was given to a member, or to nobody."),
    "conversation.moved": EventType(_TALK, "A conversation was given to a team, or to none."),
    "conversation.closed": EventType(_TALK, "A conversation was closed."),
    "contact.saved": EventType(_PEOPLE, "A contact is new or changed."),
    "contact.deleted": EventType(_PEOPLE, "A contact was deleted: delete what you hold of it too."),
    "contact.identity_changed": EventType(_PEOPLE, "A contact has another phone or WhatsApp id."),
    "contact.preference": EventType(_PEOPLE, "A contact wants, or no longer wants, marketing."),
    "contacts.merged": EventType(_PEOPLE, "Two contacts were one person: the second is gone."),
    "account.connected": EventType(_NUMBERS, "A number was connected."),
    "account.updated": EventType(_NUMBERS, "A number changed."),
    "account.removed": EventType(_NUMBERS, "A number was removed."),
    "account.stopped": EventType(_NUMBERS, "WhatsApp takes nothing of a number for now."),
    "account.token_dead": EventType(_NUMBERS, "A number's access token no longer works."),
    "template.status": EventType(_NUMBERS, "WhatsApp approved, rejected or paused a template."),
    "template.updated": EventType(_NUMBERS, "A template's quality, category or words changed."),
}
"""What is not here stays in the house: raw words of Meta's, the audit log, exports, who the members are, and what Meta
tells of customers without saying which contact of ours they are, for that could not be kept back once they are erased.
"""

_STANDING: Final = """
select exists (select from conversations where tenant_id = $1 and id = $2) as conversation,
    (select r.resource from message_resources r where r.tenant_id = $1 and r.id = $3) as message,
    array(select id from messages where tenant_id = $1 and id = any($4) and revoked_at is null) as readable,
    array(select id from contacts where tenant_id = $1 and id = any($5)) as contacts
"""


def body_of(event: Event, data: Mapping[str, Any]) -> bytes:
    """What is signed and sent: the event as the WebSocket tells it."""
    return encode({"version": VERSION, "id": event.id, "seq": event.seq, "type": event.type,
                   "at": event.at.isoformat(), "data": data})


def encode(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode()


async def data_of(connection: Connection, event: Event) -> dict[str, Any] | None:
    """The event's data as it may still be told, by the system role. None: whom or what it tells of is gone.

    The log forgets the erased by a job of its own, and keeps what the living took back: a webhook may be late by days,
    and a replay by months.
    """
    noun, data = event.type.partition(".")[0], dict(event.data)
    if event.type == "contact.deleted" or noun not in ("message", "conversation", "contact", "contacts"):
        return data
    message_id = _id(data.get("message")) if noun == "message" else None
    previews = [one for one in (_id(_last(data)),) if one is not None]
    row = await connection.fetchrow(_STANDING, event.tenant_id, event.conversation_id, message_id, previews,
                                    list(_contacts(data)))  # fmt: skip
    contacts = set(row["contacts"])
    if not _stands(noun, data, row, contacts):
        return None
    if row["message"] is not None and row["message"]["revoked_at"] and "body" in data["message"]:
        data["message"] = row["message"]
    return _without(data, contacts, set(row["readable"]))


def _stands(noun: str, data: Mapping[str, Any], row: Any, contacts: set[UUID]) -> bool:
    if noun == "message":
        return row["message"] is not None
    if noun == "conversation":
        return bool(row["conversation"])
    return _id(data.get("contact") or data.get("kept")) in contacts


def _contacts(data: Mapping[str, Any]) -> Iterator[UUID]:
    """Everybody whom the event describes."""
    conversation, message = data.get("conversation") or {}, data.get("message") or {}
    people = [data.get("contact"), data.get("kept"), conversation.get("contact"), message.get("participant"),
              *_participants(conversation)]  # fmt: skip
    yield from (found for one in people if (found := _id(one)) is not None)


def _without(data: dict[str, Any], contacts: set[UUID], readable: set[UUID]) -> dict[str, Any]:
    """The event without those who were erased since, and without the preview of words that are gone."""
    message = data.get("message") or {}
    if message.get("participant") and _id(message["participant"]) not in contacts:
        data = {**data, "message": {**message, "participant": None}}
    if not (conversation := data.get("conversation")):
        return data
    changed = dict(conversation)
    if changed.get("contact") and _id(changed["contact"]) not in contacts:
        changed["contact"] = None
    if changed.get("group"):
        kept = [one for one in _participants(conversation) if _id(one) in contacts]
        changed["group"] = {**changed["group"], "participants": kept}
    if changed.get("last_message") and _id(changed["last_message"]) not in readable:
        changed["last_message"] = None
    return {**data, "conversation": changed}


def _participants(conversation: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (conversation.get("group") or {}).get("participants") or ()


def _last(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    last: Mapping[str, Any] | None = (data.get("conversation") or {}).get("last_message")
    return last


def _id(holder: Mapping[str, Any] | None) -> UUID | None:
    return UUID(str(holder["id"])) if holder and holder.get("id") else None
