"""Who it is. BSUID first, then phone in its one spelling; what turns out to be one person is folded together.

Whatever the order in which Meta's words come, the newest word (by Meta's clock) on each name stays.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake import names
from core.messaging.intake.batch import IdentityKey, Known, Person, Sighting, Values
from core.messaging.intake.persons import Saved, save
from core.messaging.merge import Merged, merge_contacts
from core.whatsapp.phones import canonical

# An identity without a scope was entered by a person, or is a phone: it is matched wherever it is told.
# Each contact comes once for each of its names, so what has to be decoded comes as text and is read once.
_FIND: Final = """select k.n, i.scope as stored_scope, i.claimed_at, i.retired_at, i.contact_id,
    c.created_at, c.profile_name, c.phone, c.bsuid, c.username, c.name, c.told_at::text, c.preferences::text,
    greatest((select max(v.last_inbound_at) from conversations v where v.tenant_id = c.tenant_id
        and v.contact_id = c.id), (select max(p.seen_at) from group_participants p where p.tenant_id = c.tenant_id
        and p.contact_id = c.id)) as heard_at
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) with ordinality k(tenant_id, kind, value, scope, n)
join contact_identities i on i.tenant_id = k.tenant_id and i.kind = k.kind and i.value = k.value
    and i.scope = any(array[k.scope, ''])
join contacts c on c.tenant_id = i.tenant_id and c.id = i.contact_id
order by i.scope"""


class People:
    """The customers of a batch, by everything they are known by."""

    def __init__(self) -> None:
        self.by_key: dict[IdentityKey, Person] = {}
        self.names = names.Names()
        self.folds: list[tuple[Person, Person]] = []

    def persons(self) -> list[Person]:
        return list({id(p): p for p in (person.now() for person in self.by_key.values())}.values())


async def recognise(connection: Connection, sightings: Sequence[Sighting]) -> tuple[Saved, list[Merged]]:
    """Give every sighting its person: found, made, or folded from two. Returns what changed, for the events."""
    if not sightings:
        return [], []
    people = await _find(connection, sightings)
    for sighting in sorted(sightings, key=_when):
        sighting.person = _person(people, sighting)
    merged = [await merge_contacts(connection, kept.tenant_id, kept.now().contact_id, gone.contact_id)
              for kept, gone in people.folds]
    saved = await save(connection, people.persons())
    await names.save(connection, people.names, people.by_key)
    return saved, merged


def _when(sighting: Sighting) -> tuple[datetime, bool]:
    return sighting.at, not sighting.left


def _keys_of(sighting: Sighting) -> Iterator[IdentityKey]:
    """The strongest first, then those given up: they lead to who it was."""
    who, tenant_id = sighting.who, sighting.account.tenant_id
    if who.bsuid:
        yield tenant_id, "bsuid", who.bsuid, sighting.account.waba_id
    if who.phone:
        yield tenant_id, "phone", canonical(who.phone) or who.phone, ""
    if who.parent_bsuid:
        yield tenant_id, "parent_bsuid", who.parent_bsuid, sighting.account.waba_id
    yield from _left_of(sighting)


def _left_of(sighting: Sighting) -> Iterator[IdentityKey]:
    for kind, value in sighting.left:
        yield sighting.account.tenant_id, kind, value, "" if kind == "phone" else sighting.account.waba_id


async def _find(connection: Connection, sightings: Sequence[Sighting]) -> People:
    for one in sightings:
        one.keys = tuple(_keys_of(one))
    keys = list({key: None for one in sightings for key in one.keys})
    rows = await connection.fetch(_FIND, *(list(column) for column in zip(*keys, strict=True)))
    people, persons = People(), dict[UUID, Person]()
    for row in rows:  # the exact scope comes last, and wins
        place, scope, claimed_at, retired_at, contact_id = row[:5]
        key = keys[place - 1]
        person = persons.get(contact_id)
        if person is None:
            person = persons[contact_id] = _stored(key[0], row)
        people.by_key[key] = person
        people.names.know(key, scope, contact_id, claimed_at, retired_at)
    return people


def _stored(tenant_id: UUID, row: Any) -> Person:
    _, _, _, _, contact_id, created_at, *told, told_at, preferences, heard = row
    values: Values = dict(zip(names.FIELDS, told, strict=True))
    told_at, preferences = json.loads(told_at), json.loads(preferences)
    known = Known(created_at, dict(values), preferences, told_at.get("name"))
    return Person(tenant_id, contact_id, known, values, told_at, int(heard.timestamp()) if heard else 0,
                  dict(preferences))  # fmt: skip


def _person(people: People, sighting: Sighting) -> Person:
    person = _plainly(people, sighting) or _person_of_names(people, sighting)
    names.hear(person, sighting)
    return person


def _plainly(people: People, sighting: Sighting) -> Person | None:
    """The one whose names these all are, and nothing to settle: nearly everybody."""
    keys = sighting.keys
    person = people.by_key.get(keys[0]) if keys and not sighting.left else None
    if person is None or person.folded_into is not None:
        return None
    for key in keys:
        if people.by_key.get(key) is not person or people.names.is_retired(key, sighting.at):
            return None
    return person


def _person_of_names(people: People, sighting: Sighting) -> Person:
    keys = sighting.keys
    left = set(_left_of(sighting))
    person: Person | None = None
    for key in keys:
        found = people.by_key.get(key)
        if found is None or (found := found.now()) is person:
            continue
        if key not in left and people.names.is_retired(key, sighting.at):
            continue  # he left this name before: whoever writes under it now is somebody else
        person = found if person is None else _fold(people, person, found)
    if person is None:
        person = Person(sighting.account.tenant_id, uuid7(), None, dict.fromkeys(names.FIELDS))
    for key in keys:
        people.by_key[key] = person
        if key in left:
            people.names.retire(key, sighting.at)
        elif left:
            people.names.claim(key, sighting.at)
        elif people.names.is_retired(key, sighting.at):
            people.names.take_again(key)
    return person


def _fold(people: People, one: Person, other: Person) -> Person:
    """The older contact stays, for colleagues know it."""
    kept, gone = sorted((one, other), key=_age)
    gone.folded_into = kept
    if gone.known is not None:
        people.folds.append((kept, gone))
    names.inherit(kept, gone)
    return kept


def _age(person: Person) -> tuple[bool, float, UUID]:
    known = person.known
    return known is None, known.created_at.timestamp() if known else 0.0, person.contact_id
