"""Every type of WhatsApp's can be posted; what WhatsApp would refuse is refused with where, and WhatsApp's limit."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.db.pool import Database
from core.http.resources import MessageResource, ProblemDocument
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import Thread, new_message, new_thread
from tests.seed import SeededTenant
from tests.whatsapp.sendable import EVERY, buttons, rows

POINTING = ("reaction", "pin")
UNPOINTED = {name: told for name, told in EVERY.items() if told[0] not in POINTING}


async def _post(caller: Caller, thread: Thread, type: str, told: Any, **more: Any) -> Any:
    body = {"id": str(uuid4()), "type": type, type: told, **more}
    return await caller.ask("POST", f"/conversations/{thread.conversation_id}/messages", body)


async def test_every_type_is_accepted_and_kept_as_it_was_written(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    for name, (type, told) in UNPOINTED.items():
        answer = await _post(agent, thread, type, told)
        assert answer.status == 202, (name, answer.json)
        MessageResource.model_validate(answer.json)
        assert (answer.json["type"], answer.json["status"]) == (type, "queued")
    kept = await db.system.fetchval("select content from messages where type = 'location' and direction = 'outbound'")
    assert kept == EVERY["location"][1]


async def test_the_member_the_limit_and_the_cure_are_told(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    told = buttons()
    told["action"]["buttons"][1]["reply"]["title"] = "x" * 21
    answer = await _post(agent, thread, "interactive", told)
    ProblemDocument.model_validate(answer.json)
    assert (answer.status, answer.json["limit"]) == (422, 20)
    [fault] = answer.json["errors"]
    assert fault["pointer"] == "#/interactive/action/buttons/1/reply/title"
    assert fault["msg"] == "has 21 characters; WhatsApp takes at most 20: shorten it"
    assert fault["msg"] in answer.json["detail"]
    assert await db.system.fetchval("select count(*) from messages where direction = 'outbound'") == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"type": "poll", "poll": {}}, "#/type"),
        ({"type": "image", "body": "x"}, "#/image"),
        ({"type": "image", "image": {"id": "1"}, "caption": "x"}, "#/caption"),
        ({"type": "location", "location": []}, "#/location"),
        ({"type": "interactive", "interactive": None}, "#/interactive/type"),
        ({"type": "interactive", "interactive": rows(6, 6)}, "#/interactive/action"),
        ({"type": "contacts", "contacts": {"name": "x"}}, "#/contacts"),
        ({"type": "text", "text": {"body": "x" * 4097}}, "#/text/body"),
        ({"type": 7}, "#/type"),
        ([], ""),
    ],
)  # fmt: skip
async def test_rubbish_of_each_type_is_refused_with_where_it_is(
    body: Any, pointer: str, enter: Enter, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.ask("POST", f"/conversations/{thread.conversation_id}/messages", body)
    assert answer.status == 422
    assert pointer in [fault["pointer"] for fault in answer.json["errors"]] or not pointer, answer.json


async def test_a_reaction_knows_its_target_by_our_id_and_by_whatsapps(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    target = thread.message_ids[0]
    wamid = await db.system.fetchval("select wamid from messages where id = $1", target)
    for named in (str(target), wamid):
        answer = await _post(agent, thread, "reaction", {"message_id": named, "emoji": "👍"})
        assert answer.status == 202
        assert answer.json["content"] == {"message_id": wamid, "emoji": "👍"}
        assert (answer.json["context_wamid"], answer.json["body"]) == (wamid, "👍")


async def test_a_reaction_to_a_reaction_or_to_an_old_message_is_refused(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    where = (db, tenant, thread.conversation_id, thread.contact_id)
    old = await new_message(*where, datetime.now(UTC) - timedelta(days=31))
    reaction = await new_message(*where, datetime.now(UTC), type="reaction")
    for target, words in ((old, "30 days"), (reaction, "itself a reaction")):
        answer = await _post(agent, thread, "reaction", {"message_id": str(target), "emoji": "👍"}, confirm=True)
        assert answer.status == 422
        assert words in answer.json["detail"]
        assert answer.json["errors"][0]["pointer"] == "#/reaction/message_id"


async def test_a_message_of_another_conversation_can_be_neither_quoted_nor_reacted_to(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    for owner in (tenant, other_tenant):
        foreign = (await new_thread(db, owner, phone="212661000009")).message_ids[0]
        wamid = await db.system.fetchval("select wamid from messages where id = $1", foreign)
        for named in (str(foreign), wamid):
            assert (await _post(agent, thread, "reaction", {"message_id": named, "emoji": "👍"})).status == 404
        assert (await _post(agent, thread, "text", {"body": "a"}, reply_to=str(foreign))).status == 404
        assert (await _post(agent, thread, "text", {"body": "a"}, context={"message_id": wamid})).status == 404


async def test_a_reply_may_be_spelled_as_whatsapp_does(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    wamid = await db.system.fetchval("select wamid from messages where id = $1", thread.message_ids[0])
    answer = await _post(agent, thread, "location", {"latitude": 1, "longitude": 2}, context={"message_id": wamid})
    assert answer.json["context_wamid"] == wamid
    both = await _post(agent, thread, "text", {"body": "a"}, context={"message_id": wamid},
                       reply_to=str(thread.message_ids[0]))  # fmt: skip
    assert both.status == 422


async def test_pins_are_for_groups(enter: Enter, tenant: SeededTenant, thread: Thread) -> None:
    agent = await enter(tenant, "agent")
    pin = {"type": "pin", "message_id": str(thread.message_ids[0]), "expiration_days": 7}
    answer = await _post(agent, thread, "pin", pin)
    assert answer.status == 422
    assert "groups" in answer.json["detail"]


async def test_only_templates_may_leave_when_the_window_is_closed(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    await db.system.execute("update conversations set last_inbound_at = now() - interval '25 hours'")
    for name in ("location", "interactive button"):
        answer = await _post(agent, thread, *EVERY[name])
        assert (answer.status, answer.json["type"]) == (422, "/problems/window-closed")
    assert (await _post(agent, thread, *EVERY["template named"])).status == 202


async def test_the_same_id_with_another_content_is_a_conflict(
    enter: Enter, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    message_id = str(uuid4())
    first = await _post(agent, thread, "location", {"latitude": 1, "longitude": 2}, id=message_id)
    again = await _post(agent, thread, "location", {"latitude": 1, "longitude": 2}, id=message_id)
    other = await _post(agent, thread, "location", {"latitude": 1, "longitude": 3}, id=message_id)
    assert (first.status, again.status, other.status) == (202, 200, 409)
