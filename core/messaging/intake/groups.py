"""Groups: found or made for what is written in them, and changed by what Meta tells of them; the newest word stays."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from comptoir_sdk.webhooks import GroupNews

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake import events, identities
from core.messaging.intake.batch import Incoming, Notice, Overtaken, Sighting
from core.whatsapp.groups import TEXTS, GroupChange, change_of
from core.whatsapp.values import Sender

Key = tuple[UUID, UUID, str]
"""(tenant id, account id, Meta's id of the group)"""
Ref = tuple[UUID, UUID]
"""(tenant id, conversation id)"""
_COLUMNS: Final = (*TEXTS, "state")

_FIND: Final = """select g.tenant_id, g.account_id, g.group_id, g.conversation_id
from unnest($1::uuid[], $2::uuid[], $3::text[]) k(tenant_id, account_id, group_id)
join groups g on g.tenant_id = k.tenant_id and g.account_id = k.account_id and g.group_id = k.group_id"""

_NEW: Final = """with u as materialized (
    select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::timestamptz[], $6::text[])
        u(tenant_id, account_id, group_id, id, last_message_at, status)),
made as (
    insert into conversations (tenant_id, id, account_id, kind, last_message_at, status, team_id)
    select u.tenant_id, u.id, u.account_id, 'group', u.last_message_at, u.status, a.team_id
    from u join accounts a on a.tenant_id = u.tenant_id and a.id = u.account_id)
insert into groups (tenant_id, conversation_id, account_id, group_id)
select tenant_id, id, account_id, group_id from u on conflict do nothing returning 1"""

_PRESENT: Final = """insert into group_participants as p (tenant_id, conversation_id, contact_id, seen_at, left_at)
select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[], $5::timestamptz[])
on conflict (tenant_id, conversation_id, contact_id) do update
    set seen_at = greatest(p.seen_at, excluded.seen_at), left_at = greatest(p.left_at, excluded.left_at)
    where greatest(p.seen_at, excluded.seen_at) is distinct from p.seen_at
        or greatest(p.left_at, excluded.left_at) is distinct from p.left_at"""

_LOCK: Final = f"""select g.tenant_id, g.conversation_id, g.told_at, {", ".join(f"g.{name}" for name in _COLUMNS)}
from unnest($1::uuid[], $2::uuid[]) u(tenant_id, id)
join groups g on g.tenant_id = u.tenant_id and g.conversation_id = u.id order by g.conversation_id for update of g"""  # noqa: S608

_SAVE: Final = """update groups g set subject = u.subject, description = u.description, invite_link = u.invite_link,
    join_approval_mode = u.join_approval_mode, state = u.state, told_at = u.told_at::jsonb
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
    u(tenant_id, id, subject, description, invite_link, join_approval_mode, state, told_at)
where g.tenant_id = u.tenant_id and g.conversation_id = u.id"""

# Until somebody writes, a group stands in the list where it was last told of.
_TOUCH: Final = """update conversations v set updated_at = now(), version = v.version + 1,
    last_message_at = case when v.last_message_id is null then greatest(v.last_message_at, u.at)
        else v.last_message_at end
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) u(tenant_id, id, at)
where v.tenant_id = u.tenant_id and v.id = u.id"""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


async def find_or_make(connection: Connection, messages: Sequence[Incoming]) -> set[UUID]:
    """Give every message in a group its conversation, and the group whoever wrote. Returns those made just now."""
    starts: dict[Key, datetime] = {}
    for one in messages:
        key = _key(one)
        starts[key] = min(one.message.at, starts.get(key, one.message.at))
    found, made = await _ensure(connection, starts, "open")
    for one in messages:
        one.conversation_id = found[_key(one)]
    await _keep_people(connection, (
        (one.account.tenant_id, found[_key(one)], one.contact_id(), one.message.at, None) for one in messages))
    return made


async def apply(connection: Connection, notices: Sequence[Notice]) -> list[Ref]:
    """In the caller's transaction: what these tell of groups. Returns the conversations concerned."""
    told = [(notice, change) for notice in notices if isinstance(notice.tiding.told, GroupNews)
            and (change := change_of(notice.tiding.told)) is not None]  # fmt: skip
    if not told:
        return []
    latest: dict[Key, datetime] = {}
    for notice, change in told:
        key = notice.account.tenant_id, notice.account.id, change.group_id
        latest[key] = max(notice.at, latest.get(key, notice.at))
    found, _ = await _ensure(connection, latest, "closed")
    refs = {key: (key[0], conversation_id) for key, conversation_id in found.items()}
    await _settle(connection, told, refs)
    await _move_people(connection, told, refs)
    rows = sorted((*refs[key], at) for key, at in latest.items())
    await connection.execute(_TOUCH, *zip(*rows, strict=True))
    return [ref[:2] for ref in rows]


def _key(incoming: Incoming) -> Key:
    assert incoming.group_id is not None  # noqa: S101 - the caller has chosen those in groups
    return incoming.account.tenant_id, incoming.account.id, incoming.group_id


async def _ensure(
    connection: Connection, starts: Mapping[Key, datetime], status: str
) -> tuple[dict[Key, UUID], set[UUID]]:
    """The conversation of each group, and those made just now."""
    rows = await connection.fetch(_FIND, *zip(*starts, strict=True))
    found: dict[Key, UUID] = {(row[0], row[1], row[2]): row[3] for row in rows}
    made = {key: uuid7() for key in starts if key not in found}
    if made:
        columns = zip(*((*key, made[key], starts[key], status) for key in made), strict=True)
        if len(await connection.fetch(_NEW, *columns)) < len(made):
            raise Overtaken("somebody else made one of these groups")
    return found | made, set(made.values())


async def _settle(
    connection: Connection, told: Sequence[tuple[Notice, GroupChange]], refs: Mapping[Key, Ref]
) -> None:
    rows = await connection.fetch(_LOCK, *zip(*sorted(refs.values()), strict=True))
    groups = {(row["tenant_id"], row["conversation_id"]): dict(row) for row in rows}
    for notice, change in told:
        group = groups[refs[notice.account.tenant_id, notice.account.id, change.group_id]]
        for column, value in change.values.items():
            _hear(group, column, value, int(notice.at.timestamp()))
    saved = [(*ref, *(group[column] for column in _COLUMNS), _dump(group["told_at"])) for ref, group in groups.items()]
    await connection.execute(_SAVE, *zip(*saved, strict=True))


def _hear(group: dict[str, Any], column: str, value: str, at: int) -> None:
    """The newest word; of two of the same second, one and the same whatever comes first."""
    known_at = group["told_at"].get(column)
    if known_at is None or (at, value) > (known_at, group[column]):
        group[column], group["told_at"][column] = value, at


async def _move_people(
    connection: Connection, told: Sequence[tuple[Notice, GroupChange]], refs: Mapping[Key, Ref]
) -> None:
    moved: list[tuple[Ref, Sighting, bool]] = []
    for notice, change in told:
        ref = refs[notice.account.tenant_id, notice.account.id, change.group_id]
        moved += [(ref, Sighting(notice.account, who, notice.at), here)
                  for who, here in _people(change)]  # fmt: skip
    saved, merged = await identities.recognise(connection, [sighting for _, sighting, _ in moved])
    await _keep_people(connection, (
        (*ref, sighting.contact_id(), *((sighting.at, None) if here else (None, sighting.at)))
        for ref, sighting, here in moved))
    await events.tell_contacts(connection, merged, saved)


def _people(change: GroupChange) -> list[tuple[Sender, bool]]:
    return [*((who, True) for who in change.joined), *((who, False) for who in change.left)]


async def _keep_people(
    connection: Connection, people: Iterable[tuple[UUID, UUID, UUID, datetime | None, datetime | None]]
) -> None:
    """(tenant id, conversation id, contact id, seen at, left at), each person's latest."""
    latest: dict[tuple[UUID, UUID, UUID], tuple[datetime | None, datetime | None]] = {}
    for *names, seen_at, left_at in people:
        key = names[0], names[1], names[2]
        before = latest.get(key, (None, None))
        latest[key] = _later(before[0], seen_at), _later(before[1], left_at)
    if latest:
        rows = [(*key, *latest[key]) for key in sorted(latest)]
        await connection.execute(_PRESENT, *zip(*rows, strict=True))


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(filter(None, (one, other)), default=None)
