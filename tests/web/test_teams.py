"""Teams: made, changed, deleted, by keyboard too."""

import pytest

from .double import Double
from .furniture import people
from .screen import Screen
from .test_roles import FOCUSED

pytestmark = pytest.mark.browser


async def test_a_team_is_made_by_the_keyboard_alone(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.teams")
    await page.get_by_role("button", name="New team").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.type("SALES")
    await page.keyboard.press("Enter")
    await page.get_by_text("Another team has this name.").wait_for()
    await page.keyboard.press("Control+a")
    await page.keyboard.type("Returns")
    await page.keyboard.press("Tab")
    await page.keyboard.type("hug")
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Backspace")
    await page.get_by_role("button", name="Create team").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Returns").wait_for()
    made = next(one for one in double.people.teams.values() if one["name"] == "Returns")
    assert [double.people.members[one]["name"] for one in made["members"]] == ["Hugo Bernard-Lafontaine"]


async def test_a_team_gets_another_name_and_other_members(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    team = next(iter(double.people.teams.values()))
    await screen.go("/settings.teams")
    await page.get_by_role("link", name="Sales").click()
    await page.get_by_label("Name").fill("Shop")
    await page.get_by_role("button", name="Remove Yasmine Bennis").click()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="Shop").get_by_text("2 members").wait_for()
    assert team["name"] == "Shop"


async def test_a_team_that_changed_meanwhile_is_not_overwritten_unseen(double: Double, screen: Screen) -> None:
    page = screen.page
    hugo = people(double)["hugo"]
    team = next(iter(double.people.teams.values()))
    await screen.go("/settings.teams")
    await page.get_by_role("link", name="Sales").click()
    await page.get_by_label("Name").fill("Shop")
    team |= {"members": [*team["members"], hugo["id"]], "version": 2}
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Somebody else changed this meanwhile.").wait_for()
    await page.get_by_role("button", name="Remove Hugo").wait_for()
    assert await page.get_by_label("Name").input_value() == "Shop"
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("link", name="Shop").get_by_text("4 members").wait_for()
    assert hugo["id"] in team["members"]


async def test_a_form_with_changes_is_not_closed_by_a_slip(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.teams/new")
    await page.get_by_label("Name").fill("Returns")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Keep editing").click()
    assert await page.get_by_label("Name").input_value() == "Returns"
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("button", name="Discard changes").click()
    await page.wait_for_url("**/settings.teams")


async def test_a_deleted_team_can_be_brought_back(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.teams")
    await page.get_by_role("button", name="More on Sales").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("link", name="Sales").wait_for(state="detached")
    await page.wait_for_function(f"(label) => ({FOCUSED})() === label", arg="More on فريق الليل")
    await page.keyboard.press("Control+z")
    await page.get_by_role("link", name="Sales").wait_for()
    await page.get_by_role("button", name="Undo").wait_for(state="detached")


async def test_a_team_that_somebody_else_made_appears(double: Double, screen: Screen) -> None:
    people(double)
    await screen.go("/settings.teams")
    await screen.live()
    await screen.page.get_by_role("link", name="Sales").wait_for()
    double.emit("team.saved", {"team": double.people.team("Returns")})
    await screen.page.get_by_role("link", name="Returns").wait_for()


async def test_without_teams_the_page_says_what_they_are_for(double: Double, screen: Screen) -> None:
    people(double)
    double.people.teams.clear()
    await screen.go("/settings.teams")
    await screen.page.get_by_text("No team yet.").wait_for()
