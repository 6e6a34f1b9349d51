"""Files, voices and links of a conversation and of a contact, as lists of the messages that carry them."""

from typing import Any
from uuid import UUID

from core.auth.access import Permitted
from core.http.operation import Api
from core.http.resources import Listing, MessageResource
from core.http.services import services
from core.http.text import Paging
from core.messaging.shelves import Shelf, files_of_contact, files_of_conversation

_READ = Permitted("conversations.read")


class ShelfQuery(Paging):
    """`shelf`: pictures and videos (`media`), `documents`, `links` in the words of messages, or `voice` and other
    sounds."""

    shelf: Shelf = "media"


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/conversations/<uuid:conversation_id>/files", _READ, "Files of a conversation", query=ShelfQuery,
               responses={200: Listing[MessageResource]}, tags=("Messages",))  # fmt: skip
    async def list_conversation_files(conversation_id: UUID, query: ShelfQuery) -> dict[str, Any]:
        """The messages that carry them, newest first. What its author took back is not among them."""
        found = await files_of_conversation(
            services().db, conversation_id, query.shelf, limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("GET", "/contacts/<uuid:contact_id>/files", _READ, "Files of a contact", query=ShelfQuery,
               responses={200: Listing[MessageResource]}, tags=("Messages",))  # fmt: skip
    async def list_contact_files(contact_id: UUID, query: ShelfQuery) -> dict[str, Any]:
        """Of every conversation with them that the caller sees, and what they sent in groups, newest first."""
        found = await files_of_contact(services().db, contact_id, query.shelf, limit=query.limit, cursor=query.cursor)
        return found.as_json()
