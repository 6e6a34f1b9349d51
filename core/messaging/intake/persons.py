"""The customers of a batch into `contacts`: new ones, and those of whom something changed."""

import json
from collections.abc import Sequence
from typing import Any, Final

from core.db.pool import Connection
from core.messaging.intake.batch import Person
from core.messaging.intake.names import FIELDS, given

_NEW: Final = """insert into contacts (tenant_id, id, profile_name, phone, bsuid, username, name, told_at, preferences)
select tenant_id, id, profile_name, phone, bsuid, username, name, told_at::jsonb, preferences::jsonb
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
    u(tenant_id, id, profile_name, phone, bsuid, username, name, told_at, preferences)"""

_CHANGED: Final = """update contacts c set profile_name = u.profile_name, phone = u.phone, bsuid = u.bsuid,
    username = u.username, name = u.name, told_at = u.told_at::jsonb, preferences = u.preferences::jsonb,
    version = c.version + 1, updated_at = now()
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
    u(tenant_id, id, profile_name, phone, bsuid, username, name, told_at, preferences)
where c.tenant_id = u.tenant_id and c.id = u.id"""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

Saved = list[tuple[Person, list[str]]]
"""Contacts made or changed, each with the names of its changed fields."""


async def save(connection: Connection, persons: Sequence[Person]) -> Saved:
    new = [person for person in persons if person.known is None]
    old = [(person, _differences(person)) for person in persons if person.known]
    changed = [(person, fields) for person, fields in old if fields or _only_forgotten(person)]
    if new:
        await connection.execute(_NEW, *_columns(new))
    if changed:
        await connection.execute(_CHANGED, *_columns([person for person, _ in changed]))
    return [(p, [*given(p), *(["preferences"] if p.preferences else [])]) for p in new] + [c for c in changed if c[1]]


def _only_forgotten(person: Person) -> bool:
    """The address book dropped a name that we have not: an older line must not bring one."""
    return person.known is not None and person.told_at.get("name") != person.known.named_at


def _differences(person: Person) -> list[str]:
    known = person.known
    if known is None:
        return []
    changed = [name for name in FIELDS if person.values[name] != known.values[name]]
    return [*changed, "preferences"] if person.preferences != known.preferences else changed


def _columns(persons: Sequence[Person]) -> tuple[list[Any], ...]:
    return ([p.tenant_id for p in persons], [p.contact_id for p in persons],
            *([p.values[name] for p in persons] for name in FIELDS),
            [_dump(p.told_at) for p in persons], [_dump(p.preferences) for p in persons])  # fmt: skip
