"""Lists by every filter and in both orders: what they hold, page by page, by index; what a limited member learns."""

import json
import random
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from comptoir_sdk.migrations import FilterableFields, FilterableTimers, ProtectTenantTable

from core.app import NoPlugins
from core.db.pool import Connection, Database, connect
from core.db.scope import Sees, Viewer, tenant_scope, viewer_scope
from core.messaging.conversation_counts import count_statement
from core.messaging.conversation_filter import Sort, Timed
from core.messaging.conversation_list import (
    NEAREST,
    Filter,
    Wished,
    list_conversations,
    nearest_statement,
    page_statement,
)
from core.messaging.plugin_sets import FEW, MANY, Narrowed, PluginSet, narrowed, sets_of
from tests.http.callers import Caller, new_member
from tests.http.conftest import Enter
from tests.seed import SeededTenant

_FILL = """
insert into contacts (tenant_id, name, phone)
select $1, 'C ' || n, (212600000000 + n)::text from generate_series(1, $2) n
"""
_TALKS = """
insert into conversations (tenant_id, account_id, contact_id, status, assignee_id, team_id, priority, unread_count,
    last_message_at, last_inbound_at, waiting_since)
select $1, $2, c.id, (array['closed', 'closed', 'open', 'snoozed'])[1 + n % 4],
    case when n % 3 = 0 then $3::uuid when n % 3 = 1 then $4::uuid end, case when n % 5 = 0 then $5::uuid end,
    (array['none', 'none', 'low', 'high', 'urgent'])[1 + n % 5], case when n % 7 = 0 then 2 else 0 end,
    $6::timestamptz - n * interval '10 minutes', $6::timestamptz - n * interval '11 minutes',
    case when n % 2 = 0 then $6::timestamptz - n * interval '12 minutes' end
from (select id, row_number() over (order by phone) as n from contacts where tenant_id = $1) c
"""
_FIELDS = """
insert into acme_field (tenant_id, contact_id, key, value)
select $1, c.id, f.key, f.value
from (select id, row_number() over (order by phone) as n from contacts where tenant_id = $1) c
cross join lateral (values ('city', case when n % 3 = 0 then 'Fes' else 'Agadir' end),
    ('plan', case when n % 71 = 0 then 'Gold' end)) f (key, value) where f.value is not null
"""
# Of those that are not closed a third is late to be answered, a third has twenty minutes left; few are late to be
# closed, the others stand still or have the day. Each was answered late before.
_TIMERS = """
insert into acme_timer (tenant_id, conversation_id, kind, due_at, paused_at, stopped_at)
select $1, v.id, t.kind, $2::timestamptz + t.due, t.paused_at, t.stopped_at
from (select id, row_number() over (order by last_message_at desc) as n from conversations
    where tenant_id = $1 and status <> 'closed') v
cross join lateral (values ('answer', interval '-2 days', null::timestamptz, $2::timestamptz),
    ('answer', case n % 3 when 0 then interval '-1 hour' when 1 then interval '20 minutes' end, null, null),
    ('closing', case when n % 71 = 0 then interval '-1 minute' else interval '1 day' end,
        case when n % 2 = 0 then $2::timestamptz end, null)) t (kind, due, paused_at, stopped_at)
where t.due is not null
"""
TABLES, TIMERS = ("acme_field",), ("acme_timer",)
_TABLE = [
    "create table acme_field (tenant_id uuid not null, id uuid default uuidv7(), contact_id uuid not null, "
    "key text not null, value text not null, unique (tenant_id, contact_id, key))",
    *ProtectTenantTable("acme_field", {"contact_id": "contacts"}).sql, *FilterableFields("acme_field").sql,
    "create table acme_timer (tenant_id uuid not null, id uuid default uuidv7(), conversation_id uuid not null, "
    "kind text not null, due_at timestamptz not null, paused_at timestamptz, stopped_at timestamptz)",
    *ProtectTenantTable("acme_timer", {"conversation_id": "conversations"}).sql,
    *FilterableTimers("acme_timer").sql]  # fmt: skip


@pytest.fixture(autouse=True)
async def kept_fields(db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A plugin keeps fields of contacts, and timers."""
    monkeypatch.setattr(NoPlugins, "contact_fields", lambda *_: TABLES)
    monkeypatch.setattr(NoPlugins, "conversation_timers", lambda *_: TIMERS)
    owner = await connect(db.url, "comptoir_owner")
    try:
        for statement in _TABLE:
            await owner.execute(str(statement))
        yield
        await owner.execute("drop table acme_field, acme_timer")
    finally:
        await owner.close()


class Office:
    """Conversations of every kind, and who stands in it."""

    def __init__(self, tenant: SeededTenant, me: UUID, other: UUID, team: UUID, tags: list[UUID],
                 now: datetime) -> None:
        self.tenant, self.me, self.other, self.team, self.tags = tenant, me, other, team, tags
        self.now = now


async def office(db: Database, tenant: SeededTenant, size: int) -> Office:
    now = datetime.now(UTC)
    me, other = [(await new_member(db, tenant.id, "agent"))[0] for _ in range(2)]
    async with db.system_transaction() as connection:
        team = await connection.fetchval("insert into teams (tenant_id, name) values ($1, 'A') returning id", tenant.id)
        await connection.execute("insert into team_members values ($1, $2, $3)", tenant.id, team, me)
        await connection.execute(_FILL, tenant.id, size)
        await connection.execute(_TALKS, tenant.id, tenant.account_id, me, other, team, now)
        await connection.execute(_FIELDS, tenant.id)
        await connection.execute(_TIMERS, tenant.id, now)
        tags = [row["id"] for row in await connection.fetch(
            "insert into tags (tenant_id, name, colour) values ($1, 'often', 'red'), ($1, 'rare', 'blue') returning id",
            tenant.id)]  # fmt: skip
        await connection.execute(
            "update conversations v set tag_ids = case when n % 4 = 0 then $2::uuid[] else $3::uuid[] end from ("
            "select id, row_number() over (order by last_message_at desc) n from conversations where tenant_id = $1) t "
            "where v.id = t.id and (n % 4 = 0 or n % 97 = 3)", tenant.id, tags[:1], tags[1:])  # fmt: skip
    return Office(tenant, me, other, team, tags, now)


async def everything(db: Database) -> list[Any]:
    return list(await db.system.fetch("select v.*, (select jsonb_object_agg(a.key, a.value) from acme_field a "
                                      "where a.contact_id = v.contact_id) as fields, array(select t.kind || case when "
                                      "t.due_at < now() then ' late' else '' end from acme_timer t where "
                                      "t.conversation_id = v.id and t.stopped_at is null and t.paused_at is null) "
                                      "as timers from conversations v"))  # fmt: skip


def matching(office: Office) -> dict[str, Any]:
    """Each query, and what it is meant to let through."""
    soon, today = office.now - timedelta(hours=24), office.now - timedelta(hours=19)
    return {
        "": lambda v: True,
        "status=open": lambda v: v["status"] == "open",
        "status=snoozed&assignee=none": lambda v: v["status"] == "snoozed" and v["assignee_id"] is None,
        f"assignee={office.me}": lambda v: v["assignee_id"] == office.me,
        f"assignee=none,{office.other}": lambda v: v["assignee_id"] in (None, office.other),
        f"assignee={office.me},{office.other}&status=closed":
            lambda v: v["assignee_id"] is not None and v["status"] == "closed",
        f"team={office.team}": lambda v: v["team_id"] == office.team,
        "team=none&priority=low": lambda v: v["team_id"] is None and v["priority"] == "low",
        f"tag={office.tags[0]}": lambda v: office.tags[0] in v["tag_ids"],
        f"tag={office.tags[0]},{office.tags[1]}": lambda v: bool(v["tag_ids"]),
        f"tag={office.tags[1]}&status=open&unread=true":
            lambda v: office.tags[1] in v["tag_ids"] and v["status"] == "open" and v["unread_count"] > 0,
        "priority=high,urgent": lambda v: v["priority"] in ("high", "urgent"),
        "priority=none,high": lambda v: v["priority"] in ("none", "high"),
        "unread=true": lambda v: v["unread_count"] > 0,
        "kind=group": lambda v: False,
        f"account={office.tenant.account_id}&kind=person": lambda v: True,
        "window_hours=5": lambda v: soon < v["last_inbound_at"] <= today,
        "field=city=fes": lambda v: v["fields"]["city"] == "Fes",
        "field=plan=Gold&status=closed": lambda v: v["fields"].get("plan") == "Gold" and v["status"] == "closed",
        f"field=city=FES&assignee={office.me}&tag={office.tags[0]}": lambda v: v["fields"]["city"] == "Fes"
            and v["assignee_id"] == office.me and office.tags[0] in v["tag_ids"],
        "timer=running": lambda v: bool(v["timers"]),
        "timer=overdue": lambda v: {"answer late", "closing late"} & set(v["timers"]),
        "timer=answer:within:30&status=open": lambda v: "answer" in v["timers"] and v["status"] == "open",
        f"timer=closing:overdue&assignee={office.me}": lambda v: "closing late" in v["timers"]
            and v["assignee_id"] == office.me,
        "timer=within:10&field=city=Fes": lambda v: False,
        "waiting_minutes=0": lambda v: v["status"] != "closed" and v["waiting_since"] is not None,
        "waiting_minutes=595": lambda v: v["status"] != "closed" and v["waiting_since"] is not None
            and v["waiting_since"] < office.now - timedelta(minutes=595),
    }


async def pages(caller: Caller, query: str) -> list[Any]:
    found, cursor = [], ""
    while True:
        answer = await caller.get(f"/conversations?{query}&limit=37{cursor}".replace("?&", "?"))
        assert answer.status == 200, answer.raw
        found += answer.json["items"]
        if answer.json["next"] is None:
            return found
        cursor = f"&cursor={answer.json['next']}"


# Sets of plugins' are gone through; asked about at the beginning of the list, and then gone through; or asked about.
WAYS = pytest.mark.parametrize(("few", "many", "nearest"), [(FEW, MANY, NEAREST), (3, MANY, 40), (3, 3, 40)])


@pytest.fixture
def way(few: int, many: int, nearest: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.messaging.conversation_list.FEW", few)
    monkeypatch.setattr("core.messaging.conversation_list.NEAREST", nearest)
    for counts_or_list in ("counts", "list"):
        monkeypatch.setattr(f"core.messaging.conversation_{counts_or_list}.MANY", many)


@WAYS
@pytest.mark.usefixtures("way")
async def test_every_filter_in_both_orders_and_its_count(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    place = await office(db, tenant, 400)
    agent, rows = await enter(tenant, "agent"), await everything(db)
    for query, wanted in matching(place).items():
        expected = sorted((v for v in rows if wanted(v)), key=lambda v: (v["last_message_at"], v["id"]), reverse=True)
        assert [item["id"] for item in await pages(agent, query)] == [str(v["id"]) for v in expected], query
        waits = sorted((v for v in expected if v["waiting_since"] and v["status"] != "closed"),
                       key=lambda v: (v["waiting_since"], v["id"]))  # fmt: skip
        found = await pages(agent, f"{query}&sort=waiting".strip("&"))
        assert [item["id"] for item in found] == [str(v["id"]) for v in waits], query
        asked = {name: value for name, _, value in (part.partition("=") for part in query.split("&")) if name}
        told = await agent.get(f"/conversations/counts?of={json.dumps([asked, {'status': 'open'}])}")
        assert told.json["items"][0] == {"count": len(expected), "more": False}, (query, told.raw)
    assert (await pages(agent, "status=closed&sort=waiting")) == []
    for wrong in ("late", "within", "within:", "within:-1", "Answer:overdue", "answer:"):
        assert (await agent.get(f"/conversations?timer={wrong}")).status == 422, wrong


@WAYS
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("sees", ["team", "own"])
async def test_a_limited_member_finds_and_counts_their_own_alone(
    sees: Sees, enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    place = await office(db, tenant, 300)
    await db.system.execute("insert into roles (tenant_id, key, name, permissions, sees) values ($1, 'floor', 'Floor', "
                            "'{conversations.read,contacts.read}', $2)", tenant.id, sees)  # fmt: skip
    await db.system.execute("update memberships set role = 'floor' where user_id = $1", place.me)
    email = await db.system.fetchval("select email from users where id = $1", place.me)
    member = await enter(tenant, "viewer")
    assert (await member.log_in(email)).status == 200
    rows = [v for v in await everything(db)
            if v["assignee_id"] == place.me or (sees == "team" and v["team_id"] == place.team)]  # fmt: skip
    for query, wanted in matching(place).items():
        expected = {str(v["id"]) for v in rows if wanted(v)}
        found = [item["id"] for item in await pages(member, query)]
        assert (set(found), len(found)) == (expected, len(expected)), query
        waits = {str(v["id"]) for v in rows if wanted(v) and v["waiting_since"] and v["status"] != "closed"}
        assert {item["id"] for item in await pages(member, f"{query}&sort=waiting".strip("&"))} == waits, query
        asked = {name: value for name, _, value in (part.partition("=") for part in query.split("&")) if name}
        told = (await member.get(f"/conversations/counts?of={json.dumps([asked])}")).json["items"]
        assert told == [{"count": len(expected), "more": False}], query


@pytest.mark.parametrize(("few", "many", "nearest"), [(3, MANY, 40)])
@pytest.mark.usefixtures("way")
async def test_a_value_that_many_hold_is_gone_through_where_the_beginning_of_the_list_has_too_few_of_them(
    db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 400 contacts every third is of Fes; the 71st, 142nd, … have a plan."""
    await office(db, tenant, 400)
    gone_through: list[bool] = []

    def seen(wished: Wished, narrow: Narrowed) -> tuple[str, list[Any]]:
        gone_through.append(narrow.through is not None)
        return page_statement(wished, narrow)

    monkeypatch.setattr("core.messaging.conversation_list.page_statement", seen)
    with tenant_scope(tenant.id):
        near = await list_conversations(db, Filter(field=("city", "Fes")), limit=10, fields=TABLES)
        assert (len(near.items), gone_through) == (10, [])
        far = await list_conversations(db, Filter(field=("plan", "gold")), limit=10, fields=TABLES)
        assert (len(far.items), gone_through) == (5, [True])
        late = await list_conversations(db, Filter(timer=Timed("overdue", kind="answer")), limit=50, timers=TIMERS)
        assert (len(late.items), gone_through) == (50, [True, True])


async def test_whoever_may_not_know_contacts_asks_for_none_of_their_fields(
    enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    await office(db, tenant, 9)
    await db.system.execute("insert into roles (tenant_id, key, name, permissions, sees) values ($1, 'desk', 'Desk', "
                            "'{conversations.read}', 'all')", tenant.id)  # fmt: skip
    agent = await enter(tenant, "agent")
    await db.system.execute("update memberships set role = 'desk' where role = 'agent'")
    assert (await agent.get("/conversations?field=city=Agadir")).status == 403
    assert (await agent.get('/conversations/counts?of=[{"field":"city=Agadir"}]')).status == 403
    assert (await agent.get("/conversations?status=open")).status == 200


async def test_a_count_that_takes_too_long_is_none_and_holds_up_no_other(
    enter: Enter, db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = await office(db, tenant, 9)
    dear = PluginSet("contact_id", lambda _: "select pg_sleep(5)::text::uuid as value")
    monkeypatch.setattr("core.messaging.conversation_counts.sets_of", lambda one, *_: [dear] if one.field else [])
    monkeypatch.setattr("core.messaging.conversation_counts.MANY", -1)
    asked = json.dumps([{"status": "open"}, {"field": "city=Agadir"}, {"assignee": [str(place.me)]}])
    told = (await (await enter(tenant, "agent")).get(f"/conversations/counts?of={asked}")).json["items"]
    assert [one["count"] is None for one in told] == [False, True, False]
    assert told[1] == {"count": None, "more": False}


async def test_counting_stops_at_a_thousand(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    await office(db, tenant, 1001)
    agent = await enter(tenant, "agent")
    assert (await agent.get("/conversations/counts?of=[{}]")).json["items"] == [{"count": 999, "more": True}]
    assert (await agent.get("/conversations/counts")).json["items"] == []
    assert (await agent.get("/conversations/counts?of=[{\"assigned\":1}]")).status == 422
    assert (await agent.get(f"/conversations/counts?of={json.dumps([{}] * 51)}")).status == 422


FILTERS: dict[str, Callable[[Office], Filter]] = {
    "all": lambda o: Filter(), "open": lambda o: Filter("open"), "closed": lambda o: Filter("closed"),
    "mine": lambda o: Filter("open", [o.me]), "nobody's": lambda o: Filter("open", ["none"]),
    "several": lambda o: Filter(None, [o.me, o.other, "none"]),
    "nobody's, whatever their state": lambda o: Filter(None, ["none"]), "team": lambda o: Filter(team=o.team),
    "often": lambda o: Filter(tags=o.tags[:1]), "rare": lambda o: Filter(tags=o.tags[1:]),
    "rare and open": lambda o: Filter("open", tags=o.tags[1:]),
    "account": lambda o: Filter(account=o.tenant.account_id),
    "no such account": lambda o: Filter(account=o.team), "urgent": lambda o: Filter(priorities=["urgent"]),
    "unread": lambda o: Filter(unread=True), "window": lambda o: Filter(window_within=timedelta(hours=2)),
    "waiting": lambda o: Filter(waiting_longer=timedelta(hours=1)), "groups": lambda o: Filter(kind="group"),
    "kept of many": lambda o: Filter("open", field=("city", "Fes")),
    "kept of few": lambda o: Filter(field=("plan", "gold")),
    "kept of nobody": lambda o: Filter(field=("plan", "tin")),
    "late for many": lambda o: Filter(timer=Timed("overdue", kind="answer")),
    "late for few": lambda o: Filter(timer=Timed("overdue", kind="closing")),
    "due soon for nobody": lambda o: Filter(timer=Timed("within", 5)),
}  # fmt: skip


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for child in plan.get("Plans", ()) for node in nodes(child))]


async def explained(connection: Connection, query: str, given: list[Any]) -> list[dict[str, Any]]:
    plan = await connection.fetchval(f"explain (analyze, buffers, format json) {query}", *given)
    return nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def read(node: dict[str, Any]) -> float:
    return float(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)))


async def asked(connection: Connection, wanted: Filter) -> list[tuple[str, list[Any], int]]:
    """The statements of a filter's lists and of its count, and how many rows of a table each may read."""
    middle = (datetime.now(UTC) - timedelta(days=90), UUID(int=random.getrandbits(128)))
    sorts: tuple[Sort, ...] = ("latest", "waiting")
    sets = sets_of(wanted, TABLES, TIMERS)
    few, many = [await narrowed(connection, sets, most) for most in (FEW, MANY)]
    found = [(*count_statement([(wanted, many)]), 13_000)]
    for wished in (Wished(wanted, sort, 101, after) for sort in sorts for after in (None, middle)):
        if few.through or not sets:
            found.append((*page_statement(wished, few), 3000))
        else:
            found += [(*nearest_statement(wished, sets), 3 * NEAREST), (*page_statement(wished, many), 13_000)]
    return found


@pytest.mark.parametrize("moved", [False, True], ids=["at rest", "moved"])
async def test_every_list_and_count_is_read_by_an_index_and_nothing_whole_is_sorted(
    db: Database, tenant: SeededTenant, moved: bool
) -> None:
    """30,000 conversations; a page reads a few hundred rows of them, whoever asks and from wherever it begins, and
    whether all that an index has of them is true or has to be looked at."""
    place = await office(db, tenant, 30_000)
    await db.system.execute("vacuum analyze conversations, conversation_tags, contacts, acme_field, acme_timer")
    if moved:
        await db.system.execute("update conversations set updated_at = now()")
        await db.system.execute("analyze conversations")
    for sees in ("all", "team", "own"):
        with tenant_scope(tenant.id), viewer_scope(Viewer(place.me, sees)):
            async with db.tenant() as connection:
                for name, made in FILTERS.items():
                    for query, given, most in await asked(connection, made(place)):
                        for node in await explained(connection, query, given):
                            if node.get("Relation Name") in ("conversations", "conversation_tags", *TABLES, *TIMERS):
                                told = (sees, name, node["Node Type"], node["Relation Name"], read(node), query)
                                assert node["Node Type"] != "Seq Scan", told
                                # A limited member's filter may look at all that they see, and a kind of timer is
                                # looked for among all kinds that are due.
                                bounded = sees == "all" and node["Relation Name"] not in TIMERS
                                assert read(node) <= (most if bounded else max(most, 10_000)), told
