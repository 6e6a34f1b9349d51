"""Contacts as the API and plugins see and change them. Every change tells its event in the same transaction."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.events import outbox
from core.messaging import sight
from core.messaging.forgetting import forget_person
from core.messaging.page import Page, by_name, encode
from core.messaging.turn import take_turn
from core.whatsapp.phones import canonical, is_phone

LAST = "\U0010ffff"
"""After every text that begins as another."""
_RESOURCE = "select resource from contact_resources where id = $1"
_LOCK = "select name, phone, locale from contacts where id = $1 for update"
_CONVERSATIONS = "select id from conversations where contact_id = $1"
_GROUPS = """select p.conversation_id as id from group_participants p
join conversations v on v.id = p.conversation_id where p.contact_id = $1"""

# What they wrote in groups, and when they read there, is theirs too.
_FORGET_RECEIPTS = """delete from message_receipts
where participant = any(select value from contact_identities where contact_id = $1)"""
_FORGET_WORDS = "delete from messages where contact_id = $1 and in_group returning wamid"
# A wamid spells the phone it came from. What colleagues said of the message stays, without saying of which.
_FORGET_QUOTES = """update messages set context_wamid = null, content = content - 'message_id', version = version + 1
where conversation_id = any($1) and (context_wamid = any($2) or content ->> 'message_id' = any($2))"""
_FORGET_REACTIONS = """delete from messages
where conversation_id = any($1) and type = 'reaction' and context_wamid = any($2)"""
_FORGET_JOBS = """delete from jobs where plugin = 'core' and name = 'read_receipt'
and (args ->> 'wamid' = any($2) or args ->> 'conversation_id' = any($1::uuid[]::text[]))"""
_WITHOUT = """update conversations v set updated_at = now(), version = v.version + 1,
    last_message_id = (select m.id from messages m where m.tenant_id = v.tenant_id and m.conversation_id = v.id
        order by m.at desc, m.id desc limit 1),
    (last_inbound_wamid, last_inbound_at) = (select case when m.type <> 'call' then m.wamid end, m.at
        from messages m where m.tenant_id = v.tenant_id and m.conversation_id = v.id and m.direction = 'inbound'
        order by m.at desc, m.id desc limit 1),
    unread_count = least(v.unread_count, (select count(*) from messages m where m.tenant_id = v.tenant_id
        and m.conversation_id = v.id and m.direction = 'inbound' and m.at > coalesce(v.read_up_to, '-infinity')))
where v.id = any($1) returning v.id"""
_RESOURCES = "select id, resource from contact_resources where id = any($1)"

# Ids only, by the system role: lower() is not leakproof, so under row-level security the index on it would not be used
# (a scan of every contact). What is shown of them is then read under row-level security like anything else.
_PAGE_BY_NAME = """
select id, lower(display_name) as sort from contacts
where tenant_id = $1 and ($2::text is null or (lower(display_name), id) > ($2, $3::uuid))
order by lower(display_name), id limit $4
"""
_NAMES_LIKE = """
select id, lower(display_name) as sort from contacts
where tenant_id = $1 and lower(display_name) >= $5 and lower(display_name) < $6
    and ($2::text is null or (lower(display_name), id) > ($2, $3::uuid))
order by lower(display_name), id limit $4
"""
_PHONES_LIKE = """
select c.id, lower(c.display_name) as sort from contact_identities i
join contacts c on c.tenant_id = i.tenant_id and c.id = i.contact_id
where i.tenant_id = $1 and i.kind = 'phone' and i.value >= $5 and i.value < $6
    and ($2::text is null or (lower(c.display_name), c.id) > ($2, $3::uuid))
order by lower(c.display_name), c.id limit $4
"""

_NAME_BEGINS = """exists (select from contacts c where c.tenant_id = v.tenant_id and c.id = v.contact_id
    and lower(c.display_name) >= {} and lower(c.display_name) < {})"""
_PHONE_BEGINS = """exists (select from contact_identities i where i.tenant_id = v.tenant_id
    and i.contact_id = v.contact_id and i.kind = 'phone' and i.value >= {} and i.value < {})"""


async def list_contacts(db: Database, *, limit: int, cursor: str | None = None, q: str | None = None) -> Page:
    """Contacts by name. `q` is the beginning of a name or, when it is all digits, of a phone number."""
    name, identifier = by_name(cursor)
    async with db.system.acquire() as connection:
        found = await _keys(connection, q, name, identifier, limit + 1)
    async with db.tenant() as connection:
        rows = await connection.fetch(_RESOURCES, [row["id"] for row in found[:limit]])
    shown = {row["id"]: row["resource"] for row in rows}
    last = found[limit - 1] if len(found) > limit else None
    items = [shown[row["id"]] for row in found[:limit] if row["id"] in shown]
    return Page(items, encode(last["sort"], last["id"]) if last else None)


async def ids_matching(db: Database, q: str, limit: int) -> list[UUID]:
    """The contacts that `q` finds, at most `limit`."""
    async with db.system.acquire() as connection:
        return [row["id"] for row in await _keys(connection, q, None, None, limit)]


def beginnings(q: str) -> tuple[str, list[Any]]:
    """What `q` demands of the contact of `conversations v`: a condition with {} for each of its values."""
    beginning = q.strip().lower()
    if digits := _beginning_of_phone(beginning):
        return _PHONE_BEGINS, [digits, digits + LAST]
    return _NAME_BEGINS, [beginning, beginning + LAST]


async def get_contact(db: Database, contact_id: UUID) -> dict[str, Any]:
    """One contact. Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        return await _resource(connection, contact_id)


async def create_contact(db: Database, fields: Mapping[str, str | None]) -> dict[str, Any]:
    """Make a contact from name, phone, locale. Raises Conflict when the phone has a contact already."""
    if not fields.get("name") and not fields.get("phone"):
        raise Invalid("Give a name or a phone number.", errors=[{"loc": ["name"], "msg": "name or phone is needed"}])
    async with db.tenant_transaction() as connection:
        contact_id: UUID = await connection.fetchval(
            "insert into contacts (tenant_id, name, locale) values ($1, $2, $3) returning id",
            require_tenant(), fields.get("name"), fields.get("locale"),
        )  # fmt: skip
        if phone := fields.get("phone"):
            await _set_phone(connection, contact_id, phone)
        given = [name for name, value in fields.items() if value is not None]
        return await _tell_saved(connection, contact_id, "contact.created", given)


async def update_contact(db: Database, contact_id: UUID, fields: Mapping[str, str | None]) -> dict[str, Any]:
    """Change name, phone or locale; None clears. Raises NotFound, Conflict or Invalid."""
    async with db.tenant_transaction() as connection:
        before = await connection.fetchrow(_LOCK, contact_id)
        if before is None:
            raise NotFound("There is no such contact.")
        changed = {name: value for name, value in fields.items() if value != before[name]}
        if "phone" in changed and changed["phone"] and _digits(changed["phone"]) == before["phone"]:
            del changed["phone"]
        if not changed:
            return await _resource(connection, contact_id)
        await _update(connection, contact_id, {**dict(before), **changed}, changed)
        return await _tell_saved(connection, contact_id, "contact.updated", list(changed))


async def delete_contact(db: Database, contact_id: UUID) -> None:
    """Remove a contact with its conversations and their messages, and what it wrote in groups, for good.

    Raises NotFound, or Forbidden when some of its conversations are out of the viewer's sight.
    """
    async with db.tenant_transaction() as connection:
        # What intake writes of them meanwhile must not outlive them: nothing else would ever find it again.
        await take_turn(connection, [require_tenant()])
        conversations, groups = await _conversations_in_sight(connection, contact_id)
        await _forget_words(connection, contact_id, conversations, groups)
        if await connection.fetchval("delete from contacts where id = $1 returning id", contact_id) is None:
            raise NotFound("There is no such contact.")
        gone = {"id": str(contact_id), "conversations": [str(one) for one in conversations],
                "groups": [str(one) for one in groups]}  # fmt: skip
        await _tell_groups(connection, groups)
        await outbox.append(connection, require_tenant(), "contact.deleted", gone)
        await forget_person(connection, require_tenant(), contact_id, conversations, groups)
        await audit.record(connection, "contact.deleted", "contact", contact_id,
                           {"conversations": [len(conversations), 0]})  # fmt: skip


async def _forget_words(
    connection: Connection, contact_id: UUID, conversations: list[UUID], groups: list[UUID]
) -> None:
    await connection.execute(_FORGET_RECEIPTS, contact_id)
    wamids = [row["wamid"] for row in await connection.fetch(_FORGET_WORDS, contact_id) if row["wamid"]]
    await connection.execute(_FORGET_JOBS, conversations, wamids)
    if wamids:
        await connection.execute(_FORGET_REACTIONS, groups, wamids)
        await connection.execute(_FORGET_QUOTES, groups, wamids)


async def _conversations_in_sight(connection: Connection, contact_id: UUID) -> tuple[list[UUID], list[UUID]]:
    """Those with this contact alone, and the groups it was seen in."""
    seen = [await _ids(connection, query, contact_id) for query in (_CONVERSATIONS, _GROUPS)]
    if sight.is_limited():
        await sight.lift(connection)
        if seen != [await _ids(connection, query, contact_id) for query in (_CONVERSATIONS, _GROUPS)]:
            raise Forbidden("Colleagues talk with this contact in conversations that you do not see: ask one of them.")
    return seen[0], seen[1]


async def _ids(connection: Connection, query: str, contact_id: UUID) -> list[UUID]:
    return sorted(row["id"] for row in await connection.fetch(query, contact_id))


async def _tell_groups(connection: Connection, groups: list[UUID]) -> None:
    for row in await connection.fetch(_WITHOUT, groups) if groups else []:
        resource = await connection.fetchval("select resource from conversation_resources where id = $1", row["id"])
        await outbox.append(connection, require_tenant(), "conversation.updated", {"conversation": resource}, row["id"])


async def _keys(connection: Connection, q: str | None, name: str | None, after: UUID | None, limit: int) -> list[Any]:
    beginning = (q or "").strip().lower()
    place = (require_tenant(), name, after, limit)
    rows: list[Any]
    if not beginning:
        rows = await connection.fetch(_PAGE_BY_NAME, *place)
    elif digits := _beginning_of_phone(beginning):
        rows = await connection.fetch(_PHONES_LIKE, *place, digits, digits + LAST)
    else:
        rows = await connection.fetch(_NAMES_LIKE, *place, beginning, beginning + LAST)
    return rows


def _beginning_of_phone(text: str) -> str:
    digits = "".join(letter for letter in text.removeprefix("+").removeprefix("00") if letter not in " -.()")
    return digits if digits.isascii() and digits.isdecimal() else ""


async def _resource(connection: Connection, contact_id: UUID) -> dict[str, Any]:
    resource: dict[str, Any] | None = await connection.fetchval(_RESOURCE, contact_id)
    if resource is None:
        raise NotFound("There is no such contact.")
    return resource


async def _update(
    connection: Connection, contact_id: UUID, values: Mapping[str, str | None], changed: Mapping[str, str | None]
) -> None:
    # A name that a colleague writes is theirs: the phone's address book changes it no more.
    await connection.execute(
        "update contacts set name = $2, locale = $3, updated_at = now(), version = version + 1, "
        "told_at = case when name is distinct from $2 then told_at - 'name' else told_at end where id = $1",
        contact_id, values["name"], values["locale"],
    )  # fmt: skip
    if "phone" in changed:
        await connection.execute("delete from contact_identities where contact_id = $1 and kind = 'phone'", contact_id)
        await _set_phone(connection, contact_id, changed["phone"])


async def _set_phone(connection: Connection, contact_id: UUID, phone: str | None) -> None:
    await connection.execute("update contacts set phone = $2 where id = $1", contact_id, phone and _digits(phone))
    if phone is None:
        return
    owner = await connection.fetchval(
        "insert into contact_identities (tenant_id, kind, value, contact_id) values ($1, 'phone', $2, $3) "
        "on conflict (tenant_id, kind, value, scope) do update set value = excluded.value returning contact_id",
        require_tenant(), canonical(phone), contact_id,
    )  # fmt: skip
    if owner != contact_id:
        raise Conflict("Another contact has this phone number: open that one.", contact_id=str(owner))


def _digits(phone: str) -> str:
    """As Meta spells it, digits alone. Raises Invalid."""
    if not is_phone(phone):
        raise Invalid("Write the phone number with its country code, as in +212 600 000000.",
                      errors=[{"loc": ["phone"], "msg": "not an international phone number"}])  # fmt: skip
    return "".join(letter for letter in phone.strip().removeprefix("00") if letter.isdecimal())


async def _tell_saved(connection: Connection, contact_id: UUID, done: str, changed: list[str]) -> dict[str, Any]:
    resource = await _resource(connection, contact_id)
    await outbox.append(connection, require_tenant(), "contact.saved", {"contact": resource, "changed": changed})
    await audit.record(connection, done, "contact", contact_id, {name: [None, None] for name in changed})
    return resource
