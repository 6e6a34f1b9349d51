"""Who wrote. BSUID first, then phone in its one spelling; what turns out to be one person is folded together."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake.batch import IdentityKey, Incoming, Known, Overtaken, Person
from core.messaging.merge import Merged, merge_contacts
from core.whatsapp.phones import canonical
from core.whatsapp.values import InboundMessage

_FIND: Final = """select i.tenant_id, i.kind, i.value, i.contact_id,
    c.created_at, c.profile_name, c.phone, c.bsuid, c.username
from unnest($1::uuid[], $2::text[], $3::text[]) k(tenant_id, kind, value)
join contact_identities i on i.tenant_id = k.tenant_id and i.kind = k.kind and i.value = k.value
join contacts c on c.tenant_id = i.tenant_id and c.id = i.contact_id"""

_NEW: Final = """insert into contacts (tenant_id, id, profile_name, phone, bsuid, username)
select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])"""

_CHANGED: Final = """update contacts c set profile_name = u.profile_name, phone = u.phone, bsuid = u.bsuid,
    username = u.username, version = c.version + 1, updated_at = now()
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
    u(tenant_id, id, profile_name, phone, bsuid, username)
where c.tenant_id = u.tenant_id and c.id = u.id"""

# The API may have given one of these to somebody else since we looked: then fewer come back, and we look again.
_IDENTITIES: Final = """insert into contact_identities (tenant_id, kind, value, contact_id)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[]) on conflict do nothing returning 1"""

_FIELDS: Final = ("profile_name", "phone", "bsuid", "username")


class People:
    """The customers of a batch, by everything they are known by."""

    def __init__(self) -> None:
        self.by_key: dict[IdentityKey, Person] = {}
        self.stored: dict[IdentityKey, UUID] = {}
        self.folds: list[tuple[Person, Person]] = []

    def persons(self) -> list[Person]:
        return list({id(p): p for p in (person.now() for person in self.by_key.values())}.values())


Saved = list[tuple[Person, list[str]]]
"""Contacts made or changed, each with the names of its changed fields."""


async def recognise(connection: Connection, messages: Sequence[Incoming]) -> tuple[Saved, list[Merged]]:
    """Give every message its person: found, made, or folded from two. Returns what changed, for the events."""
    if not messages:
        return [], []
    people = await _find(connection, messages)
    for incoming in messages:
        incoming.person = _person(people, incoming)
    merged = [await merge_contacts(connection, kept.tenant_id, kept.now().contact_id, gone.contact_id)
              for kept, gone in people.folds]
    saved = await _save(connection, people.persons())
    await _save_identities(connection, people)
    return saved, merged


def keys_of(tenant_id: UUID, message: InboundMessage) -> Iterator[IdentityKey]:
    """The strongest first. A number or user id that the customer has just changed to is his as well."""
    sender = message.sender
    if sender.bsuid:
        yield tenant_id, "bsuid", sender.bsuid
    if sender.phone:
        yield tenant_id, "phone", canonical(sender.phone) or sender.phone
    if sender.parent_bsuid:
        yield tenant_id, "parent_bsuid", sender.parent_bsuid
    if message.type == "system":
        phone, bsuid = _moved_to(message)
        if phone:
            yield tenant_id, "phone", canonical(phone)
        if bsuid:
            yield tenant_id, "bsuid", bsuid


def _moved_to(message: InboundMessage) -> tuple[str | None, str | None]:
    """(phone, bsuid) told by Meta's `user_changed_number` and `user_changed_user_id`."""
    content = message.content
    if message.type != "system" or not str(content.get("type", "")).startswith("user_changed_"):
        return None, None
    phone, bsuid = content.get("wa_id") or content.get("new_wa_id"), content.get("user_id")
    return (phone if isinstance(phone, str) and canonical(phone) else None,
            bsuid if isinstance(bsuid, str) and 0 < len(bsuid) <= 256 else None)


async def _find(connection: Connection, messages: Iterable[Incoming]) -> People:
    keys = list({key: None for m in messages for key in keys_of(m.account.tenant_id, m.message)})
    rows = await connection.fetch(_FIND, [k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
    people, persons = People(), dict[UUID, Person]()
    for tenant_id, kind, value, contact_id, *stored in rows:
        person = persons.get(contact_id)
        if person is None:
            person = persons[contact_id] = Person(tenant_id, contact_id, Known(*stored))
            _, person.profile_name, person.phone, person.bsuid, person.username = stored
        people.by_key[tenant_id, kind, value] = person
        people.stored[tenant_id, kind, value] = contact_id
    return people


def _person(people: People, incoming: Incoming) -> Person:
    keys = list(keys_of(incoming.account.tenant_id, incoming.message))
    person: Person | None = None
    for key in keys:
        found = people.by_key.get(key)
        if found is not None and (found := found.now()) is not person:
            person = found if person is None else _fold(people, person, found)
    if person is None:
        person = Person(incoming.account.tenant_id, uuid7(), None)
    for key in keys:
        people.by_key[key] = person
    _hear(person, incoming.message)
    return person


def _fold(people: People, one: Person, other: Person) -> Person:
    """The older contact stays, for colleagues know it."""
    kept, gone = sorted((one, other), key=_age)
    gone.folded_into = kept
    if gone.known is not None:
        people.folds.append((kept, gone))
    if gone.heard_at is not None and (kept.heard_at is None or gone.heard_at > kept.heard_at):
        kept.heard_at = gone.heard_at
    for name in _FIELDS:
        if getattr(kept, name) is None:
            setattr(kept, name, getattr(gone, name))
    return kept


def _age(person: Person) -> tuple[bool, float, UUID]:
    known = person.known
    return known is None, known.created_at.timestamp() if known else 0.0, person.contact_id


def _hear(person: Person, message: InboundMessage) -> None:
    """What the customer is called now, by the newest message of the batch."""
    if person.heard_at is not None and message.at < person.heard_at:
        return
    person.heard_at = message.at
    sender = message.sender
    person.profile_name = sender.name or person.profile_name
    person.username = sender.username or person.username
    moved_phone, moved_bsuid = _moved_to(message)
    person.bsuid = moved_bsuid or sender.bsuid or person.bsuid
    phone = moved_phone or sender.phone
    # Another spelling of the same number is no news.
    if phone and (person.phone is None or canonical(phone) != canonical(person.phone)):
        person.phone = phone


async def _save(connection: Connection, persons: Sequence[Person]) -> Saved:
    new = [person for person in persons if person.known is None]
    changed = [(person, fields) for person in persons if person.known and (fields := _differences(person))]
    if new:
        await connection.execute(_NEW, *_columns(new))
    if changed:
        await connection.execute(_CHANGED, *_columns([person for person, _ in changed]))
    return [(p, [f for f in _FIELDS if getattr(p, f) is not None]) for p in new] + changed


def _differences(person: Person) -> list[str]:
    return [name for name in _FIELDS if getattr(person, name) != getattr(person.known, name)]


def _columns(persons: Sequence[Person]) -> tuple[list[Any], ...]:
    return ([p.tenant_id for p in persons], [p.contact_id for p in persons],
            *([getattr(p, name) for p in persons] for name in _FIELDS))


async def _save_identities(connection: Connection, people: People) -> None:
    fresh = [(key, person.now().contact_id) for key, person in people.by_key.items() if key not in people.stored]
    if not fresh:
        return
    rows = await connection.fetch(_IDENTITIES, [k[0] for k, _ in fresh], [k[1] for k, _ in fresh],
                                  [k[2] for k, _ in fresh], [contact_id for _, contact_id in fresh])
    if len(rows) < len(fresh):
        raise Overtaken("somebody else saved one of these identities")


