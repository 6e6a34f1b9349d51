"""What was there before an upgrade is there after it: listed, waiting and found like what comes later."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from tortoise.context import TortoiseContext
from tortoise.migrations.api.migrate import migrate

from core.db.bootstrap import bootstrap, ensure_database
from core.db.migrate import CORE, run, tortoise_config
from core.db.roles import role_url
from tests.conftest import Cluster

BEFORE = "core.0008_outward"
_MESSAGE = """
insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, type, body,
    author_kind, status, status_rank, at)
select tenant_id, id, account_id, contact_id, '1060', $2, $3, 'text', $4,
    case when $3 = 'inbound' then 'customer' else 'agent' end, 'received', 0, $5
from conversations where id = $1
"""


@pytest.fixture
async def old(cluster: Cluster) -> AsyncIterator["asyncpg.Connection[Any]"]:
    """A database of the version before, as its administrator sees it."""
    name = f"upgrade_{uuid4().hex[:8]}"
    url = cluster.server.dsn(name)
    await ensure_database(url)
    connection = await asyncpg.connect(url)
    await bootstrap(connection, url)
    async with TortoiseContext():
        config = tortoise_config(role_url(url, "comptoir_owner"), [CORE])
        await migrate(config=config, target=BEFORE, direction="forward")
    try:
        yield connection
    finally:
        await connection.close()
        await cluster.server.drop_database(name)


async def conversation_of_before(old: "asyncpg.Connection[Any]") -> UUID:
    """A customer who was answered and has written again."""
    tenant = await old.fetchval("insert into tenants (slug, name) values ('atlas', 'Atlas') returning id")
    account = await old.fetchval(
        "insert into accounts (tenant_id, phone_number_id, waba_id, display_phone_number, verified_name, "
        "access_token_sealed) values ($1, '1060', '1', '212520000000', 'Atlas', '') returning id", tenant)  # fmt: skip
    contact = await old.fetchval(
        "insert into contacts (tenant_id, name, phone) values ($1, 'Salma', '212612345678') returning id", tenant)
    conversation: UUID = await old.fetchval(
        "insert into conversations (tenant_id, account_id, contact_id) values ($1, $2, $3) returning id",
        tenant, account, contact)  # fmt: skip
    said = (("inbound", "salam", "09:00"), ("outbound", "marhba", "09:05"), ("inbound", "merci", "09:10"),
            ("inbound", "encore une question", "09:20"))  # fmt: skip
    for direction, body, at in said:
        moment = datetime.fromisoformat(f"2026-11-01T{at}:00+00:00")
        await old.execute(_MESSAGE, conversation, f"wamid.{body}", direction, body, moment)
    return conversation


async def test_the_lists_know_since_when_a_customer_of_before_waits(
    old: "asyncpg.Connection[Any]", cluster: Cluster
) -> None:
    conversation = await conversation_of_before(old)
    await run(cluster.server.dsn(await old.fetchval("select current_database()")))
    row = await old.fetchrow("select answered_at, waiting_since from conversations where id = $1", conversation)
    assert row is not None
    assert (f"{row['answered_at']:%H:%M}", f"{row['waiting_since']:%H:%M}") == ("09:05", "09:10")


async def test_what_was_said_before_waits_to_be_read_for_the_search(
    old: "asyncpg.Connection[Any]", cluster: Cluster
) -> None:
    await conversation_of_before(old)
    await run(cluster.server.dsn(await old.fetchval("select current_database()")))
    waiting = await old.fetch("select noun, count(*) as n from search_queue group by noun")
    assert {row["noun"]: row["n"] for row in waiting} == {"message": 4, "contact": 1}
    assert await old.fetchval("select count(*) from search_shelves") == 1


async def test_no_table_of_a_tenant_is_left_without_its_wall(old: "asyncpg.Connection[Any]", cluster: Cluster) -> None:
    walls = "select relname from pg_class where relrowsecurity and not relforcerowsecurity"
    assert [row["relname"] for row in await old.fetch(walls)] == []
    await run(cluster.server.dsn(await old.fetchval("select current_database()")))
    assert [row["relname"] for row in await old.fetch(walls)] == []
