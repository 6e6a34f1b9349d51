"""Contacts whose attributes say what somebody searches for."""

from comptoir_sdk import Context, NotFound, SearchHit, SearchQuery

from plugins.contacts.models import Attribute

MOST = 10


async def find_attributes(ctx: Context, query: SearchQuery) -> list[SearchHit]:
    """Under the contact's name."""
    if query.conversation_id:
        return []
    rows = Attribute.filter(contact_id=query.contact_id) if query.contact_id else Attribute.all()
    found = await query.among(rows, "value").order_by("-updated_at").limit(MOST).values("key", "value", "contact_id")
    return [hit for attribute in found if (hit := await _hit(ctx, attribute)) is not None]


async def _hit(ctx: Context, attribute: dict[str, str]) -> SearchHit | None:
    try:
        contact = await ctx.contacts.get(attribute["contact_id"])  # type: ignore[arg-type]
    except NotFound:
        return None
    return SearchHit(f"{attribute['key']}: {attribute['value']}", contact.name, contact_id=contact.id, icon="contact")
