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
from core.jobs.queue import enqueue
from core.jobs.work import CORE

Colour = Literal["grey", "red", "orange", "yellow", "green", "teal", "blue", "violet", "pink"]
"""A token of the screens' palette."""

_MOST: Final = 200
TAKE_OFF: Final = "take_off_tag"
"""The job that takes a deleted tag off its conversations (core.messaging.tag_removal)."""
_SELECT: Final = """
select t.id, jsonb_build_object('id', t.id, 'name', t.name, 'colour', t.colour, 'created_at', t.created_at,
    'updated_at', t.updated_at, 'version', t.version) as resource
from tags t where t.deleted_at is null
"""
_INSERT: Final = "insert into tags (tenant_id, name, colour) values ($1, $2, $3) returning id"
_LOCK: Final = "select name, colour from tags where id = $1 and deleted_at is null for update"
_UPDATE: Final = "update tags set name = $2, colour = $3, updated_at = now(), version = version + 1 where id = $1"
_DELETE: Final = "update tags set deleted_at = now(), updated_at = now(), version = version + 1 where id = $1"


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
    rows = await connection.fetch(
        "select id::text, name, colour from tags where deleted_at is null order by lower(name), tags.id")
    return [dict(row) for row in rows]


async def get_tag(db: Database, tag_id: UUID) -> dict[str, Any]:
    """Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        return await _one(connection, tag_id)


async def create_tag(db: Database, name: str, colour: Colour) -> dict[str, Any]:
    """Raises NameTaken, Conflict when there are very many."""
    async with db.tenant_transaction() as connection:
        if await connection.fetchval("select count(*) from tags where deleted_at is null") >= _MOST:
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
    """It is seen nowhere any more, and taken off its conversations by a job. Raises NotFound."""
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, tag_id)
        await connection.execute(_DELETE, tag_id)
        await enqueue(connection, require_tenant(), CORE, TAKE_OFF, {"tag_id": str(tag_id)}, key=str(tag_id))
        await outbox.append(connection, require_tenant(), "tag.deleted", {"id": str(tag_id)})
        await audit.record(connection, "tag.deleted", "tag", tag_id, {"name": [before["name"], None]})


async def _one(connection: Connection, tag_id: UUID) -> dict[str, Any]:
    resource: dict[str, Any] | None = await connection.fetchval(
        f"select resource from ({_SELECT} and t.id = $1) one", tag_id  # noqa: S608 - a constant
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
