"""A socket goes within five seconds of whatever opened it: revoked, expired, used twice, logged out, locked out."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import InvalidStatus

from core.auth.api_keys import create_api_key
from core.auth.token_families import Grant, open_family, rotate
from core.db.pool import Database
from core.errors import Unauthenticated
from core.http.services import KEY
from core.realtime.subscriber import REVOKED
from tests.http.callers import new_member
from tests.seed import SeededTenant

from .conftest import Server, Start


@dataclass
class Program:
    """A program that is logged in as a member."""

    user_id: UUID
    grant: Grant
    token: str


@pytest.fixture
async def program(server: Server, db: Database, tenant: SeededTenant) -> Program:
    user_id, _ = await new_member(db, tenant.id, "agent")
    grant = await open_family(db.system, user_id, tenant.id)
    return Program(user_id, grant, await server.process.app.extensions[KEY].ways.access_tokens.issue(grant))


async def gone_in_time(connection: ClientConnection) -> None:
    began = time.monotonic()
    await connection.wait_closed()
    assert connection.close_code == REVOKED
    assert time.monotonic() - began < 5


async def test_a_program_follows_with_its_access_token(
    server: Server, program: Program, tenant: SeededTenant
) -> None:
    async with server.dial({"Authorization": f"Bearer {program.token}"}) as connection:
        assert "hello" in str(await connection.recv())
        assert "live" in str(await connection.recv())
        await server.tell(tenant.id)
        assert "message.received" in str(await connection.recv())


@pytest.mark.parametrize(
    "change",
    ["update token_families set revoked_at = now()", "update token_families set expires_at = now()",
     "update users set disabled_at = now()", "update users set password_changed_at = now()",
     "delete from memberships", "update memberships set role = 'viewer'",
     "update tenants set status = 'suspended'"],
)  # fmt: skip
async def test_a_socket_does_not_outlive_its_token_family(
    change: str, server: Server, program: Program, db: Database
) -> None:
    async with server.dial({"Authorization": f"Bearer {program.token}"}) as connection:
        await connection.recv()
        await db.system.execute(change)
        await gone_in_time(connection)


async def test_a_stolen_refresh_token_closes_the_sockets_of_the_family(
    server: Server, program: Program, db: Database
) -> None:
    async with server.dial({"Authorization": f"Bearer {program.token}"}) as connection:
        await connection.recv()
        await rotate(db, program.grant.refresh_token)
        with pytest.raises(Unauthenticated):
            await rotate(db, program.grant.refresh_token)
        await gone_in_time(connection)


async def test_a_socket_does_not_outlive_the_access_token_that_opened_it(
    start: Start, db: Database, tenant: SeededTenant
) -> None:
    """Else one that leaked would be good for as long as its family lives. The client returns with a new one."""
    server = await start(revalidate_seconds=3600)
    user_id, _ = await new_member(db, tenant.id, "agent")
    grant = await open_family(db.system, user_id, tenant.id)
    token = await server.process.app.extensions[KEY].ways.access_tokens.issue(grant)
    async with server.dial({"Authorization": f"Bearer {token}"}) as connection:
        await connection.recv()
        (subscriber,) = server.process.gateway.hub.subscribers()
        ends_at = subscriber.principal.ends_at
        assert ends_at is not None
        assert timedelta(minutes=9) < ends_at - datetime.now(UTC) <= timedelta(minutes=10)
        await server.process.gateway.revalidation.check()
        subscriber.principal = replace(subscriber.principal, ends_at=datetime.now(UTC))
        await server.process.gateway.revalidation.check()
        await gone_in_time(connection)


@pytest.mark.parametrize(
    "change",
    ["update api_keys set revoked_at = now()", "update api_keys set expires_at = now()", "delete from api_keys",
     "update api_keys set scopes = '{contacts.read}'", "update tenants set status = 'suspended'"],
)  # fmt: skip
async def test_a_socket_does_not_outlive_its_key_or_what_the_key_may(
    change: str, server: Server, db: Database, tenant: SeededTenant
) -> None:
    key = await create_api_key(db, tenant.id, "n8n", "agent")
    async with server.dial({"Authorization": f"Bearer {key}"}) as connection:
        await connection.recv()
        await db.system.execute(change)
        await gone_in_time(connection)


async def test_a_token_that_has_ended_opens_no_socket(server: Server, program: Program, db: Database) -> None:
    await db.system.execute("update token_families set revoked_at = now()")
    for token in (program.token, "a.b.c", program.grant.refresh_token):
        with pytest.raises(InvalidStatus) as refused:
            await server.dial({"Authorization": f"Bearer {token}"})
        assert refused.value.response.status_code == 401
