"""What `ctx` gives a plugin: its own tenant's, and nothing of another's."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from comptoir_sdk import Context, Invalid, NotFound

from core.db.pool import Database
from core.db.scope import Viewer, tenant_scope, viewer_scope
from core.messaging.search.keeper import SearchKeeper
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


async def test_moments_are_taken_away_of_ones_own_tenant_alone(both: tuple[Context, Context]) -> None:
    ours, theirs = both
    for one in both:
        await one.moments.put("looking", "amina", {"at": "7"}, seconds=30)
    await ours.moments.remove("looking", "amina")
    assert (await ours.moments.all("looking"), await theirs.moments.all("looking")) == ({}, {"amina": {"at": "7"}})


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
    while await SearchKeeper(db).keep():
        pass
    assert [one.id for one in (await ours.messages.search("sala")).items] == thread.message_ids[::-1]
    whole = await ours.messages.list(thread.conversation_id)
    assert {one.id for one in whole.items} == set(thread.message_ids)
    page = await ours.messages.list(thread.conversation_id, limit=1)
    after = await ours.messages.list(thread.conversation_id, limit=100, cursor=page.next)
    assert [*page.items, *after.items] == list(whole.items)
    for get in (theirs.conversations.get, theirs.messages.list):
        with pytest.raises(NotFound):
            await get(thread.conversation_id)


async def test_a_plugin_tags_by_name_and_gives_a_priority_in_its_own_tenant(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, theirs = both
    thread = await new_thread(db, tenant)
    await db.system.execute("insert into tags (tenant_id, name, colour) values ($1, 'VIP', 'red'), ($1, 'new', 'blue')",
                            tenant.id)
    tagged = await ours.conversations.tag(thread.conversation_id, add=["vip", "new"])
    assert [(tag.name, tag.colour) for tag in tagged.tags] == [("new", "blue"), ("VIP", "red")]
    again = await ours.conversations.tag(thread.conversation_id, add=["VIP"], remove=["new", "unheard of"])
    assert [tag.name for tag in again.tags] == ["VIP"]
    assert (await ours.conversations.set_priority(thread.conversation_id, "urgent")).priority == "urgent"
    with pytest.raises(Invalid):
        await ours.conversations.tag(thread.conversation_id, add=["unheard of"])
    with pytest.raises(NotFound):
        await theirs.conversations.set_priority(thread.conversation_id, "low")
    actors = await db.system.fetch("select actor_kind, actor_id, action from audit_log where chain = $1 order by n",
                                   tenant.id)
    assert [tuple(row) for row in actors] == [("plugin", "good", "conversation.tagged"),
                                              ("plugin", "good", "conversation.tagged"),
                                              ("plugin", "good", "conversation.prioritised")]


async def test_what_a_plugin_does_to_a_conversation_is_told_and_audited_as_its_own(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    ours, theirs = both
    one = (await new_thread(db, tenant)).conversation_id
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Ventes') returning id", tenant.id)
    given = await ours.conversations.assign(one, tenant.agent_id, reason="her turn")
    moved = await ours.conversations.set_team(one, team)
    until = ours.now() + timedelta(hours=1)
    snoozed = await ours.conversations.set_status(one, "snoozed", until=until)
    assert given is not None
    assert given.assignee is not None
    assert (given.assignee.id, moved.team and moved.team.name, snoozed.snoozed_until) == (
        tenant.agent_id, "Ventes", until)
    told = await db.system.fetch("select type from event_outbox where conversation_id = $1 order by id", one)
    assert [row["type"] for row in told] == ["conversation.assigned", "conversation.moved", "conversation.updated"]
    entries = await db.system.fetch("select action, actor_kind, actor_id, changes from audit_log where chain = $1 "
                                    "and subject_id = $2 order by n", tenant.id, str(one))
    assert {(row["actor_kind"], row["actor_id"]) for row in entries} == {("plugin", "good")}
    assert entries[0]["changes"]["reason"] == [None, "her turn"]
    for refused in (theirs.conversations.assign(one, other_tenant.agent_id), theirs.conversations.set_team(one, None),
                    theirs.conversations.set_status(one, "closed")):
        with pytest.raises(NotFound):
            await refused
    for wrong in (ours.conversations.assign(one, uuid4()), ours.conversations.set_team(one, uuid4()),
                  ours.conversations.set_status(one, "snoozed", until=ours.ago(timedelta(minutes=1)))):
        with pytest.raises(Invalid):
            await wrong


async def test_what_is_only_for_the_unassigned_is_given_once_and_to_open_ones_alone(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, _ = both
    one = (await new_thread(db, tenant)).conversation_id
    answers = await asyncio.gather(*(ours.conversations.assign(one, tenant.agent_id, only_if_unassigned=True)
                                     for _ in range(8)))
    assert sum(answer is not None for answer in answers) == 1
    assert await ours.conversations.count_open([tenant.agent_id]) == {tenant.agent_id: 1}
    assert await ours.conversations.assign(one, None, instead_of=tenant.owner_id) is None
    assert await ours.conversations.assign(one, None, instead_of=tenant.agent_id) is not None
    looked_at = await ours.conversations.get(one)
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Ventes') returning id", tenant.id)
    moved = await ours.conversations.move(looked_at, team)
    assert moved is not None
    assert moved.team is not None
    assert await ours.conversations.move(looked_at, None) is None
    assert (await ours.conversations.get(one)).team == moved.team
    await ours.conversations.set_status(one, "closed")
    assert await ours.conversations.assign(one, tenant.agent_id, only_if_unassigned=True) is None
    assert await ours.conversations.count_open([tenant.agent_id]) == {tenant.agent_id: 0}


async def test_a_change_belongs_to_the_callers_transaction_and_a_refusal_leaves_the_rest_of_it(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, _ = both
    one = (await new_thread(db, tenant)).conversation_id

    async def fail_after_giving() -> None:
        async with transaction():
            assert await ours.conversations.assign(one, tenant.agent_id) is not None
            raise ZeroDivisionError

    with tenant_scope(tenant.id):
        with pytest.raises(ZeroDivisionError):
            await fail_after_giving()
        async with transaction():
            await ours.secrets.set("kept", "yes")
            with pytest.raises(Invalid):
                await ours.conversations.assign(one, uuid4())
    assert (await ours.conversations.get(one)).assignee is None
    assert await ours.secrets.get("kept") == "yes"
    assert await db.system.fetchval("select count(*) from event_outbox where type = 'conversation.assigned'") == 0


async def test_in_a_route_a_limited_member_gives_away_what_they_see_and_sees_no_more_than_before(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, _ = both
    mine = (await new_thread(db, tenant)).conversation_id
    hidden = (await new_thread(db, tenant, name="Driss", phone="212661000002")).conversation_id
    me, colleague = tenant.agent_id, tenant.owner_id
    await ours.conversations.assign(mine, me)
    await ours.conversations.assign(hidden, colleague)
    with tenant_scope(tenant.id), viewer_scope(Viewer(me, "own")):
        for refused in (ours.conversations.assign(hidden, me), ours.conversations.set_status(hidden, "closed")):
            with pytest.raises(NotFound):
                await refused
        assert await ours.conversations.count_open([me, colleague]) == {me: 1, colleague: 0}
        async with transaction():
            given = await ours.conversations.assign(mine, colleague)
            assert given is not None
            assert given.assignee is not None
            assert given.assignee.id == colleague
            with pytest.raises(NotFound):
                await ours.conversations.set_team(mine, None)
            assert await ours.conversations.count_open([colleague]) == {colleague: 0}


async def test_members_are_told_with_teams_and_what_they_may_and_see(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    ours, theirs = both
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'Ventes') returning id", tenant.id)
    await db.system.execute("insert into team_members values ($1, $2, $3)", tenant.id, team, tenant.agent_id)
    await db.system.execute("insert into roles (tenant_id, key, name, sees) values ($1, 'agent', 'agent', 'team')",
                            tenant.id)
    found = {one.id: one for one in await ours.members.list()}
    agent = found[tenant.agent_id]
    assert ([one.name for one in agent.teams], agent.role, agent.may_answer, agent.sees) == (
        ["Ventes"], "agent", True, "team")
    assert await ours.members.get(tenant.agent_id) == agent
    assert other_tenant.agent_id not in found
    await db.system.execute("update users set disabled_at = now() where id = $1", tenant.agent_id)
    assert not (await ours.members.get(tenant.agent_id)).may_answer
    with pytest.raises(NotFound):
        await theirs.members.get(tenant.agent_id)
    await db.system.execute(
        "insert into sessions (token_hash, user_id, tenant_id, csrf_secret, expires_at, last_seen_at) "
        "values ('a', $1, $2, 'b', now(), now() - interval '20 minutes')", tenant.agent_id, tenant.id)
    for minutes, seen in ((30, {tenant.agent_id}), (10, set())):
        assert await ours.members.seen_since(datetime.now(UTC) - timedelta(minutes=minutes)) == seen
    assert await theirs.members.seen_since(datetime.now(UTC) - timedelta(days=1)) == frozenset()


async def test_who_works_with_a_program_of_theirs_was_seen(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, theirs = both
    at = await db.system.fetchval(
        "insert into token_families (user_id, tenant_id, expires_at, last_used_at) "
        "values ($1, $2, now(), now() - interval '20 minutes') returning last_used_at", tenant.agent_id, tenant.id)
    assert (await ours.members.get(tenant.agent_id)).last_seen_at == at
    for minutes, seen in ((30, {tenant.agent_id}), (10, set())):
        assert await ours.members.seen_since(datetime.now(UTC) - timedelta(minutes=minutes)) == seen
    await db.system.execute(
        "insert into sessions (token_hash, user_id, tenant_id, csrf_secret, expires_at, last_seen_at) "
        "values ('a', $1, $2, 'b', now(), now() - interval '2 days')", tenant.agent_id, tenant.id)
    assert (await ours.members.get(tenant.agent_id)).last_seen_at == at, "the later of both"
    assert await theirs.members.seen_since(datetime.now(UTC) - timedelta(days=1)) == frozenset()


async def test_business_hours_are_those_of_the_organisation(
        tenant: SeededTenant, switches: Switches, start_host: StartHost, db: Database) -> None:
    await db.system.execute("update tenants set timezone = 'Africa/Casablanca', business_hours = $2 where id = $1",
                            tenant.id, {"monday": [["09:00", "12:00"]]})
    switches.switch_on("atlas", "good")
    host = await start_host("good")
    ours = host.contexts(tenant.id, "good")
    assert ours.tenant.business_hours == {"monday": [["09:00", "12:00"]]}
    monday = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # 09:30 in Casablanca
    assert ours.business_hours.is_open(monday)
    assert ours.business_hours.add(monday, 180) == datetime(2026, 11, 30, 8, 30, tzinfo=UTC)


async def test_a_file_that_is_held_and_shared_is_everybodys_in_its_tenant_alone(
        both: tuple[Context, Context], db: Database, tenant: SeededTenant) -> None:
    ours, theirs = both
    file = await db.system.fetchval(
        "insert into attachments (tenant_id, uploaded_by, kind, filename, mime_type, size, state, storage_key) "
        "values ($1, $2, 'document', 'plan.pdf', 'application/pdf', 7, 'stored', 'a') returning id",
        tenant.id, tenant.owner_id)  # fmt: skip
    with viewer_scope(Viewer(tenant.agent_id, "own")):
        with pytest.raises(NotFound):
            await ours.attachments.get(file)
        await _shared(ours, file, tenant)
        assert (await ours.attachments.get(file)).filename == "plan.pdf"
        await ours.attachments.release(file)
        with pytest.raises(NotFound):
            await ours.attachments.get(file)
    with pytest.raises(NotFound):
        await theirs.attachments.get(file)


async def _shared(ctx: Context, file: UUID, tenant: SeededTenant) -> None:
    with viewer_scope(Viewer(tenant.owner_id, "all")):
        await ctx.attachments.hold(file, shared=True)


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
