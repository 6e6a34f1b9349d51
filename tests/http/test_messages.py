from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.db.pool import Database
from core.http.resources import MessageResource, Stretch
from tests.http.conftest import Enter
from tests.http.ledger import Thread, new_attachment, new_message
from tests.seed import SeededTenant


async def test_a_thread_reads_newest_first_and_stays_put_under_inserts(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}/messages"
    first = (await agent.get(f"{path}?limit=2")).json
    Stretch.model_validate(first)
    await new_message(db, tenant, thread.conversation_id, thread.contact_id, datetime.now(UTC))
    second = (await agent.get(f"{path}?limit=2&cursor={first['next']}")).json
    ids = [item["id"] for item in first["items"] + second["items"]]
    assert ids == [str(identifier) for identifier in reversed(thread.message_ids)]
    assert second["next"] is None
    assert second["items"][0]["attachments"][0]["id"] == str(thread.attachment_id)


async def test_a_full_last_page_says_that_it_is_the_last(enter: Enter, tenant: SeededTenant, thread: Thread) -> None:
    agent = await enter(tenant, "agent")
    assert (await agent.get(f"/conversations/{thread.conversation_id}/messages?limit=3")).json["next"] is None


@pytest.mark.parametrize(
    "body",
    [{"body": "Bonjour"}, {"text": "Bonjour"}, {"type": "text", "text": {"body": "Bonjour", "preview_url": True}}],
)  # fmt: skip
async def test_a_text_is_accepted_in_each_spelling(
    body: dict[str, object], enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.ask("POST", f"/conversations/{thread.conversation_id}/messages", {**body, "confirm": True})
    assert answer.status == 202
    MessageResource.model_validate(answer.json)
    assert (answer.json["body"], answer.json["status"], answer.json["direction"]) == ("Bonjour", "queued", "outbound")
    assert answer.json["author"]["kind"] == "agent"
    assert (await agent.get(f"/messages/{answer.json['id']}")).json == answer.json
    assert await db.system.fetchval("select count(*) from event_outbox where type = 'message.queued'") == 1


async def test_the_same_id_is_the_same_message(with_key: Enter, tenant: SeededTenant, thread: Thread) -> None:
    program = await with_key(tenant, "agent")
    path = f"/conversations/{thread.conversation_id}/messages"
    body = {"id": str(uuid4()), "body": "Bonjour"}
    first, second = await program.ask("POST", path, body), await program.ask("POST", path, body)
    assert (first.status, second.status) == (202, 200)
    assert first.json == second.json
    assert first.json["author"] == {"kind": "api", "id": None, "name": None}
    assert (await program.ask("POST", path, {**body, "body": "Au revoir"})).status == 409


async def test_the_idempotency_key_header_stands_in_for_the_id(
    with_key: Enter, tenant: SeededTenant, thread: Thread
) -> None:
    program = await with_key(tenant, "agent")
    path, key = f"/conversations/{thread.conversation_id}/messages", str(uuid4())
    first = await program.ask("POST", path, {"body": "Bonjour"}, Idempotency_Key=key)
    assert first.json["id"] == key
    assert (await program.ask("POST", path, {"body": "Bonjour"}, Idempotency_Key=key)).status == 200
    assert (await program.ask("POST", path, {"body": "Bonjour"}, Idempotency_Key="mine")).status == 422


async def test_free_text_after_24_hours_is_refused_with_the_reason(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    await db.system.execute("update conversations set last_inbound_at = now() - interval '25 hours'")
    answer = await agent.ask("POST", f"/conversations/{thread.conversation_id}/messages", {"body": "Bonjour"})
    assert (answer.status, answer.json["type"]) == (422, "/problems/window-closed")


@pytest.mark.parametrize(
    "body",
    [{}, {"body": None}, {"body": 7}, {"body": "a\0b"}, {"id": "x", "body": "a"}, {"type": "video", "body": "a"}],
)  # fmt: skip
async def test_a_message_that_makes_no_sense_is_refused(
    body: object, enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.ask("POST", f"/conversations/{thread.conversation_id}/messages", body)
    assert answer.status == 422
    assert answer.json["errors"]
    assert await db.system.fetchval("select count(*) from messages where direction = 'outbound'") == 0


async def test_a_failed_message_can_be_sent_again_and_a_sent_one_cannot(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    now = datetime.now(UTC) - timedelta(minutes=1)
    failed = await new_message(db, tenant, thread.conversation_id, thread.contact_id, now, direction="outbound",
                               status="failed", rank=1, author="agent", type="text")  # fmt: skip
    sent = await new_message(db, tenant, thread.conversation_id, thread.contact_id, now, direction="outbound",
                             status="sent", rank=1, author="agent", type="text")  # fmt: skip
    again = await agent.ask("POST", f"/messages/{failed}/retry")
    assert (again.status, again.json["status"]) == (202, "queued")
    assert (await agent.ask("POST", f"/messages/{sent}/retry")).status == 409


async def test_an_attachment_is_shown_or_downloaded_but_never_run(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    image = await agent.get(f"/attachments/{thread.attachment_id}")
    assert (image.raw, image.headers["Content-Type"]) == (b"\xff\xd8 bytes", "image/jpeg")
    assert image.headers["Content-Disposition"] == "inline; filename*=UTF-8''%C3%89t%C3%A9%20%221%22.jpg"
    for mime_type in ("image/svg+xml", "text/html", "application/xhtml+xml", "", "text/html\r\nX: y"):
        unsafe = await new_attachment(db, tenant, thread.message_ids[1], mime_type=mime_type)
        answer = await agent.get(f"/attachments/{unsafe}")
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")


async def test_an_attachment_that_is_not_here_says_why(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    for state, status in (("pending", 409), ("failed", 404)):
        attachment = await new_attachment(db, tenant, thread.message_ids[0], state=state)
        answer = await agent.get(f"/attachments/{attachment}")
        assert (answer.status, answer.json["state"]) == (status, state)
    await db.system.execute("update attachments set storage_key = 'gone'")
    assert (await agent.get(f"/attachments/{thread.attachment_id}")).status == 404
