"""Which earlier message a draft speaks of: quotes, reacts to, pins. It must stand in the same conversation."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.errors import Invalid, NotFound
from core.messaging.drafts import Draft

OLDEST_REACTED: Final = timedelta(days=30)
"""Source: Meta, "Reaction messages"; it fails an older one later, by a status with code 131009."""
_POINTING: Final = frozenset({"reaction", "pin"})

_BY_ID = "select wamid, type, at from messages where id = $1 and conversation_id = $2"
_BY_WAMID = "select wamid, type, at from messages where wamid = $1 and conversation_id = $2"


async def aimed(connection: Connection, draft: Draft, now: datetime) -> tuple[Draft, str | None]:
    """The draft with its target by Meta's name, and the wamid that it quotes or speaks of.

    Raises NotFound for a message of another conversation, Invalid where WhatsApp would not take it.
    """
    if draft.type not in _POINTING:
        return draft, await _quoted(connection, draft)
    if draft.reply_to is not None or draft.reply_to_wamid is not None:
        raise Invalid(f"A {draft.type} carries no quote: leave reply_to and context out.",
                      errors=[{"loc": ["reply_to"], "pointer": "#/reply_to", "msg": "does not go with this type"}])
    target = await _target(connection, draft)
    if draft.type == "reaction":
        _refuse_unreactable(target, now)
    content = {**draft.content, "message_id": target["wamid"]}
    return replace(draft, content=content), target["wamid"]


async def _quoted(connection: Connection, draft: Draft) -> str | None:
    if draft.reply_to is not None and draft.reply_to_wamid is not None:
        raise Invalid("The message quotes twice: give reply_to or context.message_id, not both.")
    if draft.reply_to is not None:
        row = await connection.fetchrow(_BY_ID, draft.reply_to, draft.conversation_id)
    elif draft.reply_to_wamid is not None:
        row = await connection.fetchrow(_BY_WAMID, draft.reply_to_wamid, draft.conversation_id)
    else:
        return None
    if row is None:
        raise NotFound("The message to reply to is not in this conversation.",
                       reply_to=str(draft.reply_to or draft.reply_to_wamid))
    if row["wamid"] is None:
        raise Invalid("WhatsApp has not accepted the quoted message yet: wait, or send without the quote.")
    return str(row["wamid"])


async def _target(connection: Connection, draft: Draft) -> Any:
    """By our id or by Meta's."""
    named = draft.content["message_id"]
    ours = _as_uuid(named)
    row = await connection.fetchrow(_BY_ID if ours else _BY_WAMID, ours or named, draft.conversation_id)
    if row is None:
        raise NotFound(f"The message that the {draft.type} is for is not in this conversation.", message_id=named)
    if row["wamid"] is None:
        raise Invalid(f"WhatsApp has not accepted that message yet: wait, then send the {draft.type}.")
    return row


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _refuse_unreactable(target: Any, now: datetime) -> None:
    pointed = {"loc": ["reaction", "message_id"], "pointer": "#/reaction/message_id"}
    if target["type"] == "reaction":
        words = "That message is itself a reaction, which WhatsApp cannot react to (131009): react to the message."
        raise Invalid(words, errors=[{**pointed, "msg": "is a reaction"}])
    if now - target["at"] > OLDEST_REACTED:
        raise Invalid("WhatsApp takes reactions to messages of the last 30 days (131009), and that one is older: "
                      "write an answer.", errors=[{**pointed, "msg": "is older than 30 days", "limit": 30}])
