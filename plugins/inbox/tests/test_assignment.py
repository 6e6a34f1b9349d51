"""Conversations are given by rule: to whom, how many, when nobody is there, and never over a person's head."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from comptoir_sdk import Context, Member
from comptoir_sdk.testing import Agent, Kernel, Shop

from plugins.inbox.assignment import desks, giving, hearing

BASE = "/api/v1/p/inbox"


async def rules(owner: Agent, *told: dict[str, Any], capacity: int = 10, **rest: Any) -> None:
    before = (await owner.get(f"{BASE}/assignment")).json()
    answer = await owner.put(f"{BASE}/assignment", json={
        "absent_minutes": None, "regive_minutes": None, **rest, "capacity": capacity, "version": before["version"],
        "rules": [{"name": f"Rule {number}", **rule} for number, rule in enumerate(told)]})  # fmt: skip
    assert answer.status == 200, answer.text


async def write(comptoir: Kernel, shop: Shop, *numbers: int) -> None:
    for number in numbers:
        await shop.receives("salam", sender=f"+2126000{number:05}", name=f"Customer {number:03}")
    await comptoir.drain()


async def listed(owner: Agent, status: str = "open") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page: str | None = ""
    while page is not None:
        cursor = f"&cursor={page}" if page else ""
        answer = (await owner.get(f"/api/v1/conversations?limit=100&status={status}{cursor}")).json()
        found, page = [*found, *answer["items"]], answer["next"]
    return sorted(found, key=lambda one: str(one["contact"]["name"]))


def held(conversations: Sequence[dict[str, Any]]) -> Counter[str | None]:
    return Counter(one["assignee"] and one["assignee"]["id"] for one in conversations)


async def away(agent: Agent, available: bool = False) -> None:
    assert (await agent.put(f"{BASE}/desks/mine", json={"available": available})).status == 204


async def test_two_hundred_at_once_are_spread_evenly_and_nobody_gets_more_than_their_capacity(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    team = [await shop.agent() for _ in range(6)]
    await rules(owner, {"method": "round_robin"}, capacity=30)
    narrow = await owner.put(f"{BASE}/desks/{team[0].user_id}", json={"capacity": 5})
    assert narrow.status == 204
    await away(owner)
    await write(comptoir, shop, *range(200))
    spread = held(await listed(owner))
    mine, others = spread.pop(str(team[0].user_id)), [spread[str(one.user_id)] for one in team[1:]]
    assert mine == 5
    assert others == [30] * 5
    assert spread[None] == 200 - 5 - 150
    assert await shop.failures("inbox") == []
    # Places become free: the longest waiting get them.
    theirs = [one for one in await listed(owner) if one["assignee"] and one["assignee"]["id"] == str(team[1].user_id)]
    for one in theirs[:3]:
        await owner.put(f"/api/v1/conversations/{one['id']}/status", json={"status": "closed"})
    await comptoir.drain()
    waiting = [one["contact"]["name"] for one in await listed(owner) if one["assignee"] is None]
    assert len(waiting) == 42
    assert waiting[0] == "Customer 158"


async def test_a_round_is_even_within_one(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, *team = [await shop.agent("owner"), *[await shop.agent() for _ in range(4)]]
    await away(owner)
    await rules(owner, {}, capacity=100)
    await write(comptoir, shop, *range(37))
    spread = held(await listed(owner))
    assert set(spread) == {str(one.user_id) for one in team}
    assert max(spread.values()) - min(spread.values()) <= 1


async def test_the_least_busy_is_asked_first_and_whoever_had_it_gets_it_back(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, one, two = [await shop.agent("owner"), await shop.agent(), await shop.agent()]
    await away(owner)
    await write(comptoir, shop, 1, 2, 3)  # before there are rules: nobody's
    first, second, third = await listed(owner)
    for conversation in (first, second):
        await owner.put(f"/api/v1/conversations/{conversation['id']}/assignment", json={"assignee": str(one.user_id)})
    await rules(owner, {"method": "least_busy"})
    await write(comptoir, shop, 4, 5)
    spread = held(await listed(owner))
    assert (spread[str(one.user_id)], spread[str(two.user_id)], spread[None]) == (2, 2, 1)
    await owner.put(f"/api/v1/conversations/{first['id']}/status", json={"status": "closed"})
    await comptoir.drain()
    await write(comptoir, shop, 1)
    assert (await owner.get(f"/api/v1/conversations/{first['id']}")).json()["assignee"]["id"] == str(one.user_id)
    assert third["assignee"] is None


async def test_what_a_person_decides_stands(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    await rules(owner, {})
    await write(comptoir, shop, 1)
    [given] = await listed(owner)
    assert given["assignee"] is not None
    path = f"/api/v1/conversations/{given['id']}"
    await owner.put(f"{path}/assignment", json={"assignee": None})
    await comptoir.drain()
    await write(comptoir, shop, 1)
    await shop.runs("inbox.give")
    await shop.runs("inbox.regive")
    assert (await owner.get(path)).json()["assignee"] is None
    await owner.put(f"{path}/assignment", json={"assignee": str(agent.user_id)})
    await away(agent)
    await comptoir.drain()
    await rules(owner, {}, regive_minutes=1)
    await shop.runs("inbox.regive")
    assert (await owner.get(path)).json()["assignee"]["id"] == str(agent.user_id)


async def test_whoever_leaves_or_is_away_leaves_theirs_to_others_and_who_comes_back_gets_what_waits(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, one, two = [await shop.agent("owner"), await shop.agent(), await shop.agent()]
    await away(owner)
    await away(two)
    await rules(owner, {})
    await write(comptoir, shop, 1)
    assert held(await listed(owner)) == {str(one.user_id): 1}
    await away(one)
    await write(comptoir, shop, 2)
    assert held(await listed(owner))[None] == 1
    await away(two, available=True)
    await comptoir.drain()
    assert held(await listed(owner)) == {str(one.user_id): 1, str(two.user_id): 1}
    gone = await owner.delete(f"/api/v1/members/{one.user_id}")
    assert gone.status == 204, gone.text
    await comptoir.drain()
    assert held(await listed(owner)) == {str(two.user_id): 2}


async def test_what_was_snoozed_when_its_member_left_is_given_or_told_to_its_team_when_it_wakes(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, leaver, colleague = [await shop.agent("owner"), await shop.agent(), await shop.agent("supervisor")]
    made = await owner.post("/api/v1/teams", json={"name": "Ventes", "members": [str(colleague.user_id)]})
    await away(owner)
    await away(colleague)
    await write(comptoir, shop, 1)
    await rules(owner, {})
    await write(comptoir, shop, 2, 3)
    old, by_rule, by_hand = await listed(owner)
    for one in (old, by_hand):  # before there were rules, and a person's choice
        await owner.put(f"/api/v1/conversations/{one['id']}/assignment", json={"assignee": str(leaver.user_id)})
    await owner.put(f"/api/v1/conversations/{old['id']}/team", json={"team": made.json()["id"]})
    for one in (old, by_rule, by_hand):
        await owner.put(f"/api/v1/conversations/{one['id']}/status", json={"status": "snoozed"})
    await comptoir.drain()
    assert held(await listed(owner, "snoozed")) == {str(leaver.user_id): 3}
    assert (await owner.delete(f"/api/v1/members/{leaver.user_id}")).status == 204
    await comptoir.drain()
    assert held(await listed(owner, "snoozed")) == {None: 3}
    await _wakes(comptoir, owner, old["id"])
    told = (await colleague.get(f"{BASE}/notices?unread=true")).json()["items"]
    assert [(one["kind"], one["conversation"]["id"]) for one in told] == [("unassigned", old["id"])]
    await away(colleague, available=True)
    for one in (by_rule, by_hand):
        await _wakes(comptoir, owner, one["id"])
    assert held(await listed(owner)) == {str(colleague.user_id): 3}
    assert await shop.failures("inbox") == []


async def test_what_a_person_took_from_everybody_stays_nobodys_when_it_wakes(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await rules(owner, {})
    await write(comptoir, shop, 1)
    [given] = await listed(owner)
    await owner.put(f"/api/v1/conversations/{given['id']}/assignment", json={"assignee": None})
    await comptoir.drain()
    await _wakes(comptoir, owner, given["id"])
    assert held(await listed(owner)) == {None: 1}


async def _wakes(comptoir: Kernel, owner: Agent, conversation: str) -> None:
    """Snoozed for a moment, and that is over."""
    path = f"/api/v1/conversations/{conversation}"
    until = (datetime.now(UTC) + timedelta(milliseconds=500)).isoformat()
    assert (await owner.put(f"{path}/status", json={"status": "snoozed", "until": until})).status == 200
    while (await owner.get(path)).json()["status"] == "snoozed":
        await comptoir.drain()


async def test_where_a_person_moved_it_it_stays_while_it_waits_when_its_member_leaves_and_at_night(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, one, two = [await shop.agent("owner"), await shop.agent(), await shop.agent("supervisor")]
    support, sales, night = [
        (await owner.post("/api/v1/teams", json={"name": name, "members": [str(who.user_id) for who in some]})).json()
        for name, some in (("Support", [owner]), ("Sales", [one, two]), ("Night", [owner]))]
    for each in (owner, one, two):
        await away(each)
    await rules(owner, {"to_team": support["id"], "off_hours": "team", "off_hours_team": night["id"]},
                {"team": sales["id"], "off_hours": "team", "off_hours_team": night["id"]})
    assert (await owner.ask("PATCH", "/api/v1/tenant", json={"business_hours": _ALWAYS})).status == 200
    await comptoir.drain()
    await shop.switch({"inbox": {}})
    await write(comptoir, shop, 1)
    [waits] = await listed(owner)
    assert (waits["team"]["name"], waits["assignee"]) == ("Support", None)
    path = f"/api/v1/conversations/{waits['id']}"

    async def stands() -> tuple[str, str | None]:
        found = (await owner.get(path)).json()
        return found["team"]["name"], found["assignee"] and found["assignee"]["id"]

    await owner.put(f"{path}/team", json={"team": sales["id"]})
    await shop.runs("inbox.give")  # at once, before or after its event
    await shop.runs("inbox.give")
    assert await stands() == ("Sales", None)
    await away(one, available=True)
    await comptoir.drain()
    assert await stands() == ("Sales", str(one.user_id))
    await away(two, available=True)
    assert (await owner.ask("PATCH", "/api/v1/tenant", json={"business_hours": {}})).status == 200
    await comptoir.drain()
    await shop.switch({"inbox": {}})
    assert (await owner.delete(f"/api/v1/members/{one.user_id}")).status == 204
    await comptoir.drain()
    assert await stands() == ("Sales", str(two.user_id))
    await owner.put(f"{path}/status", json={"status": "closed"})
    await comptoir.drain()
    assert [kept.chosen_team_id for kept in await shop.rows("inbox.Assignment")] == [None]
    assert await shop.failures("inbox") == []


async def test_a_move_of_which_the_rules_have_not_heard_stands(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    await away(owner)
    await away(agent)
    support, sales = [(await owner.post("/api/v1/teams", json={"name": name, "members": [str(agent.user_id)]})).json()
                      for name in ("Support", "Sales")]
    await rules(owner, {"to_team": support["id"]}, {"team": sales["id"]})
    await write(comptoir, shop, 1)
    [waits] = await listed(owner)
    path = f"/api/v1/conversations/{waits['id']}"

    async def deaf(*_: object, **_more: object) -> None:
        """The event is on its way."""

    monkeypatch.setattr(hearing, "moved", deaf)
    await owner.put(f"{path}/team", json={"team": sales["id"]})
    await away(agent, available=True)
    await comptoir.drain()
    found = (await owner.get(path)).json()
    assert (found["team"]["name"], found["assignee"]["id"]) == ("Sales", str(agent.user_id))


async def test_what_waited_while_nobody_was_seen_is_given_once_somebody_is(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    await away(owner)
    await rules(owner, {}, absent_minutes=30)

    async def nobody(_ctx: Context, members: Sequence[Member], _dispatch: object, at: datetime) -> dict[UUID, datetime]:
        return {member.id: at for member in members}

    async def there() -> set[str]:
        """As an agent is told, who may not know when colleagues were seen."""
        return {one["id"] for one in (await agent.get(f"{BASE}/desks")).json()["items"] if one["available"]}

    with monkeypatch.context() as night:
        night.setattr(desks, "_missed", nobody)
        await write(comptoir, shop, 1)
        assert held(await listed(owner)) == {None: 1}
        assert await there() == set()
    assert await there() == {str(agent.user_id)}
    await shop.runs("inbox.give")
    assert held(await listed(owner)) == {str(agent.user_id): 1}


async def test_closed_and_opened_again_while_its_assignee_is_away_another_gets_it(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, one, two = [await shop.agent("owner"), await shop.agent(), await shop.agent()]
    await away(owner)
    await rules(owner, {})
    await write(comptoir, shop, 1)
    [given] = await listed(owner)
    holder, other = (one, two) if given["assignee"]["id"] == str(one.user_id) else (two, one)
    await owner.put(f"/api/v1/conversations/{given['id']}/status", json={"status": "closed"})
    await comptoir.drain()
    await away(holder)
    await write(comptoir, shop, 1)
    assert held(await listed(owner)) == {str(other.user_id): 1}


async def test_a_rule_gives_to_a_team_and_why_is_told_beside_it_and_in_the_audit_log(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    made = await owner.post("/api/v1/teams", json={"name": "Ventes", "members": [str(agent.user_id)]})
    team = made.json()["id"]
    await rules(owner, {"to_team": team, "name": "Sales"}, capacity=8)
    account = (await owner.get("/api/v1/accounts")).json()["items"][0]["id"]
    foreseen = (await owner.get(f"{BASE}/assignment/preview?account={account}")).json()
    assert (foreseen["outcome"], foreseen["member"], foreseen["how"], foreseen["open"]) == (
        "given", "Amina", "round_robin", 1)
    tag = (await owner.post("/api/v1/tags", json={"name": "VIP", "colour": "red"})).json()["id"]
    await rules(owner, {"tags": [tag], "priorities": ["urgent"], "languages": ["ar"], "to_team": team, "name": "VIP"},
                {"to_team": team, "name": "Sales"}, capacity=8)
    for more, rule in (("", "Sales"), (f'&tags=["{tag}"]&priority=urgent', "Sales"),
                       (f'&tags=["{tag}"]&priority=urgent&language=fr', "Sales"),
                       (f'&tags=["{tag}"]&priority=urgent&language=ar', "VIP")):  # fmt: skip
        asked = f"{BASE}/assignment/preview?account={account}{more}"
        assert (await owner.get(asked)).json()["rule"] == rule, more
    assert (await owner.get(f"{BASE}/assignment/preview?account={account}&tags=x")).status == 422
    await write(comptoir, shop, 1)
    [given] = await listed(owner)
    assert (given["team"]["name"], given["assignee"]["id"]) == ("Ventes", str(agent.user_id))
    why = (await owner.get(f"{BASE}/conversations/{given['id']}/assignment")).json()
    assert {name: why[name] for name in ("state", "member", "team", "rule", "open", "capacity")} == {
        "state": "given", "member": "Amina", "team": "Ventes", "rule": "Sales", "open": 1, "capacity": 8}
    panel = await owner.get(f"{BASE}/fragments/assignment_panel?conversation={given['id']}&lang=fr")
    assert "Amina" in panel.text
    assert "1" in panel.text
    entries = (await owner.get("/api/v1/audit?action=conversation.assigned")).json()["items"]
    assert entries[0]["actor"]["kind"] == "plugin"
    assert entries[0]["changes"]["reason"] == [None, "round robin of team Ventes, 1 of 8"]


async def test_off_hours_it_waits_for_work_to_begin_and_the_customer_is_told_once(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    version = (await owner.get("/api/v1/tenant")).headers["ETag"]
    closed = await owner.ask("PATCH", "/api/v1/tenant", json={"business_hours": {}})
    assert closed.status == 200, (closed.text, version)
    await comptoir.drain()
    await shop.switch({"inbox": {}})
    await rules(owner, {"off_hours": "wait", "off_hours_reply": "We are back at 9."})
    await write(comptoir, shop, 1)
    await write(comptoir, shop, 1)
    await comptoir.drain()
    assert held(await listed(owner)) == {None: 1}
    assert [one["text"]["body"] for one in comptoir.graph.sent if one["type"] == "text"] == ["We are back at 9."]


async def test_what_is_snoozed_or_of_a_full_team_holds_up_nothing_else_that_waits(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(giving, "_ROUND", 2)
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    await away(owner)
    await away(agent)
    await rules(owner, {})
    await write(comptoir, shop, *range(5))
    first = await listed(owner)
    for one in first[:3]:
        await owner.put(f"/api/v1/conversations/{one['id']}/status", json={"status": "snoozed"})
    await comptoir.drain()
    await away(agent, available=True)
    await comptoir.drain()
    assert held(await listed(owner)) == {str(agent.user_id): 2}
    await owner.put(f"/api/v1/conversations/{first[0]['id']}/status", json={"status": "open"})
    await comptoir.drain()
    assert held(await listed(owner)) == {str(agent.user_id): 3}


async def test_off_hours_a_team_on_duty_gets_it_and_in_hours_the_team_of_the_rule(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, by_day, by_night = await shop.agent("owner"), await shop.agent(), await shop.agent("supervisor")
    await away(owner)
    teams = [(await owner.post("/api/v1/teams", json={"name": name, "members": [str(member.user_id)]})).json()["id"]
             for name, member in (("Day", by_day), ("Night", by_night))]
    await rules(owner, {"to_team": teams[0], "off_hours": "team", "off_hours_team": teams[1]})
    for number, (hours, holder, team) in enumerate((({}, by_night, "Night"), (_ALWAYS, by_day, "Day"))):
        assert (await owner.ask("PATCH", "/api/v1/tenant", json={"business_hours": hours})).status == 200
        await comptoir.drain()
        await shop.switch({"inbox": {}})
        await write(comptoir, shop, number)
        [given] = [one for one in await listed(owner) if one["contact"]["name"] == f"Customer {number:03}"]
        assert (given["team"]["name"], given["assignee"]["id"]) == (team, str(holder.user_id))


async def test_a_rule_may_ask_for_a_tag_a_priority_a_number_and_the_contacts_language(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, french, anybody = await shop.agent("owner"), await shop.agent(), await shop.agent("supervisor")
    await away(owner)
    teams = [(await owner.post("/api/v1/teams", json={"name": name, "members": [str(member.user_id)]})).json()["id"]
             for name, member in (("Français", french), ("Others", anybody))]
    tag = (await owner.post("/api/v1/tags", json={"name": "VIP", "colour": "red"})).json()["id"]
    account = (await owner.get("/api/v1/accounts")).json()["items"][0]["id"]
    await rules(owner, {"languages": ["fr"], "to_team": teams[0], "account": account},
                {"tags": [tag], "priorities": ["high", "urgent"], "to_team": teams[1]})
    kept = (await owner.get(f"{BASE}/assignment")).json()["rules"]
    assert [(one["languages"], one["tags"], one["priorities"]) for one in kept] == [
        (["fr"], [], []), ([], [tag], ["high", "urgent"])]
    await write(comptoir, shop, 1)
    [waits] = await listed(owner)
    assert waits["assignee"] is None  # no rule fits
    path = f"/api/v1/conversations/{waits['id']}"
    await owner.put(f"{path}/tags", json={"tags": [tag]})
    await comptoir.drain()
    assert held(await listed(owner)) == {None: 1}  # a tag alone is not enough
    await owner.put(f"{path}/priority", json={"priority": "urgent"})
    await comptoir.drain()
    assert held(await listed(owner)) == {str(anybody.user_id): 1}
    speaks = {"phone": "+212600000002", "name": "Customer 002", "locale": "fr"}
    assert (await owner.post("/api/v1/contacts", json=speaks)).status == 201
    await write(comptoir, shop, 2)
    assert held(await listed(owner)) == {str(anybody.user_id): 1, str(french.user_id): 1}
    assert await shop.failures("inbox") == []


_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ALWAYS = {day: [["00:00", "24:00"]] for day in _DAYS}


async def test_a_limited_member_learns_nothing_of_what_they_do_not_see_and_another_tenant_nothing_at_all(
        comptoir: Kernel) -> None:
    shop, stranger = [await comptoir.tenant(slug, plugins={"inbox": {}}) for slug in ("atlas", "zagora")]
    owner, limited = await shop.agent("owner"), await shop.agent()
    theirs = await stranger.agent("owner")
    sight = await owner.patch("/api/v1/roles/agent", json={"sees": "own"})
    assert sight.status == 200, sight.text
    await away(limited)
    await rules(owner, {})
    await write(comptoir, shop, 1, 2)
    hidden = (await listed(owner))[0]
    for who in (limited, theirs):
        assert (await who.get(f"{BASE}/conversations/{hidden['id']}/assignment")).status == 404
        assert (await who.get(f"{BASE}/fragments/assignment_panel?conversation={hidden['id']}")).status == 404
    seen = {one["id"]: one["open"] for one in (await limited.get(f"{BASE}/desks")).json()["items"]}
    assert seen[str(owner.user_id)] == 0
    whole = {one["id"]: one["open"] for one in (await owner.get(f"{BASE}/desks")).json()["items"]}
    assert whole[str(owner.user_id)] == 2
    assert [one["id"] for one in (await theirs.get(f"{BASE}/desks")).json()["items"]] == [str(theirs.user_id)]
    assert (await limited.get(f"{BASE}/assignment")).status == 403


async def test_whoever_sees_their_team_learns_of_what_rules_gave_to_it_and_nothing_of_another(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, looks, colleague = await shop.agent("owner"), await shop.agent(), await shop.agent("supervisor")
    other = await shop.agent("supervisor")
    assert (await owner.patch("/api/v1/roles/agent", json={"sees": "team"})).status == 200
    teams = [(await owner.post("/api/v1/teams", json={"name": name, "members": [str(one.user_id) for one in members]}))
             .json()["id"] for name, members in (("Ventes", (looks, colleague)), ("Support", (other,)), ("Nobody", ()))]
    for one in (owner, looks):
        await away(one)
    for number, locale in enumerate(("fr", "ar", "en"), 1):
        speaks = {"phone": f"+21260000000{number}", "name": f"Customer 00{number}", "locale": locale}
        assert (await owner.post("/api/v1/contacts", json=speaks)).status == 201
    await rules(owner, *[{"languages": [locale], "to_team": team}
                         for locale, team in zip(("fr", "ar", "en"), teams, strict=True)])
    await write(comptoir, shop, 1, 2, 3)
    ours, theirs, waits = await listed(owner)
    assert held([ours, theirs, waits]) == {str(colleague.user_id): 1, str(other.user_id): 1, None: 1}
    assert [one["id"] for one in await listed(looks)] == [ours["id"]]
    told = (await looks.get(f"{BASE}/conversations/{ours['id']}/assignment")).json()
    assert (told["state"], told["team"]) == ("given", "Ventes")
    for hidden in (theirs, waits):
        assert (await looks.get(f"{BASE}/conversations/{hidden['id']}/assignment")).status == 404
        assert (await looks.get(f"{BASE}/fragments/assignment_panel?conversation={hidden['id']}")).status == 404
    busy = {one["id"]: one["open"] for one in (await looks.get(f"{BASE}/desks")).json()["items"]}
    assert (busy[str(colleague.user_id)], busy[str(other.user_id)]) == (1, 0)
