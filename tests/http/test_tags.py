"""Tags and priorities: defined by those who may, put on by whoever works, told to everyone, gone without a trace."""

from typing import Any

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.jobs.work import Run
from core.messaging.tag_removal import TagRemover
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.seed import SeededTenant


async def told(db: Database) -> list[tuple[str, Any]]:
    rows = await db.system.fetch("select type, payload from event_outbox where type <> 'audit.recorded' order by id")
    return [(row["type"], row["payload"]) for row in rows]


async def new_tag(caller: Caller, name: str, colour: str = "red") -> str:
    made = await caller.ask("POST", "/tags", {"name": name, "colour": colour})
    assert made.status == 201, made.raw
    return str(made.json["id"])


async def test_a_tag_is_made_put_on_renamed_and_deleted(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    supervisor, agent = await enter(tenant, "supervisor"), await enter(tenant, "agent")
    vip, late = await new_tag(supervisor, " VIP "), await new_tag(supervisor, "late", "grey")
    path = f"/conversations/{thread.conversation_id}"
    tagged = await agent.ask("PUT", f"{path}/tags", {"tags": [vip, late, vip]})
    assert [tag["name"] for tag in tagged.json["tags"]] == ["late", "VIP"]
    assert tagged.json["tags"][1] == {"id": vip, "name": "VIP", "colour": "red"}
    again = await agent.ask("PUT", f"{path}/tags", {"tags": [late, vip]})
    assert again.json == tagged.json
    renamed = await supervisor.ask("PATCH", f"/tags/{vip}", {"name": "Very important", "colour": "violet"})
    assert (renamed.json["name"], renamed.json["colour"]) == ("Very important", "violet")
    assert (await agent.get(path)).json["tags"][1]["name"] == "Very important"
    assert (await supervisor.ask("DELETE", f"/tags/{vip}")).status == 204
    assert [tag["id"] for tag in (await agent.get(path)).json["tags"]] == [late]
    assert (await agent.get(f"/conversations?tag={vip}")).json["items"] == []
    assert [item["id"] for item in (await agent.get(f"/conversations?tag={late}")).json["items"]] == [
        str(thread.conversation_id)]  # fmt: skip
    assert [kind for kind, _ in await told(db)] == [
        "tag.saved", "tag.saved", "conversation.updated", "tag.saved", "tag.deleted"]  # fmt: skip
    assert (await told(db))[2][1]["conversation"] == tagged.json
    audited = await db.system.fetch("select action, changes from audit_log where chain = $1 order by n", tenant.id)
    assert ("conversation.tagged", {"tags": [[], ["VIP", "late"]]}) in [
        (row["action"], row["changes"]) for row in audited]  # fmt: skip


_MORE = """
with people as (insert into contacts (tenant_id, name) select $1, 'C ' || n from generate_series(1, 7) n returning id)
insert into conversations (tenant_id, account_id, contact_id, tag_ids)
select $1, $2, id, $3::uuid[] from people returning id
"""


async def test_a_deleted_tag_is_gone_at_once_and_is_taken_off_in_batches(
    enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    owner = await enter(tenant, "owner")
    vip, late = await new_tag(owner, "VIP"), await new_tag(owner, "late")
    rows = await db.system.fetch(_MORE, tenant.id, tenant.account_id, [])
    await db.system.execute("update conversations set tag_ids = $1 where id = any ($2)", [vip, late],
                            [row["id"] for row in rows])  # fmt: skip
    one = f"/conversations/{rows[0]['id']}"
    before = (await owner.get(one)).json["version"]
    assert (await owner.ask("DELETE", f"/tags/{vip}")).status == 204
    assert (await owner.get(one)).json["version"] == before, "nothing long happens in the request"
    assert [tag["name"] for tag in (await owner.get(one)).json["tags"]] == ["late"]
    assert [tag["name"] for tag in (await owner.get("/tags")).json["items"]] == ["late"]
    assert [tag["name"] for tag in (await owner.get("/bootstrap")).json["tags"]] == ["late"]
    asked = f'[{{"tag":["{vip}"]}},{{"tag":["{late}"]}},{{"tag":["{vip}"],"assignee":["none"]}}]'
    counted = (await owner.get(f"/conversations/counts?of={asked}")).json["items"]
    assert [told["count"] for told in counted] == [0, 7, 0]
    assert (await owner.ask("PUT", f"{one}/tags", {"tags": [vip]})).status == 422
    for gone in (await owner.get(f"/tags/{vip}"), await owner.ask("DELETE", f"/tags/{vip}")):
        assert gone.status == 404
    again = await new_tag(owner, "vip")
    [job] = await db.system.fetch("select id, args from jobs where name = 'take_off_tag'")
    with tenant_scope(tenant.id):
        await TagRemover(db, batch=3).run(Run(job["id"], tenant.id, "core", "take_off_tag", job["args"], 1, 5, "w"))
    after = await db.system.fetch("select tag_ids, version from conversations where id = any ($1)",
                                  [row["id"] for row in rows])  # fmt: skip
    assert {(tuple(map(str, row["tag_ids"])), row["version"]) for row in after} == {((late,), before + 1)}
    assert {str(row["id"]) for row in await db.system.fetch("select id from tags")} == {late, again}


async def test_agents_use_tags_and_do_not_define_them(
    enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread
) -> None:
    agent, viewer = await enter(tenant, "agent"), await enter(tenant, "viewer")
    assert (await agent.ask("POST", "/tags", {"name": "mine", "colour": "red"})).status == 403
    path = f"/conversations/{thread.conversation_id}"
    assert (await viewer.ask("PUT", f"{path}/tags", {"tags": []})).status == 403
    theirs = await new_tag(await enter(other_tenant, "owner"), "VIP")
    assert (await agent.ask("PUT", f"{path}/tags", {"tags": [theirs]})).status == 422
    assert (await agent.get(f"/tags/{theirs}")).status == 404
    assert (await agent.get("/tags")).json["items"] == (await agent.get("/bootstrap")).json["tags"] == []


async def test_a_name_is_there_once(enter: Enter, tenant: SeededTenant) -> None:
    owner = await enter(tenant, "owner")
    vip = await new_tag(owner, "VIP")
    late = await new_tag(owner, "late")
    assert (await owner.ask("POST", "/tags", {"name": "vip", "colour": "red"})).status == 409
    assert (await owner.ask("PATCH", f"/tags/{late}", {"name": "Vip"})).status == 409
    assert (await owner.ask("PATCH", f"/tags/{vip}", {"colour": "mauve"})).status == 422
    assert [tag["name"] for tag in (await owner.get("/bootstrap")).json["tags"]] == ["late", "VIP"]


async def test_a_priority_is_given_and_found(enter: Enter, db: Database, tenant: SeededTenant, thread: Thread) -> None:
    agent = await enter(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}"
    assert (await agent.get(path)).json["priority"] == "none"
    urgent = await agent.ask("PUT", f"{path}/priority", {"priority": "urgent"})
    assert urgent.json["priority"] == "urgent"
    assert (await agent.ask("PUT", f"{path}/priority", {"priority": "extreme"})).status == 422
    found = (await agent.get("/conversations?priority=high,urgent")).json["items"]
    assert [item["id"] for item in found] == [str(thread.conversation_id)]
    assert (await agent.get("/conversations?priority=none,low")).json["items"] == []
    assert [kind for kind, _ in await told(db)] == ["conversation.updated"]


async def test_many_at_once_get_and_lose_tags_and_go_back_to_what_each_was(
    enter: Enter, tenant: SeededTenant, thread: Thread, other_thread: Thread
) -> None:
    owner = await enter(tenant, "owner")
    vip, late = await new_tag(owner, "VIP"), await new_tag(owner, "late")
    one = str(thread.conversation_id)
    await owner.ask("PUT", f"/conversations/{one}/tags", {"tags": [late]})
    before = (await owner.get(f"/conversations/{one}")).json
    absent = str(other_thread.conversation_id)
    changes = {"ids": [one, absent], "add_tags": [vip], "remove_tags": [late], "priority": "high", "status": "closed",
               "read": True}  # fmt: skip
    done = (await owner.ask("PUT", "/conversations", changes)).json["items"]
    assert [tag["name"] for tag in done[0]["conversation"]["tags"]] == ["VIP"]
    assert (done[0]["conversation"]["unread"], done[0]["conversation"]["priority"]) == (0, "high")
    assert (done[1]["id"], done[1]["problem"]["status"]) == (absent, 404)
    states = [{"id": id, "status": before["status"], "priority": before["priority"],
               "tags": [tag["id"] for tag in before["tags"]]} for id in (one, absent)]  # fmt: skip
    back = await owner.ask("POST", "/conversations/bulk", {"conversations": states})
    assert back.json["items"][1]["problem"]["status"] == 404
    after = back.json["items"][0]["conversation"]
    for name in ("status", "priority", "tags", "waiting_since"):
        assert after[name] == before[name]
    again = await owner.ask("POST", "/conversations/bulk", {"conversations": states})
    assert again.json["items"][0]["conversation"] == after
    left = after["version"]
    await owner.ask("PUT", f"/conversations/{one}/assignment", {"assignee": "me"})
    stale = [{"id": one, "version": left, "tags": [vip]}]
    kept = (await owner.ask("POST", "/conversations/bulk", {"conversations": stale})).json["items"][0]
    assert (kept["conversation"], kept["problem"]["status"]) == (None, 409)
    now = (await owner.get(f"/conversations/{one}")).json
    assert (now["tags"], now["assignee"] is None) == (before["tags"], False)
    fresh = [{"id": one, "version": now["version"], "assignee": None}]
    given = (await owner.ask("POST", "/conversations/bulk", {"conversations": fresh})).json["items"][0]["conversation"]
    assert (given["assignee"], given["tags"]) == (None, before["tags"])
    past = [{"id": one, "status": "snoozed", "until": "2001-01-01T00:00:00Z"}, {"id": one, "priority": "low"}]
    partly = (await owner.ask("POST", "/conversations/bulk", {"conversations": past})).json["items"]
    assert partly[0]["problem"]["status"] == 422
    assert partly[1]["conversation"]["priority"] == "low"
