"""The event log forgets what is old, and what was told of somebody who was erased; its numbers stay dense."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.events import log
from core.jobs.work import Handler, NotNow, Run
from core.messaging.contacts import delete_contact
from core.messaging.forgetting import Forgetter
from tests.messaging.intake.deliveries import apply, delivery, numbered, text
from tests.messaging.intake.test_groups import BADR, said
from tests.seed import SeededTenant

OLD, PERSON = 0, 1


async def _run(db: Database, which: int, tenant_id: UUID | None = None, args: Any = None) -> None:
    handler: Handler = Forgetter(db, 30).handlers()[which]
    await handler.run(Run(uuid4(), tenant_id, "core", handler.name, args or {}, 1, 5, "test"))


async def _waiting(db: Database) -> Any:
    return await db.system.fetchval("select args from jobs where name = 'forget_events_of'")


async def test_old_events_go_from_the_front_and_the_newer_ones_keep_their_numbers(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    for n in range(4):
        await apply(db, tenant, delivery(tenant, text(f"wamid.{n}")))
    await apply(db, other_tenant, delivery(other_tenant, text("wamid.9")))
    before = await numbered(db, tenant)
    await db.system.execute("update event_log set created_at = now() - $1::interval where tenant_id = $2 and seq <= 3",
                            timedelta(days=31), tenant.id)  # fmt: skip
    await _run(db, OLD)
    async with db.system.acquire() as connection:
        left = await log.read(connection, tenant.id, 0)
        assert [event.seq for event in left] == [event.seq for event in before if event.seq > 3]
        assert await log.head(connection, tenant.id) == before[-1].seq
        assert await log.read(connection, other_tenant.id, 0) != []


async def test_of_who_was_erased_the_log_tells_nothing_but_that(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, said("wamid.1", body="mine"), said("wamid.2", BADR, "their secret")))
    await apply(db, tenant, delivery(tenant, text("wamid.3", BADR, "another secret", name="Badr")))
    await db.system.execute("update conversations set version = version + 1")
    badr = await db.system.fetchval("select id from contacts where phone = $1", BADR)
    with tenant_scope(tenant.id):
        await delete_contact(db, badr)
    with pytest.raises(NotNow):  # the erasure is not numbered yet: something of before might come after
        await _run(db, PERSON, tenant.id, await _waiting(db))
    before = await numbered(db, tenant)
    await _run(db, PERSON, tenant.id, await _waiting(db))
    after = await numbered(db, tenant)
    assert [event.seq for event in after] == [event.seq for event in before]
    told = await db.system.fetchval("select string_agg(payload::text, ' ') from event_log")
    assert "mine" in told
    assert not [word for word in ("secret", BADR, "Badr") if word in told]
    kinds = [event.type for event in after]
    assert kinds.count("contact.deleted") == 1
    assert "message.received" in kinds


async def test_answers_to_who_was_erased_name_no_message_of_theirs_in_the_log(
    db: Database, tenant: SeededTenant
) -> None:
    quoting = said("wamid.2", body="mine")
    quoting["messages"][0]["context"] = {"id": "wamid.theirs"}
    liked = said("wamid.3")
    liked["messages"][0] |= {"type": "reaction", "reaction": {"message_id": "wamid.theirs", "emoji": "👍"}}
    await apply(db, tenant, delivery(tenant, said("wamid.theirs", BADR, "secret"), quoting, liked))
    badr = await db.system.fetchval("select id from contacts where phone = $1", BADR)
    with tenant_scope(tenant.id):
        await delete_contact(db, badr)
    before = await numbered(db, tenant)
    assert "wamid.theirs" in str([event.data for event in before])
    await _run(db, PERSON, tenant.id, await _waiting(db))
    after = await numbered(db, tenant)
    assert "wamid.theirs" not in str([event.data for event in after])
    assert "mine" in str([event.data for event in after if event.type == "message.received"])


async def test_former_selves_are_forgotten_too(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", BADR, "first secret", name="Badr")))
    await apply(db, tenant, delivery(tenant, text("wamid.2", None, "second secret", bsuid="MA.1", name="Badr")))
    await apply(db, tenant, delivery(tenant, text("wamid.3", BADR, "third secret", bsuid="MA.1", name="Badr")))
    await numbered(db, tenant)
    [kept] = await db.system.fetch("select id from contacts")
    with tenant_scope(tenant.id):
        await delete_contact(db, kept["id"])
    await numbered(db, tenant)
    await _run(db, PERSON, tenant.id, await _waiting(db))
    assert "secret" not in await db.system.fetchval("select string_agg(payload::text, ' ') from event_log")
