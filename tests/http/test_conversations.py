from datetime import UTC, datetime, timedelta

import pytest

from core.db.pool import Database
from core.http.resources import ConversationResource, Listing
from tests.http.conftest import Enter
from tests.http.ledger import Thread, new_thread
from tests.seed import SeededTenant


async def told(db: Database) -> list[tuple[str, object]]:
    rows = await db.system.fetch("select type, payload from event_outbox where type <> 'audit.recorded' order by id")
    return [(row["type"], row["payload"]) for row in rows]


async def test_a_conversation_looks_as_documented(enter: Enter, tenant: SeededTenant, thread: Thread) -> None:
    agent = await enter(tenant, "agent")
    found = (await agent.get("/conversations")).json
    Listing[ConversationResource].model_validate(found)
    one = found["items"][0]
    assert (one["contact"]["name"], one["unread"], one["status"]) == ("Salma", 3, "open")
    assert (await agent.get(f"/conversations/{thread.conversation_id}")).json == one


async def test_pages_follow_each_other_without_gap_or_repeat_while_new_ones_arrive(
    enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    agent = await enter(tenant, "agent")
    made = [(await new_thread(db, tenant, name=f"Contact {n}", phone=f"2126000000{n:02}", count=1,
                              age=timedelta(minutes=10 + n // 2))).conversation_id for n in range(9)]  # fmt: skip
    seen: list[str] = []
    cursor, number = "", 0
    while True:
        answer = (await agent.get(f"/conversations?limit=2{cursor}")).json
        seen += [item["id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
        number += 1
        await new_thread(db, tenant, name=f"Late {number}", phone=f"2127000000{number:02}", count=1)
    assert sorted(seen) == sorted(str(identifier) for identifier in made)


async def test_filters_narrow_the_list(enter: Enter, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    agent = await enter(tenant, "agent")
    me = (await agent.get("/me")).json["id"]
    second = await new_thread(db, tenant, name="Omar", phone="34600111222")
    await agent.ask("PUT", f"/conversations/{second.conversation_id}/assignment", {"assignee": "me"})
    await agent.ask("PUT", f"/conversations/{second.conversation_id}/status", {"status": "closed"})
    first_id, second_id = str(thread.conversation_id), str(second.conversation_id)
    for query, expected in {
        "": [second_id, first_id], "status=all": [second_id, first_id], "status=open": [first_id],
        "status=closed": [second_id], "status=snoozed": [], "assignee=me": [second_id], "assignee=none": [first_id],
        f"assignee={me}": [second_id], f"account={tenant.account_id}": [second_id, first_id],
        f"contact={thread.contact_id}": [first_id], "q=sal": [first_id], "q=OMAR": [second_id],
        "q=%2B34 600": [second_id], "q=2126": [first_id], "q=nobody": [], "q=%25": [], "q=lma": [],
    }.items():  # fmt: skip
        found = (await agent.get(f"/conversations?{query}")).json["items"]
        assert sorted(item["id"] for item in found) == sorted(expected), query


@pytest.mark.parametrize(
    "query",
    ["cursor=nonsense", "cursor=WyJ4IiwieSJd", "cursor=", "limit=0", "limit=101", "limit=x", "status=done",
     "assignee=everyone", "account=1", "order=asc", "limit=1&limit=2", "q=%00", "cursor=W1tbW10"],
)  # fmt: skip
async def test_a_query_that_makes_no_sense_is_refused_with_its_place(
    query: str, enter: Enter, tenant: SeededTenant
) -> None:
    answer = await (await enter(tenant, "agent")).get(f"/conversations?{query}")
    assert answer.status == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["errors"][0]["loc"][0] == query.partition("=")[0]


async def test_assigning_tells_who_and_who_before(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}/assignment"
    given = await agent.ask("PUT", path, {"assignee": str(tenant.agent_id)})
    assert given.json["assignee"] == {"id": str(tenant.agent_id), "name": "Agent"}
    again = await agent.ask("PUT", path, {"assignee": str(tenant.agent_id)})
    assert again.json == given.json
    freed = await agent.ask("PUT", path, {"assignee": None})
    assert await told(db) == [
        ("conversation.assigned", {"conversation": given.json, "previous": None}),
        ("conversation.assigned", {"conversation": freed.json, "previous": str(tenant.agent_id)}),
    ]


async def test_an_api_key_is_nobodys_me(with_key: Enter, tenant: SeededTenant, thread: Thread) -> None:
    program = await with_key(tenant, "admin")
    path = f"/conversations/{thread.conversation_id}/assignment"
    assert (await program.ask("PUT", path, {"assignee": "me"})).status == 422
    assert (await program.get("/conversations?assignee=me")).status == 422


async def test_status_changes_are_told(enter: Enter, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    agent = await enter(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}/status"
    until = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    snoozed = await agent.ask("PUT", path, {"status": "snoozed", "until": until})
    assert datetime.fromisoformat(snoozed.json["snoozed_until"]) == datetime.fromisoformat(until)
    closed = await agent.ask("PUT", path, {"status": "closed"})
    assert (closed.json["status"], closed.json["snoozed_until"]) == ("closed", None)
    await agent.ask("PUT", path, {"status": "closed"})
    await agent.ask("PUT", path, {"status": "open"})
    assert [kind for kind, _ in await told(db)] == [
        "conversation.updated", "conversation.closed", "conversation.updated"
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [{}, {"status": "done"}, {"status": "open", "until": "2099-01-01T00:00:00Z"},
     {"status": "snoozed", "until": "2001-01-01T00:00:00Z"}, {"status": "snoozed", "until": "2099-01-01T00:00:00"},
     {"status": "open", "assignee": None}, [], "open"],
)  # fmt: skip
async def test_a_status_that_makes_no_sense_is_refused(
    body: object, enter: Enter, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    assert (await agent.ask("PUT", f"/conversations/{thread.conversation_id}/status", body)).status == 422


async def test_reading_clears_the_count_and_asks_for_one_receipt(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}/read"
    assert (await agent.ask("PUT", path, {})).json["unread"] == 0
    assert (await agent.ask("PUT", path)).json["unread"] == 0
    assert [kind for kind, _ in await told(db)] == ["conversation.updated"]
    jobs = await db.system.fetch("select tenant_id, name, args from jobs")
    assert [(row["tenant_id"], row["args"]["conversation_id"]) for row in jobs] == [
        (tenant.id, str(thread.conversation_id))
    ]
