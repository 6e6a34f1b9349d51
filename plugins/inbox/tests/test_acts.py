"""What colleagues did with a conversation: told to those who see it, and to nobody else."""

import asyncio
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from comptoir_sdk.testing import Agent, Kernel


async def _acts(agent: Agent, conversation: str, query: str = "") -> dict[str, Any]:
    answer = await agent.get(f"/api/v1/conversations/{conversation}/acts{query}")
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_each_act_says_who_what_and_when_in_pages_and_only_to_who_sees_the_conversation(
        comptoir: Kernel) -> None:
    shop, other = [await comptoir.tenant(slug, plugins={"inbox": {}}) for slug in ("atlas", "zagora")]
    owner, said, limited = await shop.agent("owner"), await shop.agent("supervisor"), await shop.agent()
    stranger = await other.agent("owner")
    assert (await owner.patch("/api/v1/roles/agent", json={"sees": "own"})).status == 200
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    conversation = (await owner.get("/api/v1/conversations")).json()["items"][0]["id"]
    path, until = f"/api/v1/conversations/{conversation}", (datetime.now(UTC) + timedelta(days=1)).isoformat()
    team = (await owner.post("/api/v1/teams", json={"name": "Sales", "members": []})).json()
    tag = (await owner.post("/api/v1/tags", json={"name": "Urgent", "colour": "red"})).json()
    await owner.put(f"{path}/assignment", json={"assignee": str(said.user_id)})
    await said.put(f"{path}/team", json={"team": team["id"]})
    await said.put(f"{path}/tags", json={"tags": [tag["id"]]})
    await said.put(f"{path}/priority", json={"priority": "high"})
    await said.put(f"{path}/status", json={"status": "snoozed", "until": until})
    await said.put(f"{path}/read")  # nothing that colleagues need to know
    whole = await _acts(owner, conversation)
    assert [(one["actor"], one["action"]) for one in whole["items"]] == [
        ({"kind": "member", "id": str(who.user_id), "name": name}, action) for who, name, action in (
            (said, "Said", "snoozed"), (said, "Said", "prioritised"), (said, "Said", "tagged"),
            (said, "Said", "moved"), (owner, "Omar", "assigned"))]
    snoozed, prioritised, tagged, moved, assigned = [one["changes"] for one in whole["items"]]
    assert (snoozed["status"], prioritised, tagged) == (
        ["open", "snoozed"], {"priority": ["none", "high"]}, {"tags": [[], ["Urgent"]]})
    assert moved == {"team": [None, {"id": team["id"], "name": "Sales"}]}
    assert assigned == {"assignee": [None, {"id": str(said.user_id), "name": "Said"}]}
    first = await _acts(owner, conversation, "?limit=2")
    rest = await _acts(owner, conversation, f"?limit=5&cursor={first['next']}")
    assert (first["items"] + rest["items"], rest["next"]) == (whole["items"], None)
    for nobody in (limited, stranger):
        assert (await nobody.get(f"{path}/acts")).status == 404
    await owner.put(f"{path}/assignment", json={"assignee": str(limited.user_id)})
    assert [one["action"] for one in (await _acts(limited, conversation))["items"]][:2] == ["assigned", "snoozed"]
    assert (await owner.get(f"{path}/acts?cursor=nonsense")).status == 422


async def test_what_opened_a_conversation_without_a_colleague_is_told_once_and_with_its_cause(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    await shop.receives("Bonjour", sender="+212600000001")
    await comptoir.drain()
    conversation = (await owner.get("/api/v1/conversations")).json()["items"][0]["id"]
    path = f"/api/v1/conversations/{conversation}"

    async def put_aside(status: str, until: datetime | None = None) -> None:
        body = {"status": status} | ({"until": until.isoformat()} if until else {})
        assert (await owner.put(f"{path}/status", json=body)).status == 200

    await put_aside("closed")
    await put_aside("open")  # by a colleague, before the customer could
    for status in ("closed", "snoozed"):
        await put_aside(status)
        await shop.receives("Encore moi", sender="+212600000001")
        await shop.receives("Et encore", sender="+212600000001")
        await comptoir.drain()
    await put_aside("snoozed", datetime.now(UTC) + timedelta(hours=1))
    await put_aside("closed")  # before its time: it ends nothing any more
    await put_aside("snoozed", until := datetime.now(UTC) + timedelta(seconds=3))
    assert (await _acts(owner, conversation))["items"][0]["action"] == "snoozed"
    await asyncio.sleep((until - datetime.now(UTC)).total_seconds() + 0.05)
    told = (await _acts(owner, conversation))["items"]
    assert len(told) == 10
    customer, system, member = (("customer", None), ("system", None), ("member", "Omar"))
    assert [((one["actor"]["kind"], one["actor"]["name"]), one["action"], one["changes"]["status"][0])
            for one in told] == [
        (system, "reopened", "snoozed"), (member, "snoozed", "closed"), (member, "closed", "snoozed"),
        (member, "snoozed", "open"), (customer, "reopened", "snoozed"), (member, "snoozed", "open"),
        (customer, "reopened", "closed"), (member, "closed", "open"), (member, "reopened", "closed"),
        (member, "closed", "open")]  # fmt: skip
    assert [one["at"] for one in told] == sorted((one["at"] for one in told), reverse=True)
    assert len({one["id"] for one in told}) == len(told)


async def test_a_colleagues_act_stands_between_the_messages_of_its_time_at_once(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    await shop.receives("Bonjour", sender="+212600000001")
    await comptoir.drain()
    conversation = (await amina.get("/api/v1/conversations")).json()["items"][0]["id"]
    path = f"/api/v1/conversations/{conversation}"
    await amina.put(f"{path}/assignment", json={"assignee": "me"})
    await comptoir.drain()
    page = await said.page(f"/inbox/{conversation}?lang=en")
    acts = page.locator("inbox-thread .act")
    await acts.first.wait_for()
    assert "Amina\u2069 took the conversation" in await acts.first.inner_text()
    await amina.put(f"{path}/assignment", json={"assignee": str(said.user_id)})
    await amina.put(f"{path}/priority", json={"priority": "urgent"})
    # A colleague's, for a customer's time has no fractions of a second.
    answer = {"id": str(uuid4()), "type": "text", "text": {"body": "We look at it"}}
    assert (await amina.post(f"{path}/messages", json=answer)).status == 202
    await comptoir.drain()
    await page.locator("inbox-thread .tx", has_text="We look at it").wait_for()
    await acts.nth(2).wait_for()
    rows = await page.locator("inbox-thread .virt > div").all_inner_texts()
    told = [next((mark for mark in _MARKS if mark in row), None) for row in rows]
    assert [one for one in told if one] == list(_MARKS)
    arabic = await amina.page(f"/inbox/{conversation}?lang=ar")
    await arabic.locator("inbox-thread .act", has_text="أُسندت المحادثة إلى").wait_for()
    for name, shown in (("en", page), ("ar", arabic)):
        if shots := os.environ.get("SHOTS"):
            await shown.screenshot(path=f"{shots}-{name}.png")


_MARKS = ("Bonjour", "took the conversation", "assigned the conversation to", "set the priority", "We look at it")
