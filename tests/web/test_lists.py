"""Lists of conversations on the screen: live counts, filters, order, saved views, changes of many with undo."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Route, expect

from .double import BASE, COLLEAGUE, ME, Double, iso
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser
VIP = {"id": "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c01", "name": "VIP", "colour": "violet"}
LATE = {"id": "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c02", "name": "Late", "colour": "orange"}


def furnish(double: Double) -> list[Any]:
    double.lists.tags += [VIP, LATE]
    mine = {"id": ME, "name": "Amine Kadiri"}
    made = []
    for number, name in enumerate(("Aya", "Badr", "Chama", "Driss", "Elham", "Fouad")):
        fields: dict[str, Any] = {"last_message_at": iso(BASE - timedelta(minutes=number))}
        if number < 2:
            fields |= {"assignee": mine, "priority": "urgent", "tags": [VIP], "unread": 3}
        if number in (2, 3):
            fields |= {"waiting_since": iso(BASE - timedelta(hours=5 - number)), "tags": [LATE, VIP]}
        if number == 5:
            fields |= {"status": "closed"}
        made.append(double.customer(name, **fields))
    return made


def rows(screen: Screen) -> Locator:
    return screen.page.locator("inbox-list .row")


async def listed(screen: Screen, names: Sequence[str]) -> None:
    await expect(screen.page.locator("inbox-list .row .nm")).to_have_text(names)


async def count_of(screen: Screen, tab: str, count: str) -> None:
    await screen.page.locator(f"#tab-{tab} .n", has_text=count).wait_for()


async def test_tabs_count_live_and_a_filter_becomes_a_view(double: Double, screen: Screen) -> None:
    made = furnish(double)
    await screen.go("/inbox")
    await screen.live()
    for tab, count in (("mine", "2"), ("none", "3"), ("all", "5")):
        await count_of(screen, tab, count)
    asked = double.lists.counted
    made[2] |= {"assignee": {"id": ME, "name": "Amine Kadiri"}, "version": 2}
    double.emit("conversation.assigned", {"conversation": made[2], "previous": None})
    await count_of(screen, "mine", "3")
    await count_of(screen, "none", "2")
    assert double.lists.counted - asked <= 1, "what is known here is counted here"
    await screen.page.get_by_role("button", name="Sort: Latest first").click()
    await screen.page.get_by_role("menuitemradio", name="Longest waiting first").click()
    await screen.page.locator(".nm", has_text="Aya").wait_for(state="detached")
    await listed(screen, ["Chama", "Driss"])
    await screen.page.get_by_role("button", name="Without: Longest waiting first").click()
    await screen.page.get_by_role("button", name="Filter…").click()
    await screen.page.get_by_role("combobox", name="Tags").fill("VI")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_role("combobox", name="Priority").fill("Urg")
    await screen.page.keyboard.press("Enter")
    await screen.page.keyboard.press("Escape")
    await screen.page.get_by_role("button", name="Show").click()
    await screen.page.locator(".nm", has_text="Driss").wait_for(state="detached")
    await listed(screen, ["Aya", "Badr"])
    await screen.page.get_by_role("button", name="Save as a view…").click()
    await screen.page.get_by_label("Name").fill("Urgent VIPs")
    await screen.page.get_by_role("button", name="Save", exact=True).click()
    kept = screen.page.get_by_role("tab", name="Urgent VIPs")
    await kept.wait_for()
    assert await kept.get_attribute("aria-selected") == "true"
    assert double.lists.views[0]["filter"] == {"status": "open", "tag": [VIP["id"]], "priority": ["urgent"]}
    await screen.page.get_by_role("button", name="More lists and views").click()
    await screen.page.get_by_role("menuitemradio", name="Delete this view").or_(
        screen.page.get_by_role("menuitem", name="Delete this view")).click()
    await screen.page.get_by_role("button", name="Undo").click()
    await screen.page.get_by_role("button", name="More lists and views").click()
    await screen.page.get_by_role("menuitemradio", name="Urgent VIPs").click()
    await screen.page.locator(".nm", has_text="Badr").wait_for()
    await screen.page.get_by_role("tab", name="Urgent VIPs").press("ArrowRight")
    await screen.page.locator("#tab-mine[aria-selected=true]").wait_for()
    assert screen.errors == []


@pytest.mark.parametrize("locale", ["fr", "ar"])
async def test_the_three_lists_are_wholly_to_be_seen_at_the_desk(double: Double, screen: Screen, locale: str) -> None:
    furnish(double)
    for number in range(14):
        double.customer(f"Number {number}", assignee={"id": ME, "name": "Amine Kadiri"} if number % 3 else None)
    await screen.go(f"/inbox?lang={locale}")
    await screen.live()
    await screen.page.locator("#tab-none .n").wait_for()
    cut = await screen.page.locator("inbox-tabs [role=tablist]").evaluate("""(list) => {
        const whole = list.getBoundingClientRect();
        const cut = (one) => { const { left, right } = one.getBoundingClientRect(), label = one.querySelector('.cut');
            return left < whole.left - 1 || right > whole.right + 1 || label.scrollWidth > label.clientWidth; };
        return [...list.children].filter(cut).map((one) => one.innerText);
    }""")
    assert cut == []


async def test_a_list_by_a_field_of_the_contact_or_a_timer_follows_what_happens(double: Double, screen: Screen) -> None:
    made = furnish(double)
    for one, city in zip(made, ("Agadir", "Fès", "Agadir", "Fès", "Fès"), strict=False):
        double.lists.fields[one["contact"]["id"]] = {"city": city}
    await screen.go("/inbox")
    await screen.live()
    await screen.page.get_by_role("button", name="Filter…").click()
    await screen.page.get_by_label("Field of the contact").select_option("city")
    await screen.page.get_by_role("button", name="Show").click()
    await screen.page.get_by_text("Type or choose a value.").wait_for()
    await screen.page.get_by_label("Is", exact=True).fill("fès")
    assert await violations(screen) == []
    await screen.page.get_by_role("button", name="Show").click()
    await screen.page.get_by_role("button", name="Without: city: fès").wait_for()
    await screen.page.locator(".nm", has_text="Aya").wait_for(state="detached")
    await listed(screen, ["Badr", "Driss", "Elham"])
    double.lists.fields[made[0]["contact"]["id"]] = {"city": "Fès"}
    double.say("contacts.fields", {"contact": made[0]["contact"]["id"]})
    await screen.page.locator(".nm", has_text="Aya").wait_for()
    made[3] |= {"status": "closed", "version": 2}
    double.emit("conversation.closed", {"conversation": made[3]})
    await screen.page.locator(".nm", has_text="Driss").wait_for(state="detached")
    await listed(screen, ["Aya", "Badr", "Elham"])
    # By timers, too: one stops and another runs out without a word of the conversation's own.
    late = "first_response:overdue"
    double.lists.timers = {made[0]["id"]: [late], made[1]["id"]: [late, "overdue"]}
    await screen.page.get_by_role("button", name="Without: city: fès").click()
    await screen.page.get_by_role("button", name="Filter…").click()
    await screen.page.get_by_label("Timer", exact=True).select_option("Late")
    await screen.page.get_by_label("It runs").select_option("Until the answer")
    await screen.page.get_by_role("button", name="Show").click()
    await screen.page.get_by_role("button", name="Without: Until the answer: Late").wait_for()
    await screen.page.locator(".nm", has_text="Elham").wait_for(state="detached")
    await listed(screen, ["Aya", "Badr"])
    double.lists.timers = {made[0]["id"]: [late], made[4]["id"]: [late]}
    double.say("inbox.timers", {"conversation": made[1]["id"]})
    await screen.page.locator(".nm", has_text="Badr").wait_for(state="detached")
    await screen.page.locator(".nm", has_text="Elham").wait_for()
    await listed(screen, ["Aya", "Elham"])
    assert screen.errors == []


async def test_many_are_changed_at_once_and_taken_back(double: Double, screen: Screen) -> None:
    made = furnish(double)
    double.lists.refused.add(made[4]["id"])
    await screen.go("/inbox")
    await screen.live()
    await rows(screen).first.locator(".face").hover()
    await rows(screen).first.locator(".box").click()
    await rows(screen).nth(4).click(modifiers=["Shift"])
    bar = screen.page.get_by_role("toolbar", name="Change what is picked")
    await bar.get_by_text("5 picked").wait_for()
    assert await violations(screen) == []
    await bar.get_by_role("button", name="Close", exact=True).click()
    await screen.page.get_by_text("4 conversations closed 1 could not be changed: It is gone.").wait_for()
    await listed(screen, ["Elham"])
    await screen.page.get_by_role("button", name="Undo").click()
    await screen.page.locator(".nm", has_text="Aya").wait_for()
    await screen.page.wait_for_function("document.querySelectorAll('ui-toast').length === 0")
    put_back = double.lists.bulk[-1]["conversations"]
    assert [one["id"] for one in put_back] == [one["id"] for one in made[:4]]
    left = double.conversations[made[0]["id"]]["version"] - 1
    assert put_back[0] == {"id": made[0]["id"], "version": left, "status": "open"}
    assert double.conversations[made[0]["id"]]["assignee"]["id"] == ME
    await rows(screen).nth(2).focus()
    await screen.page.keyboard.press("x")
    await screen.page.keyboard.press("a")
    await screen.page.get_by_role("button", name="Yasmine Bennis").click()
    await rows(screen).nth(2).locator(".who", has_text="YB").wait_for()
    assert double.conversations[made[2]["id"]]["assignee"]["id"] == COLLEAGUE
    assert screen.errors == []


async def test_a_key_right_after_x_is_of_what_was_picked(double: Double, screen: Screen) -> None:
    """The bar is fetched when the first is picked: until it stands, E may not close what is open beside."""
    made, fetched = furnish(double), asyncio.Event()

    async def slow(route: Route) -> None:
        await fetched.wait()
        await route.continue_()

    await screen.page.context.route("**/list/bar.js", slow)
    await screen.go(f"/inbox/{made[4]['id']}")
    await screen.live()
    await screen.page.locator("inbox-detail").get_by_text("No priority").wait_for()
    await rows(screen).nth(1).focus()
    await screen.page.keyboard.press("x")
    await screen.page.keyboard.press("e")
    async with screen.page.expect_response("**/api/v1/conversations"):  # the row goes before the server is told
        fetched.set()
    await screen.page.locator(".nm", has_text="Badr").wait_for(state="detached")
    assert double.conversations[made[1]["id"]]["status"] == "closed"
    assert double.conversations[made[4]["id"]]["status"] == "open"
    assert screen.errors == []


async def test_one_is_tagged_and_snoozed_by_the_keyboard(double: Double, screen: Screen) -> None:
    made = furnish(double)
    double.permissions.append("tags.manage")
    await screen.go(f"/inbox/{made[4]['id']}")
    await screen.live()
    await screen.page.locator("inbox-detail").get_by_text("No priority").wait_for()
    await screen.page.keyboard.press("t")
    field = screen.page.get_by_role("combobox", name="Tags")
    await field.press_sequentially("Fragile")
    await screen.page.get_by_role("option", name="Fragile").wait_for()
    await field.press("Enter")
    await field.press("Escape")
    await screen.page.get_by_role("button", name="Save", exact=True).click()
    await screen.page.locator("inbox-detail .tag", has_text="Fragile").wait_for()
    await screen.page.keyboard.press("p")
    await screen.page.get_by_role("button", name="Urgent").click()
    await screen.page.locator("inbox-detail").get_by_role("button", name="Urgent").wait_for()
    await screen.page.keyboard.press("s")
    await screen.page.get_by_role("button", name="Until the customer answers").click()
    await screen.page.locator("inbox-detail").get_by_text("snoozed").wait_for()
    assert double.conversations[made[4]["id"]]["snoozed_until"] is None
    assert [tag["name"] for tag in double.conversations[made[4]["id"]]["tags"]] == ["Fragile"]
    assert screen.errors == []


async def test_the_palette_tags_judges_and_turns_to_a_view(double: Double, screen: Screen) -> None:
    page, made = screen.page, furnish(double)
    double.lists.views.append({"id": "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c09", "name": "Burning", "mine": True,
                               "icon": "zap", "colour": "red", "shared": False, "sort": "latest", "position": 0,
                               "filter": {"status": "open", "priority": ["urgent"]}})  # fmt: skip
    await screen.go(f"/inbox/{made[4]['id']}")
    await screen.live()
    detail = page.locator("inbox-detail")
    await detail.get_by_text("No priority").wait_for()

    async def do(words: str, line: str) -> None:
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox", name="Search pages and commands").fill(words)
        await page.get_by_role("option", name=line, selected=True).wait_for()
        await page.keyboard.press("Enter")

    await do("put on vip", "Put on the tag VIP")
    await detail.locator(".tag", has_text="VIP").wait_for()
    await do("take off vip", "Take off the tag VIP")
    await detail.locator(".tag", has_text="VIP").wait_for(state="detached")
    await do("urgent", "Urgent")
    await detail.get_by_role("button", name="Urgent").wait_for()
    await do("block this", "Block this contact")
    await page.get_by_role("button", name="Cancel").click()
    await do("insert template", "Insert a template…")
    await page.locator("inbox-templates").wait_for()
    await screen.go("/inbox")
    await screen.live()
    await do("burning", "Burning")
    view = page.get_by_role("tab", name="Burning")
    await view.locator(".icon.red").wait_for()
    assert await view.get_attribute("aria-selected") == "true"
    await page.locator(".nm", has_text="Chama").wait_for(state="detached")
    await listed(screen, ["Aya", "Badr", "Elham"])
    await page.keyboard.press("/")
    await page.get_by_role("button", name="Tag", exact=True).click()
    await page.get_by_role("menuitemradio", name="VIP").click()
    await page.locator("inbox-search input").fill("colis")
    await page.get_by_text("Nothing says “colis”.").wait_for()
    assert double.searching.asked[-1]["tag"] == VIP["id"]
    await page.get_by_role("heading", name="Inbox").click()
    for key in "xastpem":
        await page.keyboard.press(key)
    assert screen.errors == [], "keys of a list that is not there do nothing"
