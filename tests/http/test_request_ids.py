"""One id from the caller to the log, the message and the job: the caller's own when it is tame, else ours."""

import re

import pytest

from core.db.pool import Database
from core.db.scope import request_scope, tenant_scope
from core.jobs import rows
from core.jobs.queue import enqueue
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.seed import SeededTenant


async def test_an_answer_carries_the_callers_own_id(anonymous: Caller) -> None:
    answer = await anonymous.ask("GET", "/conversations", X_Request_Id="a-request-of-mine.7")
    assert answer.headers["X-Request-Id"] == "a-request-of-mine.7"
    assert (answer.status, answer.json["request_id"]) == (401, "a-request-of-mine.7")


@pytest.mark.parametrize("odd", ["short", "x" * 65, "two words", "'; drop table messages; --", "café-café-café"])
async def test_an_id_that_is_not_tame_is_replaced(anonymous: Caller, odd: str) -> None:
    answer = await anonymous.ask("GET", "/conversations", X_Request_Id=odd)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-Id"])
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


async def test_a_message_remembers_the_request_that_sent_it_and_the_next_one_its_own(
    with_key: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    program = await with_key(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}/messages"
    for asked_as in ("request-one", "request-two"):
        assert (await program.ask("POST", path, {"body": "Bonjour"}, X_Request_Id=asked_as)).status == 202
    kept = await db.system.fetch("select request_id from messages where direction = 'outbound' order by queued_at")
    assert [row["request_id"] for row in kept] == ["request-one", "request-two"]


async def test_a_job_runs_under_the_id_of_the_request_that_caused_it(db: Database, tenant: SeededTenant) -> None:
    with tenant_scope(tenant.id), request_scope("request-three"):
        async with db.tenant_transaction() as connection:
            job = await enqueue(connection, tenant.id, "inbox", "x", {})
    with tenant_scope(tenant.id):
        async with db.tenant_transaction() as connection:
            other = await enqueue(connection, tenant.id, "inbox", "x", {})
    async with db.system.acquire() as connection:
        first, second = await rows.claim(connection, job, "w"), await rows.claim(connection, other, "w")
    assert first is not None
    assert second is not None
    assert (first.request_id, second.request_id) == ("request-three", None)
