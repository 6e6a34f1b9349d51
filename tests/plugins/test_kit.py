"""What a plugin's author gets from `comptoir-sdk[testing]`: a shop, agents, Meta, topics, a browser, the checks."""

from pathlib import Path
from uuid import UUID

import pytest
from comptoir_sdk.testing import Kernel
from comptoir_sdk.testing.conformance import CHECKS, LEVELS, Bench, Outcome, grade
from comptoir_sdk.testing.conformance.report import tried
from comptoir_sdk.testing.place import VARIABLE, find_kernel

from core.harness import Cluster
from tests.plugins.installation import POINTS
from tests.plugins.samples.keeping import memory


async def test_an_answer_reaches_meta_and_its_statuses_come_back(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent = await shop.agent()
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    conversation = (await agent.get("/api/v1/conversations")).json()["items"][0]["id"]
    path = f"/api/v1/conversations/{conversation}/messages"
    assert (await agent.post(path, json={"type": "text", "text": {"body": "wa alaykum"}})).status == 202
    await comptoir.drain()
    assert [sent["text"]["body"] for sent in comptoir.graph.sent] == ["wa alaykum"]
    newest = (await agent.get(path)).json()["items"]
    assert {"delivered"} == {message["status"] for message in newest if message["direction"] == "outbound"}


async def test_meta_refuses_on_request(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent = await shop.agent()
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    conversation = (await agent.get("/api/v1/conversations")).json()["items"][0]["id"]
    comptoir.graph.fail(131026)
    await agent.post(f"/api/v1/conversations/{conversation}/messages", json={"type": "text", "text": {"body": "?"}})
    await comptoir.drain()
    told = (await agent.get(f"/api/v1/conversations/{conversation}/messages")).json()["items"]
    [failed] = [message for message in told if message["direction"] == "outbound"]
    assert (failed["status"], failed["error"]["code"]) == ("failed", 131026)
    with pytest.raises(LookupError, match="no failure"):
        comptoir.graph.fail("weather")


async def test_an_agent_listens_to_a_topic_and_only_to_theirs(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, colleague = await shop.agent(), await shop.agent()
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    conversation = (await agent.get("/api/v1/conversations")).json()["items"][0]["id"]
    async with colleague.listen("inbox.notes") as heard:
        note = await agent.post(f"/api/v1/p/inbox/conversations/{conversation}/notes", json={"body": "VIP"})
        assert await heard.next() == {"conversation": conversation, "note": note.json()["id"]}
        with pytest.raises(TimeoutError):
            await heard.next(seconds=0.05)
    with pytest.raises(LookupError, match="no such topic"):
        async with agent.listen("contacts.changes"):
            pass


async def test_agents_are_members_with_a_role_or_with_chosen_permissions(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent = await shop.agent("supervisor")
    me = (await agent.get("/api/v1/me")).json()
    assert UUID(me["id"]) == agent.user_id
    reader = await shop.agent("reader", permissions=["contacts.read"])
    assert (await reader.get("/api/v1/contacts")).status == 200
    assert (await reader.get("/api/v1/conversations")).status == 403
    assert (await comptoir.stranger.get("/api/v1/contacts")).status == 401


async def test_a_plugin_that_stays_off_is_told_at_once(comptoir: Kernel) -> None:
    with pytest.raises(LookupError, match="inbox stays off"):
        await comptoir.tenant(plugins={"inbox": {"nothing": "of the sort"}})


@pytest.mark.browser
async def test_a_page_is_logged_in_and_what_it_logs_is_noted(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    await shop.receives("salam alaykum", sender="+212600000001", name="Zineb")
    await comptoir.drain()
    page = await (await shop.agent()).page("/inbox")  # in the language of the organisation, French, its panels too
    await page.get_by_text("salam alaykum").first.click()
    await page.locator("summary", has_text="Notes").click()
    await page.get_by_text("Note pour vos collègues").wait_for()
    await page.evaluate("console.error('the panel gave up')")
    errors = comptoir.browsers.errors  # type: ignore[attr-defined]
    assert errors == ["the panel gave up"]
    errors.clear()


def test_there_are_enough_checks_of_each_level_and_each_says_what_it_promises() -> None:
    assert len(CHECKS) >= 25
    assert {check.level for check in CHECKS} == set(LEVELS)
    assert all(check.promise.endswith(".") for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_guide_lists_every_promise() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "plugins" / "testing.md").read_text()
    assert [check.promise for check in CHECKS if f"- {check.promise}\n" not in guide] == []


def test_the_grade_is_the_highest_below_which_nothing_is_broken() -> None:
    def with_broken(*levels: str) -> str | None:
        return grade([Outcome(check, "wrong" if check.level in levels else "") for check in CHECKS])

    assert [with_broken(), with_broken("gold"), with_broken("silver"), with_broken("bronze", "gold")] == [
        "gold", "silver", "bronze", None]


@pytest.mark.parametrize(("name", "broken"), [
    ("bare", {"loads"}), ("raises_at_import", {"loads"}),
    ("raises_in_observer", {"entry_point", "sdk_versions", "distribution"})])
async def test_checks_find_what_is_wrong(comptoir_cluster: Cluster, monkeypatch: pytest.MonkeyPatch, name: str,
                                         broken: set[str]) -> None:
    from core.plugins import loader

    monkeypatch.setattr(loader, "entry_points", lambda group: POINTS)
    async with comptoir_cluster.kernel([name]) as kernel:
        bench = Bench(kernel, name)
        wanted = [check for check in CHECKS if check.name in broken]
        assert {one.check.name for one in [await tried(check, bench) for check in wanted] if not one.kept} == broken


def test_a_variable_that_names_no_checkout_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    with pytest.raises(LookupError, match="no checkout"):
        find_kernel()


async def test_an_operators_command_answers_in_a_test(comptoir_cluster: Cluster,
                                                     monkeypatch: pytest.MonkeyPatch) -> None:
    from core.plugins import loader

    memory.notes = {"somebody": 7}
    monkeypatch.setattr(loader, "entry_points", lambda group: POINTS)
    async with comptoir_cluster.kernel(["keeps"]) as kernel:
        shop = await kernel.tenant(plugins={"keeps": {}})
        assert await shop.command("keeps.count", most=5) == {"tenant": "atlas", "notes": 5}
        with pytest.raises(LookupError, match="keeps has no command 'cuont'"):
            await shop.command("keeps.cuont")
        await shop.switch({})
        with pytest.raises(LookupError, match="keeps has no command 'count' for atlas"):
            await shop.command("keeps.count")
