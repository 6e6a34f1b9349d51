from uuid import UUID

import asyncpg

from core.db.pool import Database
from tests.messaging.intake.deliveries import NOW, apply, count, delivery, numbered, row, text, types
from tests.seed import SeededTenant


async def test_two_spellings_of_a_mexican_number_are_one_person(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", "5215512345678"), text("wamid.2", "525512345678")))
    assert [await count(db, t) for t in ("contacts", "conversations")] == [1, 1]


async def test_a_customer_without_a_phone_is_known_by_user_id(db: Database, tenant: SeededTenant) -> None:
    for n in range(2):
        await apply(db, tenant, delivery(tenant, text(f"wamid.{n}", None, bsuid="MA.1")))
    found = await row(db, "select phone, bsuid from contacts")
    assert tuple(found) == (None, "MA.1")


async def test_a_phone_told_later_joins_the_same_contact(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", None, bsuid="MA.1")))
    await apply(db, tenant, delivery(tenant, text("wamid.2", "212611111111", bsuid="MA.1")))
    await apply(db, tenant, delivery(tenant, text("wamid.3", "212611111111")))
    assert await count(db, "contacts") == 1
    events = [e.data["changed"] for e in await numbered(db, tenant) if e.type == "contact.saved"]
    assert events == [["profile_name", "bsuid"], ["phone"]]


async def test_two_contacts_that_turn_out_to_be_one_are_merged_into_the_older(
    db: Database, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", "212611111111", at=NOW - 50)))
    older = await row(db, "select id from contacts")
    await apply(db, tenant, delivery(tenant, text("wamid.2", None, bsuid="MA.1", at=NOW - 40)))
    assert await count(db, "conversations") == 2
    await apply(db, tenant, delivery(tenant, text("wamid.3", "212611111111", bsuid="MA.1")))
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 3]
    assert await db.system.fetchval("select count(distinct (conversation_id, contact_id)) from messages") == 1
    merged = next(e for e in await numbered(db, tenant) if e.type == "contacts.merged")
    assert UUID(merged.data["kept"]["id"]) == older["id"]
    assert merged.data["kept"]["bsuid"] == "MA.1"
    assert len(merged.data["conversations"]) == 1
    found = await row(db, "select unread_count, last_inbound_wamid from conversations")
    assert tuple(found) == (3, "wamid.3")


async def test_what_the_merged_pair_had_said_in_one_delivery_is_kept(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", "212611111111"), text("wamid.2", None, bsuid="MA.1"),
                                     text("wamid.3", "212611111111", bsuid="MA.1")))
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 3]
    assert "contacts.merged" not in await types(db, tenant)


async def test_plugins_rows_follow_the_kept_conversation(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", "212611111111")))
    await apply(db, tenant, delivery(tenant, text("wamid.2", None, bsuid="MA.1")))
    gone = await row(db, "select conversation_id, contact_id from messages where wamid = 'wamid.2'")
    await _plugin_table(db.url)
    await db.system.execute("insert into notes values ($1, $2, $3)", tenant.id, gone[0], gone[1])
    await apply(db, tenant, delivery(tenant, text("wamid.3", "212611111111", bsuid="MA.1")))
    assert await db.system.fetchval(
        "select count(*) from notes n join conversations v on v.id = n.conversation_id and v.contact_id = n.contact_id"
    ) == 1


async def test_what_both_have_once_stays_once_and_takes_nothing_else_with_it(
        db: Database, tenant: SeededTenant) -> None:
    """A timer that runs on both sides: those that have stopped are kept all the same. And 20 tags are the most."""
    await apply(db, tenant, delivery(tenant, text("wamid.1", "212611111111")))
    await apply(db, tenant, delivery(tenant, text("wamid.2", None, bsuid="MA.1")))
    pair = [await row(db, f"select conversation_id, contact_id from messages where wamid = 'wamid.{n}'")
            for n in (1, 2)]
    await _plugin_table(db.url, "create unique index on notes (conversation_id) where word = 'runs'")
    for conversation, contact in pair:
        for word in ("runs", "stopped", "stopped"):
            await db.system.execute("insert into notes values ($1, $2, $3, $4)", tenant.id, conversation, contact, word)
    tags = [await db.system.fetchval("insert into tags (tenant_id, name, colour) values ($1, $2, 'grey') returning id",
                                     tenant.id, f"tag {n}") for n in range(30)]
    for (conversation, _), some in zip(pair, (tags[:15], tags[10:]), strict=True):
        await db.system.execute("update conversations set tag_ids = $2 where id = $1", conversation, some)
    await apply(db, tenant, delivery(tenant, text("wamid.3", "212611111111", bsuid="MA.1")))
    words = await db.system.fetch("select word from notes where conversation_id = $1 order by word", pair[0][0])
    assert [one["word"] for one in words] == ["runs", *["stopped"] * 4]
    assert await db.system.fetchval("select tag_ids from conversations") == tags[:20]


async def _plugin_table(url: str, index: str = "select 1") -> None:
    owner = await asyncpg.connect(url)
    await owner.execute("""create table notes (tenant_id uuid, conversation_id uuid, contact_id uuid, word text,
        foreign key (tenant_id, conversation_id) references conversations (tenant_id, id) on delete cascade,
        foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade);
        grant all on notes to comptoir_sys""")
    await owner.execute(index)
    await owner.close()


async def test_a_changed_name_is_saved_and_told_once(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", name="Amina")))
    await apply(db, tenant, delivery(tenant, text("wamid.2", name="Amina B.")))
    await apply(db, tenant, delivery(tenant, text("wamid.3", name="Amina B.")))
    found = await row(db, "select display_name, version from contacts")
    assert tuple(found) == ("Amina B.", 2)
    assert (await types(db, tenant)).count("contact.saved") == 2


async def test_a_name_given_by_an_agent_stays(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", name="Amina")))
    await db.system.execute("update contacts set name = 'Mme Alaoui'")
    await apply(db, tenant, delivery(tenant, text("wamid.2", name="A.")))
    assert (await row(db, "select display_name from contacts"))[0] == "Mme Alaoui"


async def test_a_customer_who_changes_number_keeps_the_conversation(db: Database, tenant: SeededTenant) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1", "212611111111")))
    system = {"type": "user_changed_number", "wa_id": "212622222222", "body": "changed"}
    await apply(db, tenant, delivery(tenant, text("wamid.2", "212611111111", type="system", system=system)))
    await apply(db, tenant, delivery(tenant, text("wamid.3", "212622222222")))
    assert [await count(db, t) for t in ("contacts", "conversations", "messages")] == [1, 1, 3]
    assert (await row(db, "select phone from contacts"))[0] == "212622222222"


async def test_the_same_phone_is_another_contact_for_another_tenant(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.1")))
    await apply(db, other_tenant, delivery(other_tenant, text("wamid.1")))
    assert await db.system.fetchval("select count(distinct tenant_id) from contacts") == 2
    assert await db.system.fetchval("select count(distinct tenant_id) from messages") == 2
