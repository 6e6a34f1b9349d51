"""Teams: made, filled, renamed, dissolved; and who may let whom see what."""

from typing import Any
from uuid import UUID

from core.db.pool import Database
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import new_thread
from tests.people.crew import EnterAs
from tests.seed import SeededTenant


async def test_a_team_is_made_filled_renamed_and_each_act_recorded(
    db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    boss, agent = await enter(tenant, "owner"), str(tenant.agent_id)
    made = await boss.ask("POST", "/teams", {"name": "Sales", "members": [agent]})
    assert (made.status, made.json["name"]) == (201, "Sales")
    assert made.json["members"] == [{"id": agent, "name": "Agent"}]
    path = f"/teams/{made.json['id']}"
    assert (await boss.ask("PATCH", path, {"name": "Ventes"})).json["name"] == "Ventes"
    filled = await boss.ask("PUT", f"{path}/members", {"members": [str(tenant.owner_id), str(tenant.owner_id)]})
    assert [one["name"] for one in filled.json["members"]] == ["Owner"]
    assert (await boss.get(path)).json == filled.json
    assert (await boss.get("/teams")).json == {"items": [filled.json], "next": None}
    assert (await boss.get("/bootstrap")).json["teams"] == [{"id": made.json["id"], "name": "Ventes"}]
    rows = await db.system.fetch("select action, changes from audit_log where subject_kind = 'team' order by n")
    assert [(row["action"], row["changes"]) for row in rows] == [
        ("team.created", {"name": [None, "Sales"], "members": [None, [agent]]}),
        ("team.renamed", {"name": ["Sales", "Ventes"]}),
        ("team.members_changed", {"members": [[agent], [str(tenant.owner_id)]]}),
    ]
    told = await db.system.fetch("select payload from event_outbox where type = 'team.saved' order by id")
    assert told[-1]["payload"] == {"team": {"id": made.json["id"], "name": "Ventes"}}


async def test_what_changes_nothing_makes_no_version(enter: Enter, tenant: SeededTenant) -> None:
    boss, agent = await enter(tenant, "owner"), str(tenant.agent_id)
    made = await boss.ask("POST", "/teams", {"name": "Sales", "members": [agent]})
    path = f"/teams/{made.json['id']}"
    assert (await boss.ask("PATCH", path, {"name": "Sales"})).json == made.json
    assert (await boss.ask("PUT", f"{path}/members", {"members": [agent]})).json == made.json


async def test_a_name_is_taken_once_in_a_tenant(
    enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    boss, other = await enter(tenant, "owner"), await enter(other_tenant, "owner")
    assert (await boss.ask("POST", "/teams", {"name": "Sales"})).status == 201
    second = (await boss.ask("POST", "/teams", {"name": "Support"})).json["id"]
    for refused in (await boss.ask("POST", "/teams", {"name": "SALES"}),
                    await boss.ask("PATCH", f"/teams/{second}", {"name": "sales"})):  # fmt: skip
        assert (refused.status, refused.json["type"]) == (409, "/problems/name-taken")
        assert refused.json["errors"][0]["loc"] == ["name"]
    assert (await other.ask("POST", "/teams", {"name": "Sales"})).status == 201


async def test_a_dissolved_teams_conversations_and_numbers_have_none(
    db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    boss, thread = await enter(tenant, "owner"), await new_thread(db, tenant)
    team = (await boss.ask("POST", "/teams", {"name": "Sales"})).json["id"]
    moved = await boss.ask("PUT", f"/conversations/{thread.conversation_id}/team", {"team": team})
    assert moved.json["team"] == {"id": team, "name": "Sales"}
    await db.system.execute("update accounts set team_id = $2 where id = $1", tenant.account_id, UUID(team))
    assert (await boss.ask("DELETE", f"/teams/{team}")).status == 204
    assert (await boss.get(f"/conversations/{thread.conversation_id}")).json["team"] is None
    assert await db.system.fetchval("select team_id from accounts where id = $1", tenant.account_id) is None
    assert await db.system.fetchval("select payload from event_outbox where type = 'team.deleted'") == {"id": team}


async def test_who_sees_their_teams_alone_lets_nobody_into_another(
    db: Database, enter: Enter, enter_as: EnterAs, tenant: SeededTenant
) -> None:
    boss = await enter(tenant, "owner")
    leader = await enter_as(tenant, "leader", ["teams.manage", "conversations.read"], "team")
    me = (await leader.get("/me")).json["id"]
    mine = (await boss.ask("POST", "/teams", {"name": "Mine", "members": [me]})).json["id"]
    theirs = (await boss.ask("POST", "/teams", {"name": "Theirs"})).json["id"]
    for members in ([me], [str(tenant.agent_id)]):
        assert (await leader.ask("PUT", f"/teams/{theirs}/members", {"members": members})).status == 403
    filled = await leader.ask("PUT", f"/teams/{mine}/members", {"members": [me, str(tenant.agent_id)]})
    assert len(filled.json["members"]) == 2
    assert await db.system.fetchval("select count(*) from team_members where team_id = $1", UUID(theirs)) == 0


async def test_nor_by_inviting_them_into_it(enter: Enter, enter_as: EnterAs, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    leader = await enter_as(tenant, "leader", ["members.manage", "conversations.read"], "team")
    me = (await leader.get("/me")).json["id"]
    mine = (await boss.ask("POST", "/teams", {"name": "Mine", "members": [me]})).json["id"]
    theirs = (await boss.ask("POST", "/teams", {"name": "Theirs"})).json["id"]

    async def invited(caller: Caller, email: str, *teams: str) -> dict[str, Any]:
        wanted = {"email": email, "role": "leader", "teams": list(teams)}
        item: dict[str, Any] = (await caller.ask("POST", "/invitations", {"invitations": [wanted]})).json["items"][0]
        return item

    assert (await invited(leader, "a@example.test", theirs))["problem"]["status"] == 403
    assert (await invited(leader, "b@example.test", mine, theirs))["problem"]["status"] == 403
    assert (await invited(leader, "c@example.test", mine))["problem"] is None
    waiting = (await invited(boss, "d@example.test", theirs))["invitation"]["id"]
    assert (await leader.ask("POST", f"/invitations/{waiting}/renewals")).status == 403
    assert (await boss.ask("POST", f"/invitations/{waiting}/renewals")).status == 201


async def test_a_conversation_is_moved_to_a_team_of_ones_own_tenant_alone(
    db: Database, enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    agent, thread = await enter(tenant, "agent"), await new_thread(db, tenant)
    foreign = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'T') returning id",
                                       other_tenant.id)  # fmt: skip
    path = f"/conversations/{thread.conversation_id}/team"
    refused = await agent.ask("PUT", path, {"team": str(foreign)})
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["team"])
    assert (await agent.ask("PUT", path, {})).status == 422
    assert await db.system.fetchval("select team_id from conversations") is None
