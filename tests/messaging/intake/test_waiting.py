"""Since when a customer waits: from the first message after our last answer, whatever order things are told in."""

import time
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.messaging.conversations import set_status
from core.messaging.gate import Author, Draft, submit
from tests.messaging.intake.deliveries import NOW, Json, apply, count, delivery, text
from tests.messaging.intake.test_app import CUSTOMER as PHONE
from tests.messaging.intake.test_app import echo, history, past
from tests.seed import SeededTenant


@pytest.fixture(autouse=True)
def moment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are of the real moment, and the file may have been imported an hour before."""
    monkeypatch.setitem(globals(), "NOW", int(time.time()))


async def waiting(db: Database) -> int | None:
    """Seconds after NOW, as the one conversation shows it."""
    since = await db.system.fetchval("select resource ->> 'waiting_since' from conversation_resources")
    return since and int(datetime.fromisoformat(since).timestamp()) - NOW


async def hear(db: Database, tenant: SeededTenant, *told: int | tuple[int, str]) -> None:
    """One batch: a customer's message at each second, or (second, "echo" or "reaction")."""
    bodies = []
    for one in told:
        at, kind = (one, "") if isinstance(one, int) else one
        id = f"wamid.{uuid4().hex}"
        if kind == "echo":
            bodies.append(delivery(tenant, echo(id, at=NOW + at), field="smb_message_echoes"))
        elif kind == "reaction":
            more: Json = {"reaction": {"emoji": "👍", "message_id": "wamid.x"}}
            bodies.append(delivery(tenant, text(id, at=NOW + at) | {"messages": [
                {"id": id, "from": PHONE, "timestamp": str(NOW + at), "type": "reaction", **more}]}))
        else:
            bodies.append(delivery(tenant, text(id, at=NOW + at)))
    await apply(db, tenant, *bodies)


async def answer(db: Database, tenant: SeededTenant, kind: str = "agent", **draft: object) -> None:
    id = await db.system.fetchval("select id from conversations")
    author = Author("agent", tenant.agent_id) if kind == "agent" else Author("automation")
    with tenant_scope(tenant.id):
        await submit(db, Draft(id, "salam", **draft), author=author)  # type: ignore[arg-type]


async def test_it_begins_with_the_first_message_and_ends_with_an_answer(db: Database, tenant: SeededTenant) -> None:
    await hear(db, tenant, -60, -50)
    assert await waiting(db) == -60
    await hear(db, tenant, -40, (-30, "reaction"))
    assert await waiting(db) == -60
    await answer(db, tenant, "automation")
    assert await waiting(db) == -60, "an automatic word is no answer"
    await answer(db, tenant)
    assert await waiting(db) is None
    await hear(db, tenant, (1, "reaction"))
    assert await waiting(db) is None, "a reaction asks nothing"
    await hear(db, tenant, -20)
    assert await waiting(db) is None, "told late: it was there when we answered"
    await hear(db, tenant, 30, 40)
    assert await waiting(db) == 30
    payload = await db.system.fetchval(
        "select payload from event_outbox where type = 'message.received' order by id desc limit 1")
    assert datetime.fromisoformat(payload["conversation"]["waiting_since"]).astimezone(UTC).timestamp() == NOW + 30


async def test_an_answer_from_the_phone_ends_it_too_also_one_that_is_told_late(
    db: Database, tenant: SeededTenant
) -> None:
    await hear(db, tenant, 0, (10, "echo"), 20)
    assert await waiting(db) == 20, "in one batch"
    await hear(db, tenant, (30, "echo"))
    assert await waiting(db) is None
    await hear(db, tenant, 40)
    await hear(db, tenant, 60)
    await hear(db, tenant, (50, "echo"))
    assert await waiting(db) == 60
    await hear(db, tenant, (55, "echo"))
    assert await waiting(db) == 60
    past_one = history(past("wamid.old", PHONE, NOW - 9000, "read"))
    await apply(db, tenant, delivery(tenant, past_one, field="history"))
    assert await waiting(db) == 60
    assert await count(db, "conversations") == 1


async def test_closing_ends_it_and_opening_again_without_an_answer_shows_it_again(
    db: Database, tenant: SeededTenant
) -> None:
    await hear(db, tenant, 0)
    id = await db.system.fetchval("select id from conversations")
    with tenant_scope(tenant.id):
        assert (await set_status(db, id, "closed"))["waiting_since"] is None
        assert (await set_status(db, id, "open"))["waiting_since"] is not None
        await set_status(db, id, "closed")
    await hear(db, tenant, 90)
    assert await waiting(db) == 90, "the customer came back"
