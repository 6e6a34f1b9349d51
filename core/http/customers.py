"""What a number does about its customers at Meta: typing dots, blocks, links that begin a chat."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from core.auth.access import Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import ContactResource, Listing, ProblemDocument, Resource
from core.http.services import services
from core.http.text import Paging, RequestModel, Text, example
from core.messaging import blocking, typing
from core.messaging.numbers import links
from core.whatsapp.customers import LINK_MESSAGE_LIMIT

_SEND, _BLOCK, _MANAGE = Permitted("messages.send"), Permitted("contacts.write"), Permitted("accounts.manage")
_BLOCKED, _LINKS = "/accounts/<uuid:account_id>/blocked-contacts", "/accounts/<uuid:account_id>/links"


class BlockedContact(Resource):
    contact: ContactResource
    blocked_at: datetime


class ContactsToBlock(RequestModel):
    model_config = example(contact_ids=["0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"])

    contact_ids: list[UUID] = Field(min_length=1, max_length=blocking.MOST)


class BlockOutcome(Resource):
    """`blocked` as it is from now on; null with a `problem` where nothing changed."""

    contact_id: UUID
    blocked: bool | None
    problem: ProblemDocument | None


class BlockOutcomes(Resource):
    """In the order of the request."""

    items: list[BlockOutcome]


class LinkWords(RequestModel):
    model_config = example(message="Bonjour, je voudrais réserver un circuit.")

    message: Annotated[Text, Field(min_length=1, max_length=LINK_MESSAGE_LIMIT)]


class MessageLink(Resource):
    """`url` opens a chat with these words written. `qr_svg` shows it: of one link, not in the list. `qr_image_url` is
    Meta's picture, told once, when the link is made."""

    code: str = Field(examples=["ANED2T5QRU7HG1"])
    message: str = Field(examples=["Bonjour, je voudrais réserver un circuit."])
    url: str = Field(examples=["https://wa.me/message/ANED2T5QRU7HG1"])
    qr_image_url: str | None
    qr_svg: str | None


def register(api: Api) -> None:
    """Add the routes."""
    _typing(api)
    _blocking(api)
    _links(api)


def _typing(api: Api) -> None:
    @api.route("POST", "/conversations/<uuid:conversation_id>/typing", _SEND, "Show that somebody types",
               responses={204: None}, tags=("Messages",), idempotent=False, problems=[422])  # fmt: skip
    async def post_typing(conversation_id: UUID) -> None:
        """For 25 seconds, or until an answer. WhatsApp marks what the customer wrote as read with it. Only inside the
        24-hour window; ask again after twenty seconds, not sooner."""
        await typing.show_typing(services().numbers, caller().tenant_id, conversation_id)


def _blocking(api: Api) -> None:
    @api.route("GET", _BLOCKED, _BLOCK, "List blocked contacts", query=Paging, tags=("Contacts",),
               responses={200: Listing[BlockedContact]})  # fmt: skip
    async def list_blocked_contacts(account_id: UUID, query: Paging) -> dict[str, Any]:
        """Whom this number has blocked, the latest first."""
        desk, tenant_id = services().numbers, caller().tenant_id
        return (await blocking.list_blocked(desk, tenant_id, account_id, query.limit, query.cursor)).as_json()

    @api.route("POST", _BLOCKED, _BLOCK, "Block contacts", body=ContactsToBlock, limit="meta", tags=("Contacts",),
               responses={200: BlockOutcomes}, problems=[503])  # fmt: skip
    async def block_contacts(account_id: UUID, body: ContactsToBlock) -> dict[str, Any]:
        """WhatsApp delivers nothing of theirs to this number any more, and takes nothing for them. Only customers who
        wrote in the last 24 hours. Some may be blocked and others not: each has its outcome."""
        return await _changed(account_id, body.contact_ids, block=True)

    @api.route("DELETE", _BLOCKED, _BLOCK, "Unblock contacts", body=ContactsToBlock, limit="meta", tags=("Contacts",),
               responses={200: BlockOutcomes}, problems=[503])  # fmt: skip
    async def unblock_contacts(account_id: UUID, body: ContactsToBlock) -> dict[str, Any]:
        """What they wrote meanwhile does not come any more."""
        return await _changed(account_id, body.contact_ids, block=False)


async def _changed(account_id: UUID, contact_ids: list[UUID], *, block: bool) -> dict[str, Any]:
    wanted = list(dict.fromkeys(contact_ids))
    found = await blocking.change_blocked(services().numbers, caller().tenant_id, account_id, wanted, block=block)
    return {"items": [{"contact_id": str(one.contact_id), "blocked": one.blocked,
                       "problem": one.problem.as_json() if one.problem else None} for one in found]}  # fmt: skip


def _links(api: Api) -> None:
    @api.route("GET", _LINKS, _MANAGE, "List message links", limit="meta", tags=("Numbers",), problems=[409, 503],
               responses={200: Listing[MessageLink]})  # fmt: skip
    async def list_links(account_id: UUID) -> dict[str, Any]:
        """As WhatsApp has them now, all at once."""
        return {"items": await links.list_links(services().numbers, caller().tenant_id, account_id), "next": None}

    @api.route("GET", _LINKS + "/<code>", _MANAGE, "Show a message link", limit="meta", tags=("Numbers",),
               responses={200: MessageLink}, problems=[409, 503])  # fmt: skip
    async def get_link(account_id: UUID, code: str) -> dict[str, Any]:
        """With its QR code as an SVG, to be shown or printed."""
        return await links.link_of(services().numbers, caller().tenant_id, account_id, code)

    @api.route("POST", _LINKS, _MANAGE, "Make a message link", body=LinkWords, limit="meta", tags=("Numbers",),
               responses={201: MessageLink}, problems=[503])  # fmt: skip
    async def make_link(account_id: UUID, body: LinkWords) -> tuple[dict[str, Any], int]:
        """With a picture of its QR code. At most 2,000 for a number, 140 characters each."""
        return await links.make_link(services().numbers, caller().tenant_id, account_id, body.message), 201

    @api.route("PUT", _LINKS + "/<code>", _MANAGE, "Change a message link", body=LinkWords, limit="meta",
               tags=("Numbers",), responses={200: MessageLink}, problems=[503])  # fmt: skip
    async def put_link(account_id: UUID, code: str, body: LinkWords) -> dict[str, Any]:
        """The address and its code stay, the words change."""
        return await links.change_link(services().numbers, caller().tenant_id, account_id, code, body.message)

    @api.route("DELETE", _LINKS + "/<code>", _MANAGE, "Delete a message link", limit="meta", tags=("Numbers",),
               responses={204: None}, problems=[422, 503])  # fmt: skip
    async def delete_link(account_id: UUID, code: str) -> None:
        """For good: printed codes then open a chat without words."""
        await links.remove_link(services().numbers, caller().tenant_id, account_id, code)
