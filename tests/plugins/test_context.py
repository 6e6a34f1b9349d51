"""What `ctx` gives a plugin: its own tenant's, and nothing of another's."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from comptoir_sdk import Context, Invalid, NotFound

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.plugins.orm import transaction
from core.secrets import SealBroken
from tests.http.ledger import Thread, new_thread
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.seed import SeededTenant

TOKEN = "an access token of a shop"


@pytest.fixture
async def both(tenant: SeededTenant, other_tenant: SeededTenant, switches: Switches,
               start_host: StartHost) -> tuple[Context, Context]:
    """The same plugin's context in two tenants."""
    switches.switch_on("atlas", "good", "keeps")
    switches.switch_on("zagora", "good", "keeps")
    host = await start_host("good", "keeps")
    return host.contexts(tenant.id, "good"), host.contexts(other_tenant.id, "good")


async def _people(db: Database, tenant: SeededTenant, *names: str) -> list[UUID]:
    return [await db.system.fetchval("insert into contacts (tenant_id, name) values ($1, $2) returning id",
                                     tenant.id, name) for name in names]  # fmt: skip


async def test_tenant_tells_the_organisation_and_its_language(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, theirs = both
    row = await db.system.fetchrow("select name, locale, timezone from tenants where id = $1", tenant.id)
    assert row is not None
    assert (ours.tenant.slug, ours.tenant.name, ours.tenant.timezone) == ("atlas", row["name"], row["timezone"])
    assert ours.locale == row["locale"]
    assert theirs.tenant.slug == "zagora"


async def test_contacts_are_listed_page_by_page_found_by_name_and_never_another_tenants(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    ours, theirs = both
    await _people(db, tenant, "Amina", "Driss", "Zineb")
    [stranger] = await _people(db, other_tenant, "Amine")
    first = await ours.contacts.list(limit=2)
    assert ([one.name for one in first.items], first.next is None) == (["Amina", "Driss"], False)
    assert [one.name for one in (await ours.contacts.list(limit=2, cursor=first.next)).items] == ["Zineb"]
    assert [one.name for one in (await ours.contacts.list(q="ami")).items] == ["Amina"]
    assert [one.id for one in (await theirs.contacts.list(q="ami")).items] == [stranger]
    with pytest.raises(NotFound):
        await ours.contacts.get(stranger)
    for wrong in ({"limit": 0}, {"limit": 101}, {"cursor": "nonsense"}):
        with pytest.raises(Invalid):
            await ours.contacts.list(**wrong)


async def test_conversations_and_their_messages_are_listed_for_their_own_tenant(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    ours, theirs = both
    thread: Thread = await new_thread(db, tenant)
    other = await new_thread(db, other_tenant, name="Driss", phone="212661000099")
    assert [one.id for one in (await ours.conversations.list(contact_id=thread.contact_id)).items] == [
        thread.conversation_id]
    assert (await ours.conversations.list(contact_id=other.contact_id)).items == ()
    assert (await theirs.conversations.list(contact_id=thread.contact_id)).items == ()
    whole = await ours.messages.list(thread.conversation_id)
    assert {one.id for one in whole.items} == set(thread.message_ids)
    page = await ours.messages.list(thread.conversation_id, limit=1)
    after = await ours.messages.list(thread.conversation_id, limit=100, cursor=page.next)
    assert [*page.items, *after.items] == list(whole.items)
    for get in (theirs.conversations.get, theirs.messages.list):
        with pytest.raises(NotFound):
            await get(thread.conversation_id)


async def test_secrets_are_sealed_and_each_tenants_and_plugins_own(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant, start_host: StartHost) -> None:
    ours, theirs = both
    assert await ours.secrets.get("api_token") is None
    await ours.secrets.set("api_token", TOKEN)
    await ours.secrets.set("api_token", TOKEN + "!")
    assert await ours.secrets.get("api_token") == TOKEN + "!"
    assert await theirs.secrets.get("api_token") is None
    neighbour = (await start_host("good", "keeps")).contexts(tenant.id, "keeps")
    assert await neighbour.secrets.get("api_token") is None
    [row] = await db.system.fetch("select * from plugin_secrets")
    assert TOKEN not in str(dict(row))
    await theirs.secrets.delete("api_token")
    assert await ours.secrets.get("api_token") == TOKEN + "!"
    await ours.secrets.delete("api_token")
    assert await ours.secrets.get("api_token") is None
    for name, value in (("Api Token", "x"), ("api_token", ""), ("api_token", "x" * 20_000)):
        with pytest.raises(Invalid):
            await ours.secrets.set(name, value)


async def test_a_sealed_secret_does_not_open_in_another_row(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, _ = both
    await ours.secrets.set("api_token", TOKEN)
    await ours.secrets.set("other", "x")
    await db.system.execute("update plugin_secrets set value_sealed = (select value_sealed from plugin_secrets "
                            "where name = 'api_token') where name = 'other'")
    with pytest.raises(SealBroken):
        await ours.secrets.get("other")


async def test_a_secret_belongs_to_the_callers_transaction(
        both: tuple[Context, Context], tenant: SeededTenant) -> None:
    ours, _ = both

    async def fail_after_setting() -> None:
        async with transaction():
            await ours.secrets.set("api_token", TOKEN)
            assert await ours.secrets.get("api_token") == TOKEN
            raise ZeroDivisionError

    with tenant_scope(tenant.id), pytest.raises(ZeroDivisionError):
        await fail_after_setting()
    assert await ours.secrets.get("api_token") is None


async def test_jobs_wait_for_their_time_and_are_one_under_one_key(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, _ = both
    late = await ours.jobs.enqueue("prune", key="week", delay=timedelta(days=7))
    assert await ours.jobs.enqueue("prune", key="week", delay=timedelta(days=1)) == late
    await ours.jobs.enqueue("prune", run_at=ours.now() + timedelta(hours=1), delay=timedelta(hours=1))
    rows = await db.system.fetch("select round(extract(epoch from run_at - now()) / 3600)::int as hours from jobs "
                                 "where tenant_id = $1 and plugin = 'good' and name = 'prune' order by 1", tenant.id)
    assert [row["hours"] for row in rows] == [2, 24]
    with pytest.raises(LookupError, match="registers no job 'prnue'"):
        await ours.jobs.enqueue("prnue")


async def test_storage_lists_its_own_keys_and_cannot_climb_out(both: tuple[Context, Context]) -> None:
    ours, theirs = both
    await ours.storage.put("letters/a.txt", b"a")
    await ours.storage.put("letters/b/c.txt", b"c")
    await theirs.storage.put("letters/d.txt", b"d")
    assert sorted([key async for key in ours.storage.keys("letters")]) == ["letters/a.txt", "letters/b/c.txt"]
    with pytest.raises(Invalid):
        await ours.storage.put("../../zagora/x", b"x")
    with pytest.raises(NotFound):
        await theirs.storage.get("letters/a.txt")
    await theirs.storage.delete("letters/a.txt")
    assert await ours.storage.get("letters/a.txt") == b"a"
    await ours.storage.delete("letters/a.txt")
    with pytest.raises(NotFound):
        await ours.storage.get("letters/a.txt")


async def test_time_is_utc_and_the_log_bears_the_plugins_name(both: tuple[Context, Context]) -> None:
    ours, _ = both
    assert ours.log.name == "comptoir.plugins.good"
    now, minute = ours.now(), timedelta(minutes=1)
    assert timedelta(0) <= ours.ago(timedelta(hours=1)) + timedelta(hours=1) - now < minute
    assert timedelta(0) <= ours.days_ago(2) + timedelta(days=2) - now < minute
    assert ours.now().utcoffset() == timedelta(0)


async def test_audit_entries_carry_the_plugins_name(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, _ = both
    subject = uuid4()
    await ours.audit.record("order_sent", "order", subject, {"state": ["open", "sent"]})
    row = await db.system.fetchrow("select * from audit_log where chain = $1 and action = 'good.order_sent'", tenant.id)
    assert row is not None
    assert (row["actor_kind"], row["actor_id"], row["subject_id"]) == ("plugin", "good", str(subject))
    with pytest.raises(Invalid):
        await ours.audit.record("Order Sent", "order")
