"""The messages of a conversation, or of all conversations with a contact, that carry files, voices or links."""

from typing import Final, Literal, TypeAlias
from uuid import UUID

from core.db.pool import Database
from core.errors import NotFound
from core.messaging.page import Page, by_time, page

Shelf: TypeAlias = Literal["media", "documents", "links", "voice"]

# As the partial indexes of 33_thread.sql say it, so that they are found by it.
_ON: Final[dict[Shelf, str]] = {
    "media": "m.type in ('image', 'video')",
    "documents": "m.type = 'document'",
    "links": "m.body ~* 'https?://'",
    "voice": "m.type = 'audio'",
}
_OF_CONVERSATION: Final = """
select r.id, r.at, r.resource from (
    select m.tenant_id, m.id from messages m where m.conversation_id = $1 and {on} and m.revoked_at is null {before}
    order by m.at desc, m.id desc limit $2) found
join message_resources r on r.tenant_id = found.tenant_id and r.id = found.id order by r.at desc, r.id desc
"""
# A contact has a conversation with each number they wrote to: the newest of each, and of these the newest. What they
# wrote in groups is found by the index of participants.
_OF_CONTACT: Final = """
select r.id, r.at, r.resource from (
    select m.* from conversations v cross join lateral (
        select m.tenant_id, m.id, m.at from messages m where m.conversation_id = v.id and {on}
            and m.revoked_at is null {before} order by m.at desc, m.id desc limit $2) m
    where v.contact_id = $1
    union all (
        select m.tenant_id, m.id, m.at from messages m join conversations v on v.id = m.conversation_id
        where m.contact_id = $1 and m.in_group and {on} and m.revoked_at is null {before}
        order by m.at desc, m.id desc limit $2)
    order by at desc, id desc limit $2) found
join message_resources r on r.tenant_id = found.tenant_id and r.id = found.id order by r.at desc, r.id desc
"""
_BEFORE: Final = "and (m.at, m.id) < ($3, $4)"


async def files_of_conversation(
    db: Database, conversation_id: UUID, shelf: Shelf, *, limit: int, cursor: str | None = None
) -> Page:
    """Newest first. Raises NotFound, also for another tenant's conversation and one that the viewer does not see."""
    return await _list(db, "conversation", conversation_id, _OF_CONVERSATION, shelf, limit, cursor)


async def files_of_contact(
    db: Database, contact_id: UUID, shelf: Shelf, *, limit: int, cursor: str | None = None
) -> Page:
    """Of the conversations with them, and what they sent in groups, as far as the viewer sees them. Raises NotFound."""
    return await _list(db, "contact", contact_id, _OF_CONTACT, shelf, limit, cursor)


async def _list(
    db: Database, noun: Literal["conversation", "contact"], owner: UUID, query: str, shelf: Shelf, limit: int,
    cursor: str | None,
) -> Page:  # fmt: skip
    moment, identifier = by_time(cursor)
    asked = query.format(on=_ON[shelf], before="" if moment is None else _BEFORE)
    keys = () if moment is None else (moment, identifier)
    async with db.tenant() as connection:
        if not await connection.fetchval(f"select true from {noun}s where id = $1", owner):  # noqa: S608 - two nouns
            raise NotFound(f"There is no such {noun}.")
        rows = await connection.fetch(asked, owner, limit + 1, *keys)
    return page(rows, limit, "at", "id")
