"""Many contacts at once: each is its own transaction, so that one that cannot be taken holds up no other."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from core.db.pool import Database
from core.errors import Conflict, Problem
from core.messaging.contacts import create_contact, delete_contact, update_contact
from core.whatsapp.phones import canonical

_OWNERS = "select value, contact_id from contact_identities where kind = 'phone' and value = any($1)"

Fields = Mapping[str, str | None]


class Upserted(NamedTuple):
    """What became of one: its resource, or why not."""

    contact: dict[str, Any] | None
    created: bool
    problem: Problem | None


async def upsert_contacts(db: Database, wanted: Sequence[Fields]) -> list[Upserted]:
    """In the order given. Each names its phone: whoever has it is changed by what else is given, else made."""
    async with db.tenant() as connection:
        rows = await connection.fetch(_OWNERS, [canonical(fields["phone"] or "") for fields in wanted])
    owners: dict[str, UUID] = {row["value"]: row["contact_id"] for row in rows}
    return [await _upsert(db, fields, owners) for fields in wanted]


async def _upsert(db: Database, fields: Fields, owners: dict[str, UUID]) -> Upserted:
    phone = canonical(fields["phone"] or "")
    try:
        if phone in owners:
            return Upserted(await _update(db, owners[phone], fields), False, None)
        made = await create_contact(db, fields)
        owners[phone] = UUID(made["id"])
        return Upserted(made, True, None)
    except Conflict as quicker:  # somebody made it since we looked
        if "contact_id" not in quicker.extra:
            return Upserted(None, False, quicker)
        return Upserted(await _update(db, UUID(quicker.extra["contact_id"]), fields), False, None)
    except Problem as problem:
        return Upserted(None, False, problem)


async def _update(db: Database, contact_id: UUID, fields: Fields) -> dict[str, Any]:
    return await update_contact(db, contact_id, {name: value for name, value in fields.items() if name != "phone"})


async def delete_contacts(db: Database, ids: Sequence[UUID]) -> AsyncIterator[tuple[UUID, Problem | None]]:
    """Each with its conversations, for good; why not, for those that could not be."""
    for contact_id in ids:
        try:
            await delete_contact(db, contact_id)
        except Problem as problem:
            yield contact_id, problem
        else:
            yield contact_id, None
