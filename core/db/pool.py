"""Connection pools: `app` obeys row-level security for the tenant in scope, `system` sees every tenant."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import asyncpg

from core.db.roles import Role, role_url
from core.db.scope import current_request, current_tenant, current_viewer, require_tenant

if TYPE_CHECKING:
    Pool = asyncpg.Pool[asyncpg.Record]

Connection = Any
"""An asyncpg connection or pool proxy. asyncpg's two classes share no base that type checkers know."""

_SETTINGS = {"timezone": "UTC", "jit": "off", "application_name": "comptoir"}


def _encode(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


async def _prepare(connection: Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_encode, decoder=json.loads)


async def scope_connection(connection: Connection) -> None:
    """Runs at every acquire and overwrites the previous user's scope, so nothing has to be reset at release."""
    viewer = current_viewer()
    member, sees = (viewer.member_id or "", viewer.sees) if viewer else ("", "")
    # One round trip. The values are UUIDs, one of three words, and an id without quotes, never a caller's text.
    await connection.execute(
        f"set app.tenant_id = '{current_tenant() or ''}'; set app.member_id = '{member}'; set app.sees = '{sees}'; "
        f"set app.request_id = '{current_request() or ''}'"
    )


async def leave_unreset(connection: Connection) -> None:
    """Spares the round trip of RESET ALL: scope_connection overwrites what matters. No LISTEN, no locks here."""


async def open_app_pool(database_url: str, *, min_size: int = 2, max_size: int = 10, **settings: str) -> "Pool":
    """A pool of the tenant's role. Take connections only inside `tenant_scope`."""
    return await asyncpg.create_pool(
        role_url(database_url, "comptoir_app"), min_size=min_size, max_size=max_size, init=_prepare,
        setup=scope_connection, reset=leave_unreset, server_settings={**_SETTINGS, **settings}, timeout=5,
    )


async def open_system_pool(database_url: str, *, min_size: int = 1, max_size: int = 6, **settings: str) -> "Pool":
    """A pool of the system role, which sees every tenant: name the tenant in every statement."""
    return await asyncpg.create_pool(
        role_url(database_url, "comptoir_sys"), min_size=min_size, max_size=max_size, init=_prepare,
        server_settings={**_SETTINGS, **settings}, timeout=5,
    )


async def connect(database_url: str, role: Role) -> Connection:
    """One connection outside the pools, for LISTEN and session locks. The caller closes it."""
    connection = await asyncpg.connect(role_url(database_url, role), server_settings=_SETTINGS, timeout=5)
    await _prepare(connection)
    return connection


class Database:
    """Both pools of a process. `app` for everything done on behalf of a tenant, `system` for the kernel itself."""

    def __init__(self, url: str, app: "Pool", system: "Pool") -> None:
        self.url, self.app, self.system = url, app, system

    @classmethod
    async def open(cls, url: str, *, app_size: int = 10, system_size: int = 6) -> "Database":
        """Connect. Raises OSError or asyncpg.PostgresError when the database cannot be reached within 5 s."""
        app = await open_app_pool(url, min_size=min(2, app_size), max_size=app_size)
        return cls(url, app, await open_system_pool(url, max_size=system_size))

    async def close(self) -> None:
        await self.app.close()
        await self.system.close()

    @asynccontextmanager
    async def tenant(self) -> AsyncIterator[Connection]:
        """A connection of the tenant in scope. Raises LookupError outside a scope."""
        require_tenant()
        async with self.app.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def tenant_transaction(self) -> AsyncIterator[Connection]:
        """A transaction of the tenant in scope. Never call anything external inside it."""
        async with self.tenant() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def system_transaction(self) -> AsyncIterator[Connection]:
        """A transaction that sees every tenant."""
        async with self.system.acquire() as connection, connection.transaction():
            yield connection
