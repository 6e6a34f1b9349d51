"""Members in roles of a tenant's own."""

from collections.abc import Awaitable, Callable

from core.db.pool import Database
from core.db.scope import Sees
from core.http.application import Application
from tests.http.callers import Caller, new_member
from tests.seed import SeededTenant

EnterAs = Callable[[SeededTenant, str, list[str], Sees], Awaitable[Caller]]
"""Logs in a new member in a new role of this key, with these permissions and this sight."""


def in_roles(app: Application, db: Database) -> EnterAs:
    async def enter_as(tenant: SeededTenant, key: str, permissions: list[str], sees: Sees) -> Caller:
        await db.system.execute(
            "insert into roles (tenant_id, key, name, permissions, sees) values ($1, $2, $3, $4, $5)",
            tenant.id, key, key.title(), permissions, sees,
        )  # fmt: skip
        user_id, email = await new_member(db, tenant.id, "viewer")
        await db.system.execute("update memberships set role = $2 where user_id = $1", user_id, key)
        caller = Caller(app)
        assert (await caller.log_in(email)).status == 200
        return caller

    return enter_as
