"""Tags of a tenant: a few words with a colour, put on conversations by whoever works in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, NameTaken, NotFound
from core.events import outbox
from core.messaging import sight

Colour = Literal["grey", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"]
"""A token of the screens' palette."""

_MOST: Final = 200
_SELECT: Final = """
select t.id, jsonb_build_object('id', t.id, 'name', t.name, 'colour', t.colour, 'created_at', t.created_at,
    'updated_at', t.updated_at, 'version', t.version) as resource
from tags t
"""
_INSERT: Final = "insert into tags (tenant_id, name, colour) values ($1, $2, $3) returning id"
_LOCK: Final = "select name, colour from tags where id = $1 for update"
_UPDATE: Final = "update tags set name = $2, colour = $3, updated_at = now(), version = version + 1 where id = $1"
# Whoever tags a conversation meanwhile waits for the tag's row, and then finds it gone.
_TAKE_OFF: Final = """
update conversations v set tag_ids = array_remove(v.tag_ids, $1) from conversation_tags t
where t.tag_id = $1 and v.tenant_id = t.tenant_id and v.id = t.conversation_id
"""


@dataclass(frozen=True, slots=True)
class TagChange:
    """What is named changes."""

    name: str | None = None
    colour: Colour | None = None


async def list_tags(db: Database) -> list[dict[str, Any]]:
    """All of the tenant's, by name."""
    async with db.tenant() as connection:
        return [row["resource"] for row in await connection.fetch(f"{_SELECT} order by lower(t.name), t.id")]


async def brief_tags(connection: Connection) -> list[dict[str, Any]]:
    """What a conversation shows of each."""
    rows = await connection.fetch("select id::text, name, colour from tags order by lower(name), tags.id")
    return [dict(row) for row in rows]


async def get_tag(db: Database, tag_id: UUID) -> dict[str, Any]:
    """Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        return await _one(connection, tag_id)


async def create_tag(db: Database, name: str, colour: Colour) -> dict[str, Any]:
    """Raises NameTaken, Conflict when there are very many."""
    async with db.tenant_transaction() as connection:
        if await connection.fetchval("select count(*) from tags") >= _MOST:
            raise Conflict(f"An organisation has at most {_MOST} tags: delete one first.")
        with _unique_names():
            tag_id: UUID = await connection.fetchval(_INSERT, require_tenant(), name, colour)
        return await _tell(connection, tag_id, "tag.created", {"name": [None, name], "colour": [None, colour]})


async def change_tag(db: Database, tag_id: UUID, wanted: TagChange) -> dict[str, Any]:
    """Raises NotFound, NameTaken."""
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, tag_id)
        after = {"name": wanted.name or before["name"], "colour": wanted.colour or before["colour"]}
        changes = {key: [before[key], value] for key, value in after.items() if before[key] != value}
        if not changes:
            return await _one(connection, tag_id)
        with _unique_names():
            await connection.execute(_UPDATE, tag_id, after["name"], after["colour"])
        return await _tell(connection, tag_id, "tag.updated", changes)


async def delete_tag(db: Database, tag_id: UUID) -> None:
    """It is taken off every conversation. Raises NotFound."""
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, tag_id)
        await sight.lift(connection)
        await connection.execute(_TAKE_OFF, tag_id)
        await connection.execute("delete from tags where id = $1", tag_id)
        await outbox.append(connection, require_tenant(), "tag.deleted", {"id": str(tag_id)})
        await audit.record(connection, "tag.deleted", "tag", tag_id, {"name": [before["name"], None]})


async def _one(connection: Connection, tag_id: UUID) -> dict[str, Any]:
    resource: dict[str, Any] | None = await connection.fetchval(
        f"select resource from ({_SELECT} where t.id = $1) one", tag_id  # noqa: S608 - a constant
    )
    if resource is None:
        raise NotFound("There is no such tag.")
    return resource


async def _lock(connection: Connection, tag_id: UUID) -> Any:
    row = await connection.fetchrow(_LOCK, tag_id)
    if row is None:
        raise NotFound("There is no such tag.")
    return row


async def _tell(connection: Connection, tag_id: UUID, action: str, changes: audit.Changes) -> dict[str, Any]:
    resource = await _one(connection, tag_id)
    told = {name: resource[name] for name in ("id", "name", "colour")}
    await outbox.append(connection, require_tenant(), "tag.saved", {"tag": told})
    await audit.record(connection, action, "tag", tag_id, changes)
    return resource


@contextmanager
def _unique_names() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise NameTaken("There is a tag of this name: choose another.",
                        errors=[{"loc": ["name"], "msg": "is taken"}]) from None  # fmt: skip
