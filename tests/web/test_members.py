"""Members and invitations: many at once, roles in place, and ways back."""

import pytest
from playwright.async_api import expect

from .double import COLLEAGUE, Double
from .furniture import people
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_many_are_invited_by_pasting_and_who_cannot_be_stays_with_the_reason(double: Double,
                                                                                  screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.members")
    await page.get_by_role("button", name="Invite people").click()
    await page.keyboard.insert_text("Salma Idrissi <Salma@atlas.ma>; omar@atlas.ma\nhugo@atlas.test, nonsense")
    await page.get_by_text("3 addresses").wait_for()
    await page.get_by_role("button", name="Invite 3 people").click()
    await page.get_by_text("This is no address: nonsense").wait_for()
    field = page.get_by_label("Addresses")
    await field.fill((await field.input_value()).replace(", nonsense", ""))
    await page.get_by_role("combobox", name="Teams").fill("sal")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Invite 3 people").click()
    await page.get_by_text("is a member already").wait_for()
    assert await field.input_value() == "hugo@atlas.test"
    sent = {one["email"]: one for one in double.people.invitations.values()}
    assert {"salma@atlas.ma", "omar@atlas.ma"} < set(sent)
    assert sent["omar@atlas.ma"]["teams"] == [next(iter(double.people.teams))]
    await field.fill("leo@atlas.ma")
    await page.get_by_role("button", name="Invite", exact=True).click()
    await page.wait_for_url("**/settings.members/invitations")
    await page.get_by_role("cell", name="leo@atlas.ma by").wait_for()


async def test_what_was_pasted_survives_a_closed_dialog(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.members/invite")
    await page.get_by_label("Addresses").fill("salma@atlas.ma")
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/settings.members")
    await page.get_by_role("button", name="Invite people").click()
    assert await page.get_by_label("Addresses").input_value() == "salma@atlas.ma"


async def test_a_role_changes_in_its_row_and_a_refusal_puts_it_back(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.members")
    role = page.get_by_label("Role of Yasmine Bennis")
    await role.select_option("supervisor")
    await page.get_by_text("Yasmine Bennis is now Supervisor.").wait_for()
    double.refuse(f"PATCH {COLLEAGUE}", 403)
    await role.select_option("owner")
    await page.get_by_text("You cannot give or take a role").wait_for()
    assert await role.input_value() == "supervisor"


async def test_the_last_owner_is_told_why_they_stay(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.members")
    await page.get_by_label("Role of Amine Kadiri").select_option("agent")
    await page.get_by_role("button", name="Change my role").click()
    await page.get_by_text("The last owner stays owner").wait_for()
    assert await page.get_by_label("Role of Amine Kadiri").input_value() == "owner"


async def test_a_removed_member_can_be_brought_back(double: Double, screen: Screen) -> None:
    page = screen.page
    hugo = people(double)["hugo"]
    await screen.go("/settings.members")
    more = page.get_by_role("button", name="More on Hugo")
    await more.click()
    await page.get_by_role("menuitem", name="Remove").click()
    await more.wait_for(state="detached")
    await page.get_by_role("button", name="Undo").click()
    await more.click()
    await page.get_by_role("menuitem", name="Remove").click()
    await page.get_by_role("link", name="Teams").click()
    await page.get_by_role("heading", name="Teams").wait_for()
    await page.wait_for_function("id => fetch('/api/v1/members').then((a) => a.text()).then((t) => !t.includes(id))",
                                 arg=hugo["id"])
    assert hugo["id"] not in double.people.members


async def test_members_are_found_by_name_role_and_team(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.members/role/night-shift")
    rows = page.locator("settings-member-list .tr:not(.head)")
    await expect(rows).to_have_count(1)
    await expect(rows.filter(has_text="Yasmine")).to_have_count(0)
    await page.get_by_label("Search members").fill("zzz")
    await page.get_by_text("Nobody here is called").wait_for()
    await page.get_by_label("Search members").fill("sales admin")
    await rows.filter(has_text="Yasmine").wait_for()


async def test_invitations_are_sent_again_and_revoked(double: Double, screen: Screen) -> None:
    page = screen.page
    people(double)
    await screen.go("/settings.members/invitations")
    await page.get_by_text("Expired yesterday").wait_for()
    await page.get_by_role("button", name="Send leila@atlas.test a new link").click()
    await page.get_by_text("leila@atlas.test gets a new link").wait_for()
    await page.get_by_text("Expired yesterday").wait_for(state="detached")
    await page.get_by_role("button", name="Revoke the invitation of nadia").click()
    await page.get_by_role("cell", name="nadia@atlas.test by").wait_for(state="detached")
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_role("cell", name="nadia@atlas.test by").wait_for()


async def test_whoever_is_alone_is_asked_to_invite(double: Double, screen: Screen) -> None:
    people(double)
    double.people.members = dict([next(iter(double.people.members.items()))])
    await screen.go("/settings.members")
    await screen.page.get_by_text("You are alone here so far.").wait_for()
