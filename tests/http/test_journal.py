"""Deliveries are found again by wamid, phone or time, each tenant's own items alone, and every message is explained."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest

from core.app import WebProcess
from core.auth.permissions import Role
from core.db.pool import Database
from core.http.application import Application
from core.messaging.deliveries.quarantined import QuarantineReplayer
from tests.http.callers import OWN_SITE, Caller, new_member
from tests.http.conftest import Enter
from tests.messaging.intake.deliveries import apply, count, delivery, journal, numbered, status, text
from tests.seed import SeededTenant

WAMID, THEIRS = "wamid.HBgMMjEyNjExMTExMTEx", "wamid.HBgMMjEyNjk5OTk5OTk5"


@pytest.fixture
async def shared(db: Database, tenant: SeededTenant, other_tenant: SeededTenant) -> int:
    """A delivery that holds items of two tenants; its id."""
    await db.system.execute("update accounts set meta_app_id = (select a.meta_app_id from accounts a where a.tenant_id "
                            "= $1) where tenant_id = $2", tenant.id, other_tenant.id)
    ours = json.loads(delivery(tenant, text(WAMID, "212611111111", "our words")))
    theirs = json.loads(delivery(other_tenant, text(THEIRS, "212699999999", "their words")))
    body = {**ours, "entry": ours["entry"] + theirs["entry"]}
    [number] = await journal(db, tenant, json.dumps(body).encode())
    await apply(db, tenant)
    return number


@pytest.fixture
async def operator(process: WebProcess, db: Database, tenant: SeededTenant) -> Caller:
    user_id, email = await new_member(db, tenant.id, "agent")
    await db.system.execute("update users set platform_admin = true where id = $1", user_id)
    caller = Caller(process.app, dict(OWN_SITE))
    assert (await caller.log_in(email)).status == 200
    return caller


async def found(caller: Caller, query: str, prefix: str = "") -> list[dict[str, Any]]:
    answer = await caller.get(f"{prefix}/journal/deliveries?{query}")
    assert answer.status == 200, answer.json
    items: list[dict[str, Any]] = answer.json["items"]
    return items


async def test_each_tenant_finds_its_own_items_of_a_shared_delivery(
    enter: Enter, operator: Caller, tenant: SeededTenant, other_tenant: SeededTenant, shared: int
) -> None:
    for own, mine, foreign in ((tenant, WAMID, THEIRS), (other_tenant, THEIRS, WAMID)):
        caller = await enter(own, "supervisor")
        [told] = await found(caller, f"wamid={mine}")
        assert (told["id"], told["bytes"], told["waiting"], told["item_count"]) == (shared, None, False, 1)
        assert [(item["wamid"], item["tenant"]["slug"], item["outcome"]) for item in told["items"]] == [
            (mine, own.slug, "applied")]
        assert told["items"][0]["message_id"] is not None
        assert await found(caller, f"wamid={foreign}") == []
        whole = (await caller.get(f"/journal/deliveries/{shared}")).json
        assert mine in json.dumps(whole)
        assert foreign not in json.dumps(whole)
        assert whole["headers"] == {}
    [told] = await found(operator, f"wamid={THEIRS}", "/platform")
    assert {item["tenant"]["slug"] for item in told["items"]} == {"atlas", "zagora"}
    assert told["bytes"] > 100


async def test_a_look_at_a_content_is_in_everybodys_audit_log_and_shows_no_signature(
    db: Database, operator: Caller, tenant: SeededTenant, other_tenant: SeededTenant, shared: int
) -> None:
    await db.system.execute("update journal set headers = $1", {"x-hub-signature-256": "sha256=00", "user-agent": "M"})
    told = (await operator.get(f"/platform/journal/deliveries/{shared}")).json
    assert told["headers"] == {"user-agent": "M"}
    assert "their words" in json.dumps(told["content"])
    looks = await db.system.fetch("select chain from audit_log where action = 'delivery.read'")
    assert len(looks) == 3
    assert {tenant.id, other_tenant.id} < {row["chain"] for row in looks}


@pytest.mark.parametrize("phone", ["212611111111", "+212 611-111-111", "00212611111111", "0611111111", "1111",
                                   "٢١٢٦١١١١١١١١", "11 11 11"])  # fmt: skip
async def test_a_phone_is_found_in_any_spelling_and_by_four_digits(
    enter: Enter, tenant: SeededTenant, shared: int, phone: str
) -> None:
    caller = await enter(tenant, "owner")
    assert [one["id"] for one in await found(caller, f"phone={quote(phone)}")] == [shared]


async def test_too_few_digits_are_refused_and_the_others_phone_finds_nothing(
    enter: Enter, tenant: SeededTenant, shared: int
) -> None:
    caller = await enter(tenant, "owner")
    assert (await caller.get("/journal/deliveries?phone=212")).status == 422
    for foreign in ("212699999999", "9999"):
        assert await found(caller, f"phone={foreign}") == []


async def test_by_time_and_page_by_page(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    ids = await journal(db, tenant, *(delivery(tenant, text(f"wamid.{n}")) for n in range(5)))
    await apply(db, tenant)
    caller = await enter(tenant, "admin")
    seen, cursor = [], ""
    while True:
        page = (await caller.get(f"/journal/deliveries?limit=2{cursor}")).json
        seen += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == ids[::-1]
    now = datetime.now(UTC)
    late, early = (now + timedelta(hours=1)).isoformat(), (now - timedelta(hours=1)).isoformat()
    for query, expected in ((f"since={early}", 5), (f"since={late}", 0), (f"until={early}", 0)):
        assert len(await found(caller, query.replace("+", "%2B"))) == expected, query
    assert (await caller.get("/journal/deliveries?cursor=rubbish")).status == 422


async def test_the_operator_also_finds_what_belongs_to_nobody_and_what_waits(
    db: Database, enter: Enter, operator: Caller, tenant: SeededTenant
) -> None:
    await apply(db, tenant, delivery(tenant, text("wamid.lost", "212655555555"), phone_number_id="999"))
    [waits] = await journal(db, tenant, delivery(tenant, text("wamid.waits")))
    for query in ("wamid=wamid.lost", "phone=%2B212655555555"):
        [told] = await found(operator, query, "/platform")
        assert (told["set_aside"], told["items"]) == (1, [])
    listed = await found(operator, "", "/platform")
    assert (listed[0]["id"], listed[0]["waiting"]) == (waits, True)
    owner = await enter(tenant, "owner")
    assert await found(owner, "") == []
    assert (await owner.get(f"/journal/deliveries/{waits}")).status == 404


async def test_who_sees_less_than_everything_reads_no_journal(
    app: Application, db: Database, enter: Enter, tenant: SeededTenant, shared: int
) -> None:
    expected: dict[Role, int] = {"owner": 200, "supervisor": 200, "agent": 403, "viewer": 403}
    for role, status_code in expected.items():
        caller = await enter(tenant, role)
        assert (await caller.get("/journal/deliveries")).status == status_code, role
    await db.system.execute("insert into roles (tenant_id, key, name, permissions, sees) values "
                            "($1, 'few', 'Few', '{conversations.read,journal.read,messages.explain}', 'own')",
                            tenant.id)
    user_id, email = await new_member(db, tenant.id, "agent")
    await db.system.execute("update memberships set role = 'few' where user_id = $1", user_id)
    few = Caller(app)
    assert (await few.log_in(email)).status == 200
    assert (await few.get("/journal/deliveries")).status == 403
    message_id = await db.system.fetchval("select id from messages where wamid = $1", WAMID)
    for path in (f"/messages/{message_id}/explanation", f"/explanation?wamid={WAMID}"):
        assert (await few.get(path)).status == 404
    await db.system.execute("update conversations set assignee_id = $1 where tenant_id = $2", user_id, tenant.id)
    assert (await few.get(f"/messages/{message_id}/explanation")).status == 200


async def test_an_inbound_message_is_explained_from_the_delivery_to_the_events(
    db: Database, enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant, shared: int
) -> None:
    await apply(db, tenant, delivery(tenant, text(WAMID, "212611111111", "our words")))
    await numbered(db, tenant)
    message_id = await db.system.fetchval("select id from messages where wamid = $1", WAMID)
    caller = await enter(tenant, "supervisor")
    told = (await caller.get(f"/messages/{message_id}/explanation")).json
    assert told == (await caller.get(f"/explanation?wamid={WAMID}")).json
    assert (told["message"]["id"], told["message"]["direction"]) == (str(message_id), "inbound")
    steps = [(step["stage"], step["outcome"]) for step in told["steps"]]
    assert [one for one in steps if one[0] in ("received", "applied")] == [
        ("received", "journalled"), ("applied", "stored"), ("received", "journalled"), ("applied", "double")]
    assert ("event", "numbered") in steps
    assert {step["what"] for step in told["steps"] if step["stage"] == "event"} == {"message.received"}
    assert next(step["delivery_id"] for step in told["steps"] if step["stage"] == "received") == shared
    times = [step["at"] for step in told["steps"] if step["at"]]
    assert times == sorted(times)
    stranger = await enter(other_tenant, "owner")
    for path in (f"/messages/{message_id}/explanation", f"/explanation?wamid={WAMID}"):
        assert (await stranger.get(path)).status == 404


async def test_an_outbound_message_is_explained_with_its_attempts_plugins_and_statuses(
    app: Application, db: Database, enter: Enter, tenant: SeededTenant, shared: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await db.system.fetchrow(
        "select id, contact_id from conversations where tenant_id = $1", tenant.id)
    assert conversation is not None
    message_id = await db.system.fetchval(
        """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction,
            type, body, author_kind, status, status_rank, at, queued_at)
        values ($1, $2, $3, $4, $5, 'wamid.out', 'outbound', 'text', 'answer', 'api', 'accepted', 0, now(), now())
        returning id""", tenant.id, conversation["id"], tenant.account_id, conversation["contact_id"],
        tenant.phone_number_id)
    for number, state, http_status, error in ((1, "refused", 429, {"code": 130429, "cause": "too fast"}),
                                              (2, "accepted", 200, None)):
        await db.system.execute(
            """insert into send_attempts (tenant_id, message_id, conversation_id, account_id, number, state,
                lease_until, finished_at, http_status, error, wamid)
            values ($1, $2, $3, $4, $5, $6, now(), clock_timestamp(), $7, $8, $9)""",
            tenant.id, message_id, conversation["id"], tenant.account_id, number, state, http_status, error,
            None if error else "wamid.out")
    await apply(db, tenant, delivery(tenant, status("wamid.out", "read"), status("wamid.out", "delivered")))
    events = [event for event in await numbered(db, tenant) if event.type == "message.status"]
    for plugin, seq in (("bell", events[-1].seq), ("slow", 0)):
        await db.system.execute("insert into plugin_cursors (tenant_id, plugin, seq) values ($1, $2, $3)",
                                tenant.id, plugin, seq)
    await db.system.execute("insert into observations (tenant_id, seq, plugin) values ($1, $2, 'bell')",
                            tenant.id, events[-1].seq)
    await db.system.execute(
        "insert into plugin_failures (tenant_id, plugin, hook, seq, traceback) "
        "values ($1, 'sour', 'on_message_status', $2, $3)", tenant.id, events[-1].seq,
        "Traceback\n  File x\nValueError: no such order\n")
    caller = await enter(tenant, "owner")
    _hearing(app, monkeypatch, [("bell", "on_message_status"), ("slow", "on_message_status")])
    steps = (await caller.get(f"/messages/{message_id}/explanation")).json["steps"]
    told = [(step["stage"], step["outcome"], step["detail"]) for step in steps]
    assert ("written", "queued") in [one[:2] for one in told]
    assert ("attempt", "refused", "130429: too fast") in told
    assert ("attempt", "accepted", "wamid.out") in told
    assert ("applied", "ranked", None) in told
    assert {step["what"] for step in steps if step["stage"] == "status"} == {"delivered", "read"}
    plugins = {step["plugin"]: (step["outcome"], step["detail"], step["at"] is None)
               for step in steps if step["stage"] == "plugin"}  # fmt: skip
    assert plugins == {"bell": ("handled", None, False), "slow": ("pending", None, True),
                       "sour": ("failed", "ValueError: no such order", False)}


def _hearing(app: Application, monkeypatch: pytest.MonkeyPatch, heard: list[tuple[str, str]]) -> None:
    monkeypatch.setattr(app.extensions["comptoir"], "hearing",
                        lambda _tenant, type: heard if type == "message.status" else [])


async def quarantine(db: Database, tenant: SeededTenant) -> None:
    """Two items of the tenant's, and one of nobody's."""
    broken = {"messages": [7, "x"], "contacts": []}
    await apply(db, tenant, delivery(tenant, broken), delivery(tenant, text("wamid.lost"), phone_number_id="999"))


async def test_what_was_set_aside_is_counted_replayed_and_dismissed(
    db: Database, enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await quarantine(db, tenant)
    caller, stranger = await enter(tenant, "admin"), await enter(other_tenant, "owner")
    first, second = (await caller.get("/quarantine")).json["items"]
    reasons = (await caller.get("/quarantine/reasons")).json["items"]
    assert sum(one["count"] for one in reasons) == 2
    assert (await stranger.get("/quarantine")).json["items"] == []
    assert (await stranger.get("/quarantine/reasons")).json["items"] == []
    for path, body in (("replay", None), ("dismissal", {"note": "mine"})):
        assert (await stranger.ask("POST", f"/quarantine/{first['id']}/{path}", body)).status == 404
    again = await caller.ask("POST", f"/quarantine/{first['id']}/replay")
    assert (again.status, again.json["state"]) == (200, "open")
    gone = await caller.ask("POST", f"/quarantine/{first['id']}/dismissal", {"note": "A test of ours"})
    assert (gone.json["state"], gone.json["note"], gone.json["dismissed_by"]) == (
        "dismissed", "A test of ours", "Admin")
    for path, body in (("replay", None), ("dismissal", {"note": "again"})):
        assert (await caller.ask("POST", f"/quarantine/{first['id']}/{path}", body)).status == 409
    assert [one["id"] for one in (await caller.get("/quarantine")).json["items"]] == [second["id"]]
    assert [one["id"] for one in (await caller.get("/quarantine?state=dismissed")).json["items"]] == [first["id"]]
    entries = await db.system.fetch("select action from audit_log where chain = $1", tenant.id)
    actions = {row["action"] for row in entries}
    assert {"quarantine.replayed", "quarantine.dismissed"} <= actions
    supervisor: Caller = await enter(tenant, "supervisor")
    assert (await supervisor.get("/quarantine")).status == 200
    assert (await supervisor.ask("POST", f"/quarantine/{second['id']}/replay")).status == 403


async def test_everything_of_a_reason_is_applied_once_its_number_is_connected(
    db: Database, operator: Caller, tenant: SeededTenant
) -> None:
    for n in range(3):
        await apply(db, tenant, delivery(tenant, text(f"wamid.{n}"), phone_number_id="999"))
    [reason] = (await operator.get("/platform/quarantine/reasons")).json["items"]
    assert reason["count"] == 3
    await db.system.execute("update accounts set phone_number_id = '999' where tenant_id = $1", tenant.id)
    asked = await operator.ask("POST", "/platform/quarantine/replays", {"reason": reason["reason"]})
    assert asked.status == 202
    assert await db.system.fetchval("select args ->> 'reason' from jobs where name = 'replay_quarantine'") == (
        reason["reason"])
    await QuarantineReplayer(db).replay(reason["reason"], None)
    assert await count(db, "messages") == 3
    assert (await operator.get("/platform/quarantine")).json["items"] == []
    assert len((await operator.get("/platform/quarantine?state=replayed")).json["items"]) == 3
    explained = (await operator.get("/platform/journal/explanations?wamid=wamid.1")).json["items"]
    assert [one["tenant"] and one["tenant"]["slug"] for one in explained] == ["atlas", None]
    assert [step["outcome"] for step in explained[1]["steps"]] == ["set_aside", "replayed"]


async def test_the_operator_replays_a_range_and_stops_it(operator: Caller, tenant: SeededTenant, shared: int) -> None:
    span = {"since": "2026-01-01T00:00:00Z", "until": "2036-01-02T00:00:00Z"}
    made = await operator.ask("POST", "/platform/journal/replays", {**span, "tenant": str(tenant.id)})
    assert (made.status, made.json["state"], made.json["total"]) == (202, "running", 1)
    path = f"/platform/journal/replays/{made.json['id']}"
    assert (await operator.get(path)).json == made.json
    assert (await operator.ask("DELETE", path)).json["state"] == "cancelled"
    assert [one["state"] for one in (await operator.get("/platform/journal/replays")).json["items"]] == ["cancelled"]
    wrong = {"since": span["until"], "until": span["since"]}
    assert (await operator.ask("POST", "/platform/journal/replays", wrong)).status == 422
    nobody = {**span, "tenant": "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"}
    assert (await operator.ask("POST", "/platform/journal/replays", nobody)).status == 404


@pytest.mark.parametrize("role", ["owner", "admin", "supervisor", "agent", "viewer"])
async def test_nobody_but_the_operator_sees_everybodys(enter: Enter, tenant: SeededTenant, role: Role) -> None:
    caller = await enter(tenant, role)
    for path in ("/platform/journal/deliveries", "/platform/journal/deliveries/1", "/platform/quarantine",
                 "/platform/quarantine/reasons", "/platform/journal/replays",
                 "/platform/journal/explanations?wamid=x"):  # fmt: skip
        assert (await caller.get(path)).status == 403, path
