"""The templates with which one may write to a conversation, as Meta last told of them, each with its price."""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.errors import NotFound
from core.messaging.clock import Clock, utc_now
from core.messaging.costs.rates import RateCard, rate_card
from core.messaging.page import by_words, page
from core.messaging.template_readings import ask_for_reading

_PLACE: Final = """
select v.account_id, v.last_inbound_at > $2::timestamptz - interval '24 hours' as open, v.kind, a.waba_id, c.phone,
    r.read_at
from conversations v
join accounts a on a.tenant_id = v.tenant_id and a.id = v.account_id
left join contacts c on c.tenant_id = v.tenant_id and c.id = v.contact_id
left join template_readings r on r.tenant_id = v.tenant_id and r.waba_id = a.waba_id
where v.id = $1
"""
_TEMPLATES: Final = """
select name, language, jsonb_build_object('name', name, 'language', language, 'category', category, 'named', named,
    'components', components) as resource
from known_templates
where waba_id = $1 and status = 'APPROVED'
    and ($3::text is null or (name, language) > ($3, $4))
order by name, language limit $2
"""


async def list_templates(
    db: Database, conversation_id: UUID, *, limit: int, cursor: str | None = None, clock: Clock = utc_now
) -> dict[str, Any]:
    """Approved ones, by name and language. When they were read long ago, they are read anew soon. Raises NotFound."""
    name, language = by_words(cursor)
    async with db.tenant_transaction() as connection:
        place = await place_of(connection, conversation_id, clock)
        found = page(await connection.fetch(_TEMPLATES, place["waba_id"], limit + 1, name, language), limit,
                     "name", "language")  # fmt: skip
        card = await rate_card(connection)
        await ask_for_reading(connection, place["account_id"], place["waba_id"], clock())
    items = [{**one, "price": _price(card, one["category"], place)} for one in found.items]
    return {"items": items, "next": found.next, "currency": card.currency if card else None,
            "read_at": place["read_at"]}


async def place_of(connection: Connection, conversation_id: UUID, clock: Clock = utc_now) -> Any:
    """The conversation's number and whom it is with. Raises NotFound, also for what the caller does not see."""
    place = await connection.fetchrow(_PLACE, conversation_id, clock())
    if place is None:
        raise NotFound("There is no such conversation.")
    return place


def _price(card: RateCard | None, category: str, place: Any) -> str | None:
    """Of one message to this person; None where the card does not say, or several are paid for at once."""
    if place["kind"] == "group" or card is None:
        return None
    if place["open"] and category == "UTILITY":
        return "0"
    price: Decimal | None = card.price(category.lower(), None, None, place["phone"] or "")
    return None if price is None else format(price, "f")
