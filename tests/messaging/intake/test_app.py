"""Coexistence: what a number's own app tells of becomes outbound and past messages that ask nobody for anything."""

from core.db.pool import Database
from tests.messaging.intake.deliveries import NOW, Json, apply, count, delivery, numbered, row, status, text
from tests.seed import SeededTenant

BUSINESS, CUSTOMER = "212520000000", "212611111111"


def echo(wamid: str, body: str = "from my phone", at: int = NOW, **more: Json) -> Json:
    return {"message_echoes": [{"from": BUSINESS, "to": CUSTOMER, "id": wamid, "timestamp": str(at), "type": "text",
                                "text": {"body": body}, **more}]}  # fmt: skip


def past(wamid: str, author: str, at: int, told: str, **more: object) -> Json:
    return {"from": author, "to": CUSTOMER if author == BUSINESS else BUSINESS, "id": wamid, "timestamp": str(at),
            "type": "text", "text": {"body": wamid}, "history_context": {"status": told}, **more}  # fmt: skip


def history(*messages: Json, chunk: int = 1) -> Json:
    return {"history": [{"metadata": {"phase": 0, "chunk_order": chunk, "progress": 50},
                         "threads": [{"id": CUSTOMER, "messages": list(messages)}]}]}  # fmt: skip


async def test_an_echo_is_an_outbound_message_of_the_same_thread(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.in")))
    await apply(db, tenant, delivery(tenant, status("wamid.out", "read", NOW + 9)))
    for _ in range(2):
        await apply(db, tenant, delivery(tenant, echo("wamid.out", at=NOW + 5), field="smb_message_echoes"))
    found = await row(db, "select direction, author_kind, status, body from messages where wamid = 'wamid.out'")
    assert tuple(found) == ("outbound", "phone", "read", "from my phone")
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 2]
    thread = await row(db, "select unread_count, extract(epoch from last_inbound_at)::bigint from conversations")
    assert tuple(thread) == (1, NOW)
    assert [e.type for e in await numbered(db, tenant)].count("message.echoed") == 1


async def test_the_past_is_stored_without_calling_for_anybody(db: Database, tenant: SeededTenant) -> None:
    chunks = [history(past("wamid.1", CUSTOMER, NOW - 9000, "read"),
                      past("wamid.2", BUSINESS, NOW - 8000, "DELIVERED")),
              history(past("wamid.3", BUSINESS, NOW - 7000, "ERROR"), chunk=0)]  # fmt: skip
    for chunk in (*chunks, *chunks):
        await apply(db, tenant, delivery(tenant, chunk, field="history"))
    found = await db.system.fetch("select direction, status from messages order by at")
    assert [tuple(one) for one in found] == [("inbound", "received"), ("outbound", "delivered"), ("outbound", "failed")]
    thread = await row(
        db, "select status, unread_count, extract(epoch from last_inbound_at)::bigint from conversations")
    assert tuple(thread) == ("closed", 0, NOW - 9000)
    types = [e.type for e in await numbered(db, tenant)]
    assert types.count("history.synced") == 2
    assert {"message.received", "conversation.opened"}.isdisjoint(types)


async def test_a_file_of_the_past_takes_its_place_later(db: Database, tenant: SeededTenant) -> None:
    place = past("wamid.1", CUSTOMER, NOW - 9000, "read", type="media_placeholder")
    image = past("wamid.1", CUSTOMER, NOW - 9000, "read", type="image", image={"id": "77", "mime_type": "image/jpeg"})
    await apply(db, tenant, delivery(tenant, history(place), field="history"))
    await apply(db, tenant, delivery(tenant, {"messages": [image]}, field="history"))
    assert tuple(await row(db, "select type, ghost from messages")) == ("image", False)
    assert await db.system.fetchval("select media_id from attachments") == "77"


async def test_a_history_that_is_declined_is_told(db: Database, tenant: SeededTenant) -> None:
    declined = {"history": [{"errors": [{"code": 2593109, "title": "History sharing is turned off"}]}]}
    await apply(db, tenant, delivery(tenant, declined, field="history"))
    [event] = await numbered(db, tenant)
    assert (event.type, event.data["told"]["error_code"]) == ("history.synced", 2593109)
    kept = await db.system.fetchval("select history from accounts where id = $1", tenant.account_id)
    assert (kept["error_code"], kept["error"]) == (2593109, "History sharing is turned off")


async def test_of_a_history_in_pieces_the_furthest_is_shown(db: Database, tenant: SeededTenant) -> None:
    for progress in (40, 80, 60):
        piece = {"history": [{"metadata": {"phase": 1, "chunk_order": progress, "progress": progress}, "threads": []}]}
        body = delivery(tenant, piece, field="history").replace(b'"changes"', b'"time": 1767225600, "changes"')
        await apply(db, tenant, body)
    kept = await db.system.fetchval("select history from accounts where id = $1", tenant.account_id)
    assert (kept["progress"], kept["error_code"]) == (80, None)


async def test_the_address_book_names_contacts_until_a_colleague_does(db: Database, tenant: SeededTenant) -> None:
    def entry(action: str, name: str, at: int) -> bytes:
        contact = {"full_name": name, "phone_number": CUSTOMER}
        told = {"type": "contact", "action": action, "contact": contact, "metadata": {"timestamp": str(at)}}
        return delivery(tenant, {"state_sync": [told]}, field="smb_app_state_sync")

    await apply(db, tenant, entry("add", "Amina the baker", NOW), entry("add", "Old name", NOW - 10))
    assert await db.system.fetchval("select name from contacts") == "Amina the baker"
    await apply(db, tenant, entry("remove", "", NOW + 1))
    assert await db.system.fetchval("select name from contacts") is None
    await db.system.execute("update contacts set name = 'Mme Alaoui', told_at = told_at - 'name'")
    await apply(db, tenant, entry("add", "Amina", NOW + 2))
    assert await db.system.fetchval("select name from contacts") == "Mme Alaoui"
