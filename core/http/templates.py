"""Templates: chosen in a conversation, read anew from Meta."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import Field

from core.auth.access import Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Resource
from core.http.services import services
from core.http.text import Paging
from core.messaging.numbers.templates import read_templates
from core.messaging.template_list import list_templates, place_of

_SEND: Final = Permitted("messages.send")
_BODY: Final = {"type": "BODY", "text": "Bonjour {{1}}, votre commande {{2}} est partie."}


class TemplateResource(Resource):
    """As Meta has it: `components` are Meta's own, `named` says that variables have names instead of numbers. `price`
    is of one message to this person by the organisation's rate card, null where it does not say."""

    name: str = Field(examples=["order_shipped"])
    language: str = Field(examples=["fr"])
    category: str = Field(examples=["UTILITY"])
    named: bool
    components: list[dict[str, Any]] = Field(examples=[[_BODY]])
    price: str | None = Field(examples=["0.0485"])


class TemplateList(Resource):
    """By name and language. `read_at`: when Meta was last asked, null when never."""

    items: list[TemplateResource]
    next: str | None
    currency: str | None = Field(examples=["EUR"])
    read_at: datetime | None


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/conversations/<uuid:conversation_id>/templates", _SEND, "Templates for a conversation",
               query=Paging, responses={200: TemplateList})  # fmt: skip
    async def get_templates(conversation_id: UUID, query: Paging) -> dict[str, Any]:
        """The approved ones of its number, without those for login codes. They are sent as messages of the type
        `template`, which is what WhatsApp takes once the 24-hour window is closed."""
        return await list_templates(services().db, conversation_id, limit=query.limit, cursor=query.cursor)

    @api.route("POST", "/conversations/<uuid:conversation_id>/template-readings", _SEND, "Read the templates anew",
               responses={204: None}, limit="meta", problems=(409, 503))  # fmt: skip
    async def post_template_reading(conversation_id: UUID) -> None:
        """Asks Meta now. It happens by itself when Meta tells that a template changed, and when one is chosen or sent
        after a quarter of an hour."""
        async with services().db.tenant() as connection:
            place = await place_of(connection, conversation_id)
        await read_templates(services().numbers, caller().tenant_id, place["account_id"])
