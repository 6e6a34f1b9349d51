"""Teams: members who see one another's conversations, and where a number's new conversations start."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import asyncpg

from core import audit
from core.audit import Changes
from core.auth.giving import check_may_let_into
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.errors import Conflict, Invalid, NameTaken, NotFound
from core.events import outbox

_MOST: Final = 200
_SELECT: Final = """
select t.id, jsonb_build_object('id', t.id, 'name', t.name, 'members', coalesce((
    select jsonb_agg(jsonb_build_object('id', m.user_id, 'name', m.name) order by lower(m.name), m.user_id)
    from team_members tm join memberships m on m.tenant_id = tm.tenant_id and m.user_id = tm.user_id
    where tm.tenant_id = t.tenant_id and tm.team_id = t.id), '[]'::jsonb),
    'created_at', t.created_at, 'version', t.version) as resource
from teams t where t.tenant_id = $1
"""
_LOCK: Final = "select name from teams where tenant_id = $1 and id = $2 for update"
_RENAME: Final = "update teams set name = $3 where tenant_id = $1 and id = $2"
_TOUCH: Final = "update teams set updated_at = now(), version = version + 1 where tenant_id = $1 and id = $2"
_FILL: Final = """
insert into team_members (tenant_id, team_id, user_id) select $1, $2, unnest($3::uuid[]) on conflict do nothing
"""
_KEEP: Final = """
delete from team_members where tenant_id = $1 and team_id = $2 and user_id <> all($3::uuid[])
"""


class Teams:
    """Changed by whoever may manage teams. Who sees less than everything lets nobody into a team they are not in."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def all(self, tenant_id: UUID) -> list[dict[str, Any]]:
        """By name."""
        rows = await self._db.system.fetch(f"{_SELECT} order by lower(t.name), t.id", tenant_id)
        return [row["resource"] for row in rows]

    async def get(self, tenant_id: UUID, team_id: UUID) -> dict[str, Any]:
        """Raises NotFound."""
        return await _one(self._db.system, tenant_id, team_id)

    async def create(self, maker: Principal, name: str, members: Collection[UUID]) -> dict[str, Any]:
        """Raises NameTaken, Invalid for somebody who is no member, Conflict when there are very many."""
        async with self._db.system_transaction() as connection:
            if await connection.fetchval("select count(*) from teams where tenant_id = $1", maker.tenant_id) >= _MOST:
                raise Conflict(f"An organisation has at most {_MOST} teams: delete one first.")
            with _unique_names():
                team_id: UUID = await connection.fetchval(
                    "insert into teams (tenant_id, name) values ($1, $2) returning id", maker.tenant_id, name
                )
            await _fill(connection, maker.tenant_id, team_id, members)
            made: Changes = {"name": [None, name], "members": [None, sorted(map(str, members))]}
            return await _tell(connection, maker.tenant_id, team_id, "team.created", made)

    async def rename(self, maker: Principal, team_id: UUID, name: str) -> dict[str, Any]:
        """Raises NotFound, NameTaken."""
        async with self._db.system_transaction() as connection:
            before = await _lock(connection, maker.tenant_id, team_id)
            if before == name:
                return await _one(connection, maker.tenant_id, team_id)
            with _unique_names():
                await connection.execute(_RENAME, maker.tenant_id, team_id, name)
            return await _tell(connection, maker.tenant_id, team_id, "team.renamed", {"name": [before, name]})

    async def set_members(self, maker: Principal, team_id: UUID, members: Collection[UUID]) -> dict[str, Any]:
        """These and nobody else. Raises NotFound, Invalid for somebody who is no member, Forbidden."""
        async with self._db.system_transaction() as connection:
            await _lock(connection, maker.tenant_id, team_id)
            before = {str(one["id"]) for one in (await _one(connection, maker.tenant_id, team_id))["members"]}
            after = {str(one) for one in members}
            if before == after:
                return await _one(connection, maker.tenant_id, team_id)
            check_may_let_into(maker, [team_id])
            await connection.execute(_KEEP, maker.tenant_id, team_id, list(members))
            await _fill(connection, maker.tenant_id, team_id, members)
            changes: Changes = {"members": [sorted(before), sorted(after)]}
            return await _tell(connection, maker.tenant_id, team_id, "team.members_changed", changes)

    async def delete(self, maker: Principal, team_id: UUID) -> None:
        """Its conversations and numbers have no team then. Raises NotFound."""
        async with self._db.system_transaction() as connection:
            name = await _lock(connection, maker.tenant_id, team_id)
            await connection.execute("delete from teams where tenant_id = $1 and id = $2", maker.tenant_id, team_id)
            await outbox.append(connection, maker.tenant_id, "team.deleted", {"id": str(team_id)})
            await audit.record_for(connection, maker.tenant_id, "team.deleted", "team", team_id, {"name": [name, None]})


async def _one(connection: Connection, tenant_id: UUID, team_id: UUID) -> dict[str, Any]:
    resource: dict[str, Any] | None = await connection.fetchval(
        f"select resource from ({_SELECT} and t.id = $2) one", tenant_id, team_id  # noqa: S608 - a constant
    )
    if resource is None:
        raise NotFound("There is no such team.")
    return resource


async def _lock(connection: Connection, tenant_id: UUID, team_id: UUID) -> str:
    name: str | None = await connection.fetchval(_LOCK, tenant_id, team_id)
    if name is None:
        raise NotFound("There is no such team.")
    return name


async def _fill(connection: Connection, tenant_id: UUID, team_id: UUID, members: Collection[UUID]) -> None:
    try:
        await connection.execute(_FILL, tenant_id, team_id, list(members))
    except asyncpg.ForeignKeyViolationError:
        raise Invalid("One of them is not a member here: choose among the members.",
                      errors=[{"loc": ["members"], "msg": "names somebody who is no member"}]) from None  # fmt: skip


async def _tell(
    connection: Connection, tenant_id: UUID, team_id: UUID, action: str, changes: Changes
) -> dict[str, Any]:
    await connection.execute(_TOUCH, tenant_id, team_id)
    resource = await _one(connection, tenant_id, team_id)
    told = {"id": resource["id"], "name": resource["name"]}
    await outbox.append(connection, tenant_id, "team.saved", {"team": told})
    await audit.record_for(connection, tenant_id, action, "team", team_id, changes)
    return resource


@contextmanager
def _unique_names() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError:
        raise NameTaken("There is a team of this name: choose another.",
                        errors=[{"loc": ["name"], "msg": "is taken"}]) from None  # fmt: skip
