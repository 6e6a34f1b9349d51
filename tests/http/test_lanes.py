"""How the numbers send: what waits, since when, and why it does not leave."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core.db.pool import Database
from core.messaging.lanes.standing import _STANDING
from core.whatsapp.errors import explain
from tests.http.conftest import Enter
from tests.http.ledger import new_thread
from tests.seed import SeededTenant


async def _queue(db: Database, tenant: SeededTenant, count: int, *, bulk: bool, age: int) -> UUID:
    thread = await new_thread(db, tenant, phone=f"2126000{age:05d}")
    await db.system.execute(
        """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, direction, type,
            author_kind, status, status_rank, at, queued_at, bulk)
        select $1, $2, $3, $4, $5, 'outbound', 'text', 'api', 'queued', -3, now(), now() - make_interval(secs => $6), $7
        from generate_series(1, $8)""",
        tenant.id, thread.conversation_id, tenant.account_id, thread.contact_id, tenant.phone_number_id, age, bulk,
        count,
    )  # fmt: skip
    return thread.conversation_id


async def test_a_tenant_sees_the_depth_and_age_of_its_own_lanes(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await _queue(db, tenant, 2, bulk=False, age=10)
    await _queue(db, tenant, 5, bulk=True, age=90)
    await _queue(db, other_tenant, 1, bulk=False, age=500)
    [lane] = (await (await enter(tenant, "admin")).get("/lanes")).json["items"]
    assert (lane["replies"], lane["bulk"], lane["delayed"]) == (2, 5, 0)
    assert 90 <= lane["oldest_seconds"] < 150
    assert (lane["sent_last_minute"], lane["allowed_per_second"]) == (0, 80)
    assert (lane["paused"], lane["bulk_paused"]) == (None, None)


async def test_it_says_why_a_number_is_paused_and_until_when_in_the_readers_language(
    enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    until = datetime.now(UTC) + timedelta(minutes=5)
    await db.system.execute(
        """update accounts set paused_until = $1, pause_error = $2, bulk_paused_until = $1, bulk_pause_error = $3,
            throughput_level = 'HIGH'""", until, {"code": 80007}, {"code": 131048})
    admin = await enter(tenant, "admin")
    [lane] = (await admin.get("/lanes", Accept_Language="ar")).json["items"]
    assert lane["paused"]["error"]["code"] == 80007
    assert lane["paused"]["error"]["title"] in {explain(80007, locale=word).title for word in ("ar", "fr")}
    assert datetime.fromisoformat(lane["paused"]["until"]) == until
    assert lane["bulk_paused"]["error"]["code"] == 131048
    assert lane["allowed_per_second"] == 1000


async def test_a_dead_token_pauses_without_an_end(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    await db.system.execute("update accounts set status = 'token_dead', token_error = $1", {"code": 190})
    [lane] = (await (await enter(tenant, "admin")).get("/lanes")).json["items"]
    assert (lane["paused"]["until"], lane["paused"]["error"]["code"]) == (None, 190)


async def test_the_operator_sees_the_numbers_of_all_that_wait_the_oldest_first(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    operator = await enter(tenant, "admin")
    assert (await operator.get("/platform/lanes")).status == 403
    await db.system.execute("update users set platform_admin = true where email = (select max(email) from users "
                            "where id in (select user_id from sessions))")  # fmt: skip
    assert (await operator.get("/platform/lanes")).json["items"] == []
    await _queue(db, tenant, 1, bulk=False, age=10)
    await _queue(db, other_tenant, 1, bulk=True, age=20)
    told = (await operator.get("/platform/lanes")).json["items"]
    assert [lane["tenant"]["name"] for lane in told] == ["Zagora", "Atlas"]


async def test_the_operator_turns_pages_and_meets_every_number_once(
    enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    operator = await enter(tenant, "admin")
    await db.system.execute("update users set platform_admin = true")
    for n in range(5):
        account = await db.system.fetchval(
            """insert into accounts (tenant_id, phone_number_id, waba_id, display_phone_number, verified_name, status,
                graph_url, graph_version)
            select tenant_id, $1, waba_id, $1, 'Atlas', $2, graph_url, graph_version from accounts limit 1
            returning id""", f"90000{n}", "token_dead" if n > 2 else "connected")
        if n < 3:
            thread = await _queue(db, tenant, 2, bulk=n > 0, age=50 - n)
            await db.system.execute("update messages set account_id = $1 where conversation_id = $2", account, thread)
    seen, query = [], "limit=2"
    for _ in range(9):
        told = (await operator.get(f"/platform/lanes?{query}")).json
        seen += [lane["account"]["display_phone_number"] for lane in told["items"]]
        if told["next"] is None:
            break
        query = f"limit=2&cursor={told['next']}"
    assert seen[:3] == ["900000", "900001", "900002"]
    assert sorted(seen[3:]) == ["900003", "900004"]
    assert (await operator.get("/platform/lanes?cursor=nonsense")).status == 422


@pytest.mark.parametrize("role", ["supervisor", "agent", "viewer"])
async def test_lanes_are_for_those_who_manage_numbers(enter: Enter, tenant: SeededTenant, role: str) -> None:
    assert (await (await enter(tenant, role)).get("/lanes")).status == 403  # type: ignore[arg-type]


async def test_depth_is_read_from_the_queues_index_alone(db: Database, tenant: SeededTenant) -> None:
    await _queue(db, tenant, 3, bulk=True, age=5)
    async with db.system.acquire() as connection:
        await connection.execute("set enable_seqscan = off")
        plan = await connection.fetch(f"explain {_STANDING}", tenant.id, 50, None, None)
    said = "\n".join(row[0] for row in plan)
    assert "messages_queued" in said
    assert "send_attempts_rate" in said
