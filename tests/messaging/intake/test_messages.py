import asyncio
import json
from typing import Any

import asyncpg
import pytest

from core.db.pool import Database
from core.db.wake import Wake
from core.messaging.intake import Intake
from tests.messaging.intake.deliveries import NOW, apply, count, delivery, drain, journal, numbered, row, text, types
from tests.seed import SeededTenant


async def test_a_text_becomes_a_contact_a_conversation_a_message_and_their_events(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", body="Bonjour")))
    events = await numbered(db, tenant)
    assert [e.type for e in events] == ["contact.saved", "conversation.opened", "message.received"]
    assert [e.seq for e in events] == [1, 2, 3]
    received = events[2].data
    assert received["message"]["body"] == "Bonjour"
    assert received["message"]["wamid"] == "wamid.1"
    assert received["conversation"]["unread"] == 1
    assert received["conversation"]["contact"]["name"] == "Amina"
    assert received["conversation"]["last_message"]["id"] == received["message"]["id"]
    assert events[2].conversation_id is not None
    assert await count(db, "journal_pending") == 0


async def test_where_a_message_came_from_is_kept_with_it(db: Database, tenant: SeededTenant) -> None:
    passed_on = text("wamid.1", context={"frequently_forwarded": True})
    tapped = text("wamid.2", referral={"source_type": "ad", "headline": "Desert"})
    asked = text("wamid.3", context={"id": "wamid.1", "referred_product": {"product_retailer_id": "p1"}})
    answer = text("wamid.4", context={"id": "wamid.1"})
    await apply(db, tenant, *(delivery(tenant, one) for one in (passed_on, tapped, asked, answer)))
    rows = await db.system.fetch("select resource from message_resources order by resource ->> 'wamid'")
    assert [row["resource"]["context"] for row in rows] == [
        {"forwarded": True, "often_forwarded": True}, {"referral": {"source_type": "ad", "headline": "Desert"}},
        {"product": {"product_retailer_id": "p1"}}, None]


async def test_a_new_conversation_starts_with_the_team_of_its_number_and_an_old_one_keeps_its_own(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Sales') returning id", tenant.id)
    await apply(db, tenant, delivery(tenant, text("wamid.before", "212611111110")))
    await db.system.execute("update accounts set team_id = $2 where id = $1", tenant.account_id, team)
    await journal(db, tenant, delivery(tenant, text("wamid.again", "212611111110")),
                  delivery(tenant, text("wamid.new", "212611111111")))
    await journal(db, other_tenant, delivery(other_tenant, text("wamid.theirs")))
    await drain(db)
    rows = await db.system.fetch(
        "select m.wamid, v.team_id from messages m join conversations v on v.id = m.conversation_id order by m.id"
    )
    assert {row["wamid"]: row["team_id"] for row in rows} == {
        "wamid.before": None, "wamid.again": None, "wamid.new": team, "wamid.theirs": None}
    opened = [e for e in await numbered(db, tenant) if e.type == "conversation.opened"]
    assert opened[-1].data["conversation"]["team"] == {"id": str(team), "name": "Sales"}


async def test_the_same_body_fifty_times_is_one_row_and_one_event(db: Database, tenant: SeededTenant) -> None:
    body = delivery(tenant, text("wamid.same"))
    await journal(db, tenant, *[body] * 50)
    await asyncio.gather(drain(db), drain(db))
    await apply(db, tenant, body)
    assert await count(db, "messages") == 1
    assert (await types(db, tenant)).count("message.received") == 1
    assert await db.system.fetchval("select unread_count from conversations") == 1


async def test_an_album_of_a_new_customer_is_one_contact_one_conversation_ten_messages(
    db: Database, tenant: SeededTenant
) -> None:
    await journal(db, tenant, *(delivery(tenant, text(f"wamid.{n}")) for n in range(10)))
    await asyncio.gather(*(drain(db) for _ in range(4)))
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 10]


async def test_a_duplicate_does_not_reopen_a_closed_conversation_but_a_new_message_does(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1")))
    await db.system.execute("update conversations set status = 'closed'")
    await apply(db, tenant, delivery(tenant, text("wamid.1")))
    assert await db.system.fetchval("select status from conversations") == "closed"
    await apply(db, tenant, delivery(tenant, text("wamid.2")))
    assert await db.system.fetchval("select status from conversations") == "open"
    assert (await types(db, tenant))[-2:] == ["conversation.opened", "message.received"]


async def test_a_late_older_message_does_not_move_the_preview_or_the_window_backwards(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.new", at=NOW, body="new")))
    await apply(db, tenant, delivery(tenant, text("wamid.old", at=NOW - 600, body="old")))
    found = await row(db, 
        """select m.wamid, extract(epoch from v.last_inbound_at)::bigint as at, v.last_inbound_wamid, v.unread_count
        from conversations v join messages m on m.id = v.last_message_id""")
    assert dict(found) == {"wamid": "wamid.new", "at": NOW, "last_inbound_wamid": "wamid.new", "unread_count": 2}


GHOST: dict[str, Any] = {"type": "unsupported", "errors": [{"code": 131060, "title": "This message is unavailable"}]}


def ghost(wamid: str) -> dict[str, Any]:
    value = text(wamid, **GHOST)
    del value["messages"][0]["text"]
    return value


@pytest.mark.parametrize("together", [True, False])
async def test_the_real_message_replaces_its_ghost_in_place(
    db: Database, tenant: SeededTenant, together: bool
) -> None:
    bodies = [delivery(tenant, ghost("wamid.g")), delivery(tenant, text("wamid.g", body="real"))]
    if together:
        await apply(db, tenant, *bodies)
    else:
        for body in bodies:
            await apply(db, tenant, body)
    found = await row(db, "select type, body, ghost, version, error from messages")
    assert (found["type"], found["body"], found["ghost"], found["error"]) == ("text", "real", False, None)
    assert ("message.updated" in await types(db, tenant)) is not together


async def test_a_ghost_after_the_real_message_is_ignored(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.g", body="real")))
    await apply(db, tenant, delivery(tenant, ghost("wamid.g")))
    assert await db.system.fetchval("select body from messages") == "real"
    assert (await types(db, tenant)).count("message.updated") == 0


async def test_media_waits_as_a_pending_attachment(db: Database, tenant: SeededTenant) -> None:
    image = {"id": "880", "mime_type": "image/jpeg", "sha256": "abc=", "caption": "look"}
    await apply(db, tenant, delivery(tenant, text("wamid.i", type="image", image=image)))
    found = await row(db, "select kind, media_id, state from attachments")
    assert dict(found) == {"kind": "image", "media_id": "880", "state": "pending"}
    event = (await numbered(db, tenant))[-1]
    assert event.data["message"]["body"] == "look"
    assert event.data["message"]["attachments"][0]["state"] == "pending"


async def test_a_reaction_names_its_target_and_counts_for_the_window(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", at=NOW - 100)))
    reaction = {"message_id": "wamid.1", "emoji": "👍"}
    await apply(db, tenant, delivery(tenant, text("wamid.r", at=NOW, type="reaction", reaction=reaction)))
    found = await row(db, "select type, body, context_wamid from messages where wamid = 'wamid.r'")
    assert tuple(found) == ("reaction", "👍", "wamid.1")
    assert await db.system.fetchval("select extract(epoch from last_inbound_at)::bigint from conversations") == NOW


async def test_nul_strings_for_numbers_and_numbers_for_strings_are_stored(db: Database, tenant: SeededTenant) -> None:
    value = text("wamid.n", body="a\x00b", name="N\x00ame")
    value["messages"][0]["timestamp"] = NOW
    value["contacts"][0]["wa_id"] = 212611111111
    value["messages"][0]["from"] = 212611111111
    await apply(db, tenant, delivery(tenant, value))
    assert await db.system.fetchval("select body from messages") == "ab"
    assert await db.system.fetchval("select display_name from contacts") == "Name"
    assert await count(db, "quarantine") == 0


async def test_one_malformed_item_among_good_ones_is_set_aside_alone(db: Database, tenant: SeededTenant) -> None:
    value = text("wamid.good")
    value["messages"].append({"type": "text", "text": {"body": "no id"}})
    await apply(db, tenant, delivery(tenant, value, text("wamid.good2")))
    assert await count(db, "messages") == 2
    found = await row(db, "select tenant_id, path, reason from quarantine")
    assert found["tenant_id"] == tenant.id
    assert found["path"].endswith("messages[1]")


async def test_an_item_the_database_refuses_is_set_aside_and_its_neighbours_go_on(
    db: Database, tenant: SeededTenant
) -> None:
    owner = await _owner(db)
    await owner.execute("alter table messages add constraint tripwire check (body <> 'bad')")
    bodies = [delivery(tenant, text(f"wamid.{n}", f"21261111{n:04}")) for n in range(20)]
    bodies.insert(7, delivery(tenant, text("wamid.a"), text("wamid.bad", body="bad"), text("wamid.b")))
    await apply(db, tenant, *bodies)
    assert await count(db, "messages") == 22
    found = await row(db, "select id, path, reason from quarantine")
    assert found["path"] == "message wamid.bad"
    assert "tripwire" in found["reason"]
    assert await count(db, "journal_pending") == 0
    await owner.execute("alter table messages drop constraint tripwire")
    await owner.close()
    intake = Intake(db, Wake(db.url))
    assert await intake.replay(found["id"])
    await intake.close()
    assert await count(db, "messages") == 23
    assert await db.system.fetchval("select count(*) from quarantine where replayed_at is null") == 0


async def _owner(db: Database) -> Any:
    return await asyncpg.connect(db.url)


async def test_an_unknown_number_is_set_aside_whole_and_replayed_once_connected(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.x"), phone_number_id="999"))
    found = await row(db, "select id, tenant_id, reason, item from quarantine")
    assert found["tenant_id"] is None
    assert "connect this number" in found["reason"]
    assert found["item"]["id"] == "wamid.x"
    await db.system.execute("update accounts set phone_number_id = '999' where tenant_id = $1", tenant.id)
    intake = Intake(db, Wake(db.url))
    assert await intake.replay(found["id"])
    assert not await intake.replay(found["id"])
    await intake.close()
    assert await db.system.fetchval("select tenant_id from messages") == tenant.id


async def test_another_tenants_app_may_not_speak_for_this_number(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await apply(db, other_tenant, delivery(tenant, text("wamid.forged")))
    assert await count(db, "messages") == 0
    assert "belongs to the app" in await db.system.fetchval("select reason from quarantine")


async def test_an_unhandled_field_is_told_to_its_tenant_by_number_or_by_waba(
    db: Database, tenant: SeededTenant
) -> None:
    by_waba = {"entry": [{"id": tenant.waba_id, "changes": [{"field": "standby", "value": {"event": "X"}}]}]}
    await apply(db, tenant, delivery(tenant, {"news": [1]}, field="tomorrow"), json.dumps(by_waba).encode())
    events = await numbered(db, tenant)
    assert [(e.type, e.data["field"]) for e in events] == [
        ("webhook.unhandled", "tomorrow"), ("webhook.unhandled", "standby")]
    counted = await db.system.fetch("select field, phone_number_id, count from webhook_unknowns order by field desc")
    assert [tuple(one) for one in counted] == [("tomorrow", tenant.phone_number_id, 1), ("standby", "", 1)]


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"null", b'{"entry": 3}', b"[" * 100_000, b'{"entry": []}'])
async def test_nonsense_never_stops_what_comes_after_it(db: Database, tenant: SeededTenant, body: bytes) -> None:
    await apply(db, tenant, body, delivery(tenant, text("wamid.after")))
    assert await count(db, "messages") == 1
    assert await count(db, "journal_pending") == 0


async def test_a_delivery_that_took_its_worker_down_too_often_is_given_up(db: Database, tenant: SeededTenant) -> None:
    (poison,) = await journal(db, tenant, delivery(tenant, text("wamid.poison")))
    await db.system.execute("update journal_pending set attempts = 6 where id = $1", poison)
    await apply(db, tenant, delivery(tenant, text("wamid.good")))
    assert await db.system.fetchval("select wamid from messages") == "wamid.good"
    assert await db.system.fetchval("select delivery_id from quarantine") == poison
    assert await count(db, "journal_pending") == 0
