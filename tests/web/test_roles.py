"""The matrix of roles: by keyboard, by touch, against refusals and other people's changes."""

import pytest
from playwright.async_api import Browser, Page, expect

from .double import Double
from .furniture import people
from .screen import Screen

pytestmark = pytest.mark.browser
FOCUSED = """() => {
    let here = document.activeElement;
    while (here?.shadowRoot?.activeElement) here = here.shadowRoot.activeElement;
    return here.getAttribute("aria-label");
}"""


async def at(page: Page) -> str:
    return str(await page.evaluate(FOCUSED))


async def arrived(page: Page, label: str) -> None:
    await page.wait_for_function(f"(label) => ({FOCUSED})()?.endsWith(label)", arg=label)


async def test_arrows_move_and_space_gives(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.roles/night-shift")
    await arrived(page, "Read conversations, Night shift")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Space")
    moving = "Assign, move, snooze and close conversations"
    assert await page.get_by_role("checkbox", name=f"{moving}, Night shift").is_checked()
    await page.keyboard.press("ArrowRight")
    assert await at(page) == f"{moving}, Comptabilité"
    await page.keyboard.press("Home")
    assert await at(page) == f"{moving}, Owner"
    await page.keyboard.press("Control+End")
    assert await at(page) == "Write notes, Comptabilité"
    await page.keyboard.press("Space")
    await page.get_by_text("2 changes in Night shift and Comptabilité").wait_for()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    roles = double.people.roles
    assert "conversations.write" in roles["night-shift"]["permissions"]
    assert "inbox.write" in roles["comptabilite"]["permissions"]


async def test_in_arabic_the_arrows_go_where_they_point(double: Double, screen: Screen) -> None:
    people(double)
    await screen.go("/settings.roles/night-shift?lang=ar")
    await arrived(screen.page, "Night shift")
    await screen.page.keyboard.press("ArrowLeft")
    assert "Comptabilité" in await at(screen.page)


async def test_a_focused_box_is_never_under_the_header(double: Double, screen: Screen) -> None:
    people(double)
    for number in range(12):
        double.people.role(f"r{number}", f"Role {number}", "contacts.read")
    await screen.page.set_viewport_size({"width": 1000, "height": 560})
    await screen.go("/settings.roles/r11")
    await arrived(screen.page, "Role 11")
    for key in ("Control+End", "Control+Home", "End", "PageDown", "Home", "PageDown", "ArrowUp", "ArrowUp"):
        await screen.page.keyboard.press(key)
        assert await screen.page.locator("settings-role-matrix").evaluate(UNCOVERED), key


UNCOVERED = """(matrix) => {
    const box = matrix.shadowRoot.activeElement.getBoundingClientRect();
    const corner = matrix.shadowRoot.querySelector("thead th").getBoundingClientRect();
    const frame = matrix.shadowRoot.querySelector(".scroll").getBoundingClientRect();
    return box.top >= corner.bottom - 1 && box.left >= corner.right - 1 && box.bottom <= frame.bottom + 1
        && box.right <= frame.right + 1;
}"""


async def test_a_built_in_role_changes_only_in_what_it_sees(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.roles")
    await page.get_by_role("checkbox", name="Send messages, Viewer").click(force=True)
    await page.get_by_text("Built-in roles stay as they are: make a copy").wait_for()
    assert await page.get_by_label("What Owner sees").count() == 0
    await page.get_by_label("What Agent sees").select_option("team")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert double.people.roles["agent"]["sees"] == "team"


async def test_nobody_ticks_what_they_do_not_hold(double: Double, screen: Screen) -> None:
    people(double)
    double.permissions.remove("keys.manage")
    await screen.go("/settings.roles")
    for name, why in {"Give out and revoke API keys": "You do not hold this yourself",
                      "Delete the organisation": "Only owners may do this."}.items():
        box = screen.page.get_by_role("checkbox", name=f"{name}, Night shift")
        assert await box.get_attribute("aria-disabled") == "true"
        await box.focus()
        await screen.page.keyboard.press("Space")
        await screen.page.locator("ui-toast", has_text=why).wait_for()


async def test_what_needs_all_conversations_is_said_in_words(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.roles")
    await page.get_by_role("checkbox", name="Export all data, Night shift").click()
    why = "data.export: needs a role that sees all conversations"
    double.refuse("PATCH night-shift", 422, kind="invalid", errors=[{"loc": ["permissions"], "msg": why}])
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("“Export all data”: only for a role that sees all").wait_for()
    assert await page.get_by_role("checkbox", name="Export all data, Night shift").is_checked()


async def test_a_change_of_somebody_else_is_not_undone_unseen(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.roles")
    await page.get_by_role("checkbox", name="Delete contacts with their conversations, Night shift").click()
    role = double.people.roles["night-shift"]
    role |= {"permissions": [*role["permissions"], "contacts.write"], "version": 2}
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Somebody else changed this role meanwhile.").wait_for()
    assert "contacts.delete" not in role["permissions"]
    await expect(page.get_by_role("checkbox", name="Add and change contacts, Night shift")).to_be_checked()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert {"contacts.delete", "contacts.write"} <= set(role["permissions"])


async def test_a_role_is_made_from_a_copy_renamed_and_deleted(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.roles")
    await page.get_by_role("button", name="More on Comptabilité").click()
    await page.get_by_role("menuitem", name="Make a copy").click()
    await page.get_by_role("textbox", name="Name").fill("Night shift")
    await page.keyboard.press("Enter")
    await page.get_by_text("Another role has this name.").wait_for()
    await page.get_by_role("textbox", name="Name").fill("Accounts")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/settings.roles/accounts")
    assert double.people.roles["accounts"]["permissions"] == ["contacts.read"]
    more = page.get_by_role("button", name="More on Accounts")
    await more.click()
    await page.get_by_role("menuitem", name="Rename").click()
    await page.get_by_role("textbox", name="Name").fill("Books")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="More on Books").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("columnheader", name="Books").wait_for(state="detached")
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("columnheader", name="Books").wait_for()


async def test_a_role_in_use_is_not_deleted_and_says_who_uses_it(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.roles")
    await page.get_by_role("button", name="More on Night shift").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_text("1 member has this role.").wait_for()
    await page.get_by_role("button", name="Show them").click()
    await page.locator("settings-member-list .tr", has_text="Hugo").wait_for()


async def test_a_phone_shows_one_role_and_keeps_the_draft(browser: Browser, double: Double) -> None:
    people(double)
    screen = await Screen.open(browser, double.url, width=390, height=780)
    page = screen.page
    await screen.go("/settings.roles")
    await page.get_by_role("link", name="Night shift").click()
    await page.get_by_role("switch", name="Add and change contacts").check()
    await page.get_by_role("link", name="Roles").click()
    await page.get_by_text("1 change in Night shift").wait_for()
    await page.get_by_role("link", name="All settings").click()
    await page.get_by_role("button", name="Keep editing").click()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert "contacts.write" in double.people.roles["night-shift"]["permissions"]
    await screen.context.close()
