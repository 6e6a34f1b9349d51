"""What a customer is called and reached by: the newest word on each, and which names belong to whom since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.intake.batch import IdentityKey, Overtaken, Person, Sighting
from core.whatsapp.phones import canonical

FIELDS: Final = ("profile_name", "phone", "bsuid", "username", "name")

# The API may have given one of these to somebody else since we looked: then fewer come back, and we look again.
_NEW: Final = """insert into contact_identities (tenant_id, kind, value, scope, contact_id, claimed_at, retired_at)
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[])
on conflict do nothing returning 1"""

_CHANGED: Final = """update contact_identities i set contact_id = u.contact_id,
    claimed_at = greatest(i.claimed_at, u.claimed_at), retired_at = greatest(i.retired_at, u.retired_at)
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], $7::timestamptz[])
    u(tenant_id, kind, value, scope, contact_id, claimed_at, retired_at)
where i.tenant_id = u.tenant_id and i.kind = u.kind and i.value = u.value and i.scope = u.scope"""


@dataclass(slots=True)
class _Standing:
    """Since when a name is somebody's, and until when. `owner` and `scope` are None while it is not stored."""

    scope: str | None = None
    owner: UUID | None = None
    claimed_at: datetime | None = None
    retired_at: datetime | None = None
    changed: bool = False


_UNKNOWN: Final = _Standing()


@dataclass(slots=True)
class Names:
    standings: dict[IdentityKey, _Standing] = field(default_factory=dict)

    def know(
        self, key: IdentityKey, scope: str, owner: UUID, claimed_at: datetime | None, retired_at: datetime | None
    ) -> None:
        self.standings[key] = _Standing(scope, owner, claimed_at, retired_at)

    def is_retired(self, key: IdentityKey, at: datetime) -> bool:
        """Given up before `at`, and not taken again since. Numbers find new owners; user ids never do."""
        one = self.standings.get(key)
        if key[1] != "phone" or one is None or one.retired_at is None or one.retired_at >= at:
            return False
        return one.claimed_at is None or one.claimed_at < one.retired_at

    def take_again(self, key: IdentityKey) -> None:
        """Somebody writes under a name that was given up: it is theirs from that moment."""
        one = self.standings[key]
        if one.retired_at is not None:
            self.claim(key, one.retired_at)

    def claim(self, key: IdentityKey, at: datetime) -> None:
        one = self.standings.setdefault(key, _Standing())
        if one.claimed_at is None or one.claimed_at < at:
            one.claimed_at, one.changed = at, True

    def retire(self, key: IdentityKey, at: datetime) -> None:
        one = self.standings.setdefault(key, _Standing())
        if one.retired_at is None or one.retired_at < at:
            one.retired_at, one.changed = at, True


async def save(connection: Connection, names: Names, owners: Mapping[IdentityKey, Person]) -> None:
    """Every name under its owner."""
    new, changed = [], []
    for key, person in owners.items():
        one = names.standings.get(key, _UNKNOWN)
        owner = person.now().contact_id
        if not one.changed and one.owner == owner:
            continue
        row = (*key[:3], key[3] if one.scope is None else one.scope, owner, one.claimed_at, one.retired_at)
        if one.owner is None:
            new.append(row)
        else:  # what was merged has moved already; what was taken over from a stranger has not
            changed.append(row)
    if changed:
        await connection.execute(_CHANGED, *zip(*changed, strict=True))
    if new:
        rows = await connection.fetch(_NEW, *zip(*new, strict=True))
        if len(rows) < len(new):
            raise Overtaken("somebody else saved one of these identities")


def hear(person: Person, sighting: Sighting) -> None:
    """What the customer is called now. A message that is older than another one says nothing new."""
    who, at = sighting.who, int(sighting.at.timestamp())
    if sighting.book is not None and (person.values["name"] is None or "name" in person.told_at):
        _settle(person, "name", sighting.book, at, person.told_at.get("name"))
    for name, value in (("profile_name", who.name), ("username", who.username), ("bsuid", who.bsuid),
                        ("phone", who.phone)):  # fmt: skip
        if value and value != person.values[name]:
            _settle(person, name, value, at, max(person.told_at.get(name, 0), person.heard_at) or None)
    if sighting.wish is not None:
        wish = {"value": sighting.wish.value, "at": at}
        if _rank(wish) > _rank(person.preferences.get(sighting.wish.category, {})):
            person.preferences[sighting.wish.category] = wish


def _settle(person: Person, name: str, value: str, at: int, known_at: int | None) -> None:
    """The newest word stays; of two of the same second, one and the same whatever comes first."""
    current = person.values[name]
    told = person.told_at.get(name)
    if current is not None and known_at is not None and (at, value) <= (known_at, current):
        return
    if current is None and told is not None and told > at:
        return
    # Another spelling of the same number is no news.
    if name == "phone" and current is not None and canonical(value) == canonical(current):
        return
    person.values[name] = value or None
    person.told_at[name] = max(at, told or 0)


def inherit(kept: Person, gone: Person) -> None:
    """Two contacts are one: of each value, the one told last."""
    for name in FIELDS:
        mine, theirs = kept.values[name], gone.values[name]
        if theirs is not None and (mine is None or _told(gone, name) > _told(kept, name)):
            kept.values[name] = theirs
        if name in gone.told_at:
            kept.told_at[name] = max(kept.told_at.get(name, 0), gone.told_at[name])
    for category, wish in gone.preferences.items():
        if _rank(wish) > _rank(kept.preferences.get(category, {})):
            kept.preferences[category] = wish
    kept.heard_at = max(kept.heard_at, gone.heard_at)


def _told(person: Person, name: str) -> int:
    if name == "name" and person.values["name"] is not None and "name" not in person.told_at:
        return 1 << 40  # given by an agent
    return person.told_at.get(name, person.heard_at)


def _rank(wish: Mapping[str, Any]) -> tuple[int, str]:
    return int(wish.get("at", 0)), str(wish.get("value", ""))


def given(person: Person) -> Sequence[str]:
    return [name for name in FIELDS if person.values[name] is not None]
