"""Who may hear what. An event that nobody listed is shown to nobody: forgetting must not leak."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal
from uuid import UUID

from core.auth.principal import Principal
from core.db.pool import Database
from core.events.log import Event
from core.messaging.sight import seen_among

_NEEDED: Final = {"message": "conversations.read", "conversation": "conversations.read", "tag": "conversations.read",
                  "account": "conversations.read", "contact": "contacts.read", "contacts": "contacts.read",
                  "webhook": "settings.manage", "audit": "audit.read", "export": "data.export"}  # fmt: skip
_FOR_ALL: Final = frozenset({"member", "team", "tenant"})
"""Nouns that every member may hear of."""
_OF_CONVERSATIONS: Final = frozenset({"message", "conversation"})
_UNFILTERED: Final = frozenset({"webhook"})
"""Raw words of Meta's, which tell of any conversation: only for those who see all of them."""

Verdict = Literal["tell", "hide", "nothing"]
Seen = frozenset[UUID] | None
"""The conversations, among those asked about, that the caller sees; None: all."""


def may_hear(principal: Principal, event_type: str) -> bool:
    """By the noun before the dot of the event's type."""
    noun = event_type.partition(".")[0]
    if noun in _UNFILTERED and principal.sees != "all":
        return False
    return noun in _FOR_ALL or (noun in _NEEDED and principal.may(_NEEDED[noun]))


async def seen_now(db: Database, principal: Principal, ids: Iterable[UUID | None]) -> Seen:
    """Which of these conversations the caller sees at this moment, whose scope this runs in."""
    if principal.sees == "all":
        return None
    asked = list({one for one in ids if one is not None})
    if not asked:
        return frozenset()
    async with db.tenant() as connection:
        return frozenset(await seen_among(connection, asked))


def verdict(principal: Principal, event: Event, seen: Seen) -> Verdict:
    """What becomes of the event on this caller's screen: `hide` when it took a conversation out of their sight."""
    if not may_hear(principal, event.type):
        return "nothing"
    if seen is None or event.type.partition(".")[0] not in _OF_CONVERSATIONS or event.conversation_id in seen:
        return "tell"
    return "hide" if _was_seen(principal, event) else "nothing"


def _was_seen(principal: Principal, event: Event) -> bool:
    """Whether the caller saw the conversation until this event gave it to another member or team."""
    if event.type not in ("conversation.assigned", "conversation.moved"):
        return False
    conversation, previous = event.data.get("conversation") or {}, event.data.get("previous")
    of_member = previous if event.type == "conversation.assigned" else _id(conversation.get("assignee"))
    of_team = previous if event.type == "conversation.moved" else _id(conversation.get("team"))
    return of_member == str(principal.user_id) or of_team in {str(team) for team in principal.teams}


def _id(holder: Mapping[str, Any] | None) -> str | None:
    return holder["id"] if holder else None
