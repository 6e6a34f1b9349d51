"""Messages: a conversation's thread, sending, sending again."""

from typing import Any, Self
from uuid import UUID

from pydantic import Field, model_validator
from quart import Response, g, request

from core.auth.access import Permitted
from core.auth.principal import Principal
from core.errors import Invalid
from core.http.message_models import NewMessage
from core.http.operation import Api, written
from core.http.resources import MessageResource, Receipts, Stretch
from core.http.services import services
from core.http.text import Paging, Text
from core.messaging import messages
from core.messaging.gate import Author, Draft

_READ, _SEND = Permitted("conversations.read"), Permitted("messages.send")


class Place(Paging):
    """Where in the thread: at its end, before `cursor`, after `after` (`previous` of another page), or `around` a
    message, by our id or by WhatsApp's. One of them at most."""

    after: Text | None = Field(default=None, max_length=2000)
    around: Text | None = Field(default=None, max_length=200)

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if sum(place is not None for place in (self.cursor, self.after, self.around)) > 1:
            raise ValueError("takes one of cursor, after and around")
        return self


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/conversations/<uuid:conversation_id>/messages", _READ, "List messages", query=Place,
               responses={200: Stretch}, tags=("Messages",))  # fmt: skip
    async def list_messages(conversation_id: UUID, query: Place) -> Response:
        """Newest first."""
        db, limit = services().db, query.limit
        if query.around is not None:
            found = await messages.messages_around(db, conversation_id, query.around, limit=limit)
        elif query.after is not None:
            found = await messages.newer_messages(db, conversation_id, limit=limit, after=query.after)
        else:
            found = await messages.list_messages(db, conversation_id, limit=limit, cursor=query.cursor)
        return written(found.body)

    @api.route("POST", "/conversations/<uuid:conversation_id>/messages", _SEND, "Send a message", body=NewMessage,
               responses={202: MessageResource, 200: MessageResource}, limit="send", idempotent="own",
               tags=("Messages",))  # fmt: skip
    async def send_message(conversation_id: UUID, body: NewMessage) -> tuple[dict[str, Any], int]:
        """Text, files by id or link, places, contact cards, reactions, templates, interactive messages.

        202: accepted, and durable. 200: this id was accepted before. 409: other content under this id, or newer
        messages that the sender has not seen. 422: WhatsApp would refuse it (`errors` point at the members and name
        WhatsApp's own limits), the 24-hour window is closed, or a plugin refused."""
        told = body.root
        draft = Draft(
            conversation_id, id=told.id or _idempotency_key(), type=told.type, content=told.content,
            reply_to=told.reply_to, reply_to_wamid=told.context.message_id if told.context else None,
            last_seen=told.last_seen, confirm=told.confirm, identity_key_hash=told.recipient_identity_key_hash,
            bulk=told.bulk,
        )  # fmt: skip
        submitted = await services().submit(draft, author_of(g.principal))
        return submitted.message, 202 if submitted.created else 200

    @api.route("GET", "/messages/<uuid:message_id>", _READ, "One message", responses={200: MessageResource})
    async def get_message(message_id: UUID) -> dict[str, Any]:
        """How far a sent message has come."""
        return await messages.get_message(services().db, message_id)

    @api.route("GET", "/messages/<uuid:message_id>/receipts", _READ, "Whom of a group a message has reached",
               responses={200: Receipts}, tags=("Messages",))  # fmt: skip
    async def get_receipts(message_id: UUID) -> dict[str, Any]:
        """Each of the group's people, and when. Empty for a message to one person: the message itself says it."""
        return {"items": await messages.receipts_of(services().db, message_id)}

    @api.route("POST", "/messages/<uuid:message_id>/retry", _SEND, "Send a failed message again",
               responses={202: MessageResource}, limit="send")  # fmt: skip
    async def retry_message(message_id: UUID) -> tuple[dict[str, Any], int]:
        """A person's decision, for a message that failed or whose fate is uncertain. 409 for any other."""
        return await services().retry(message_id, author_of(g.principal)), 202


def author_of(principal: Principal) -> Author:
    """The principal as the author of a message."""
    return Author("agent", principal.user_id) if principal.user_id else Author("api")


def _idempotency_key() -> UUID | None:
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    try:
        return UUID(given.strip('"'))
    except ValueError:
        raise Invalid("Idempotency-Key must be a UUID: make a new one for each message.",
                      errors=[{"loc": ["Idempotency-Key"], "msg": "not a UUID"}]) from None  # fmt: skip
