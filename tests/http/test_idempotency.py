"""One key, one effect: whatever is repeated, however many at once, and whoever else uses the same key."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from quart import Response

from core.auth.api_keys import create_api_key
from core.auth.terms import Terms, promise
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.errors import Conflict, Unavailable
from core.http import idempotency
from core.http.application import Application
from core.http.kept_answers import FORGET_ANSWERS_HANDLER, LEASE, KeptAnswers, Slot, Turn
from core.http.services import KEY
from core.jobs.work import Run
from tests.http.callers import Answer, Caller
from tests.http.conftest import Enter
from tests.seed import SeededTenant

SALMA = {"name": "Salma"}
Serve = Callable[[Callable[[], Awaitable[Any]]], None]


async def create(caller: Caller, key: str, body: dict[str, Any] | None = None) -> Answer:
    return await caller.ask("POST", "/contacts", body or SALMA, Idempotency_Key=key)


async def contacts(db: Database) -> int:
    return int(await db.system.fetchval("select count(*) from contacts"))


@pytest.fixture
def serve(app: Application, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Puts another view in the place of POST /contacts."""

    def replace(view: Callable[[], Awaitable[Any]]) -> None:
        real = app.view_functions["api.create_contact"]

        async def served(**_: Any) -> Any:
            return await view()

        served.__dict__.update(real.__dict__)
        monkeypatch.setitem(app.view_functions, "api.create_contact", promise(Terms("write", "kept"))(served))

    return replace


async def test_a_repeat_gets_the_same_answer_and_has_no_effect(
    with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    first, again = await create(program, "order-4711"), await create(program, "order-4711")
    assert (first.status, first.raw) == (again.status, again.raw) == (201, again.raw)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert await contacts(db) == 1


async def test_a_tenant_without_a_data_key_gets_one_with_its_first_kept_answer(
    with_key: Enter, db: Database, other_tenant: SeededTenant
) -> None:
    await db.system.execute("delete from data_keys where tenant_id = $1", other_tenant.id)
    program = await with_key(other_tenant, "agent")
    first, again = await create(program, "order-4711"), await create(program, "order-4711")
    assert (first.status, again.status, again.headers.get("Idempotency-Replayed")) == (201, 201, "true")
    assert await contacts(db) == 1


async def test_without_a_key_and_with_another_there_is_another_effect(
    with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    for key in ("one", "two"):
        assert (await create(program, key)).status == 201
    assert (await program.ask("POST", "/contacts", SALMA)).status == 201
    assert await contacts(db) == 3


async def test_twenty_at_once_are_one_effect(with_key: Enter, db: Database, tenant: SeededTenant) -> None:
    program = await with_key(tenant, "agent")
    told = await asyncio.gather(*(create(program, "at-once") for _ in range(20)))
    done = [answer for answer in told if answer.status == 201]
    waiting = [answer for answer in told if answer.status == 409]
    assert len(done) + len(waiting) == 20
    assert len({answer.raw for answer in done}) == 1
    assert sum("Idempotency-Replayed" not in answer.headers for answer in done) == 1
    assert all(answer.json["type"] == "/problems/in-progress" for answer in waiting)
    assert all(answer.headers["Retry-After"] == "1" for answer in waiting)
    assert await contacts(db) == 1
    assert (await create(program, "at-once")).raw == done[0].raw


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/contacts", {"name": "Nora"}), ("POST", "/contacts?x=1", SALMA),
])  # fmt: skip
async def test_another_request_under_the_same_key_is_refused(
    method: str, path: str, body: dict[str, str], with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    await create(program, "mine")
    refused = await program.ask(method, path, body, Idempotency_Key="mine")
    assert (refused.status, refused.json["type"]) == (422, "/problems/idempotency-mismatch")
    assert await contacts(db) == 1


async def test_keys_of_other_credentials_and_tenants_are_other_keys(
    with_key: Enter, enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    callers = [await with_key(tenant, "agent"), await with_key(tenant, "agent"), await enter(tenant, "agent"),
               await with_key(other_tenant, "agent")]  # fmt: skip
    ids = {(await create(caller, "same")).json["id"] for caller in callers}
    assert len(ids) == 4


async def test_refusals_are_kept_like_any_answer(with_key: Enter, db: Database, tenant: SeededTenant) -> None:
    program = await with_key(tenant, "agent")
    await create(program, "first", {"phone": "+212661000000"})
    taken = await create(program, "second", {"phone": "+212661000000"})
    await db.system.execute("delete from contacts")
    again = await create(program, "second", {"phone": "+212661000000"})
    assert (taken.status, taken.raw) == (again.status, again.raw) == (409, again.raw)
    assert again.headers["Content-Type"] == "application/problem+json"
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_a_body_that_is_refused_before_any_work_may_be_corrected_under_a_new_key(
    with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    assert (await create(program, "typo", {"nam": "Salma"})).status == 422
    assert (await create(program, "corrected", SALMA)).status == 201


async def test_our_own_failures_are_not_kept(serve: Serve, with_key: Enter, tenant: SeededTenant) -> None:
    program, asked = await with_key(tenant, "agent"), 0

    async def failing_once() -> Any:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise Unavailable("away")
        if asked == 2:
            raise RuntimeError("a bug")
        return Response("{}", 201, content_type="application/json")

    serve(failing_once)
    assert [(await create(program, "again")).status for _ in range(4)] == [503, 500, 201, 201]
    assert asked == 3


async def test_streams_are_not_kept(serve: Serve, with_key: Enter, tenant: SeededTenant) -> None:
    program, asked = await with_key(tenant, "agent"), 0

    async def streaming() -> Any:
        nonlocal asked
        asked += 1

        async def pieces() -> Any:
            yield b"{}"

        return Response(pieces(), 200, content_type="application/json")

    serve(streaming)
    assert [(await create(program, "stream")).status for _ in range(2)] == [200, 200]
    assert asked == 2


async def test_a_refusal_of_the_moment_is_not_kept(serve: Serve, with_key: Enter, tenant: SeededTenant) -> None:
    program, asked = await with_key(tenant, "agent"), 0

    async def refusing() -> Any:
        nonlocal asked
        asked += 1
        if asked == 1:
            return Response("{}", 429)
        raise Conflict("the state has moved on")

    serve(refusing)
    assert [(await create(program, "moment")).status for _ in range(3)] == [429, 409, 409]
    assert asked == 2


async def test_a_caller_who_hangs_up_leaves_no_lock(app: Application, tenant: SeededTenant, db: Database) -> None:
    begun, slot = asyncio.Event(), Slot(tenant.id, uuid4(), "hang-up")

    async def hanging() -> Any:
        begun.set()
        await asyncio.Event().wait()

    async with app.test_request_context("/api/v1/contacts", method="POST"):
        with tenant_scope(tenant.id):
            turn = await app.extensions[KEY].kept.begin(slot, b"hash")
            assert isinstance(turn, Turn)
            work = asyncio.create_task(idempotency._work(turn, hanging))
            await begun.wait()
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
            assert isinstance(await app.extensions[KEY].kept.begin(slot, b"hash"), Turn)


async def test_a_key_left_behind_by_a_crash_is_free_when_its_lease_ends(
    with_key: Enter, app: Application, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    await create(program, "crashed")
    await db.system.execute("update idempotency_keys set status = null, answer_sealed = null")
    assert (await create(program, "crashed")).status == 409
    await db.system.execute("update idempotency_keys set locked_until = now() - interval '1 second'")
    assert (await create(program, "crashed", {"name": "Nora"})).json["type"] == "/problems/idempotency-mismatch"
    told = await asyncio.gather(*(create(program, "crashed") for _ in range(5)))
    assert sum(answer.status == 201 and "Idempotency-Replayed" not in answer.headers for answer in told) == 1
    assert await contacts(db) == 2


async def test_who_was_too_slow_does_not_overwrite_whoever_came_after(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    kept: KeptAnswers = app.extensions[KEY].kept
    slot = Slot(tenant.id, uuid4(), "slow")
    with tenant_scope(tenant.id):
        slow = await kept.begin(slot, b"hash")
        await db.system.execute("update idempotency_keys set locked_until = now() - interval '1 second'")
        quick = await kept.begin(slot, b"hash")
        assert isinstance(slow, Turn)
        assert isinstance(quick, Turn)
        await kept.leave(slow)
        assert await db.system.fetchval("select locked_until from idempotency_keys") == quick.until


async def test_answers_are_sealed_and_open_in_their_own_place_only(
    with_key: Enter, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    await create(program, "one", {"name": "Salma Idrissi"})
    await create(program, "two", {"name": "Nora Alami"})
    sealed = [row["answer_sealed"] for row in await db.system.fetch("select answer_sealed from idempotency_keys")]
    assert all(value.startswith("v1.") and "Salma" not in value for value in sealed)
    await db.system.execute("update idempotency_keys set answer_sealed = $1 where key = 'two'", sealed[0])
    assert (await create(program, "two", {"name": "Nora Alami"})).status in (201, 500)
    assert (await create(program, "two", {"name": "Nora Alami"})).json.get("name") != "Salma Idrissi"


async def test_keys_are_forgotten_after_twelve_hours(
    with_key: Enter, app: Application, db: Database, tenant: SeededTenant
) -> None:
    program = await with_key(tenant, "agent")
    await create(program, "old")
    await create(program, "new")
    await db.system.execute(
        "update idempotency_keys set created_at = now() - interval '12 hours 1 minute' where key = 'old'")
    assert "Idempotency-Replayed" not in (await create(program, "old")).headers
    await db.system.execute(
        "update idempotency_keys set created_at = now() - interval '12 hours 1 minute' where key = 'old'")
    async with db.system_transaction() as connection:
        await FORGET_ANSWERS_HANDLER.run(Run(uuid4(), None, "core", "forget_answers", {}, 1, 1, "w", connection))
    assert [row["key"] for row in await db.system.fetch("select key from idempotency_keys")] == ["new"]


@pytest.mark.parametrize("key", ["", "x" * 256, "\x7f"])
async def test_a_key_is_one_to_255_printable_characters(key: str, with_key: Enter, tenant: SeededTenant) -> None:
    refused = await create(await with_key(tenant, "agent"), key)
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["Idempotency-Key"])
    assert (await create(await with_key(tenant, "agent"), "x" * 255)).status == 201


async def test_strangers_leave_no_rows(anonymous: Caller, db: Database) -> None:
    assert (await create(anonymous, "stranger")).status == 401
    assert await db.system.fetchval("select count(*) from idempotency_keys") == 0


async def test_a_lost_permission_is_no_way_to_an_old_answer(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    key = await create_api_key(db, tenant.id, "a program", "agent")
    program = Caller(app, {"Authorization": f"Bearer {key}"})
    assert (await create(program, "once-allowed")).status == 201
    await db.system.execute("update api_keys set role = 'viewer'")
    assert (await create(program, "once-allowed")).status == 403


def test_the_lease_is_longer_than_any_request_may_take() -> None:
    assert timedelta(seconds=30) < LEASE <= timedelta(minutes=2)
    assert UUID(int=0) != uuid4()
