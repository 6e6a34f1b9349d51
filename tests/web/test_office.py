"""What people do in the office: settings kept, numbers connected and cured, keys shown once, the log questioned."""

import pytest

from .double import Double
from .double_office import BAD
from .furniture import office
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_an_organisation_is_changed_and_its_hours_with_it(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.organisation")
    await page.get_by_label("Name", exact=True).fill("Atlas & Fils")
    await page.get_by_label("Blue").check(force=True)
    await page.get_by_label("Add a period on Monday").click()
    await page.get_by_label("Copy Monday to every open day").click()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert (double.office.tenant["name"], double.office.tenant["hue"]) == ("Atlas & Fils", 240)
    assert len(double.office.tenant["business_hours"]["monday"]) == 3
    assert double.office.tenant["business_hours"]["sunday"] == []


async def test_an_organisation_is_deleted_only_by_its_name_and_after_an_archive(
    double: Double, screen: Screen
) -> None:
    office(double)
    double.office.exports.clear()
    page = screen.page
    await screen.go("/settings.organisation")
    await page.get_by_role("button", name="Delete…").click()
    await page.get_by_role("button", name="Delete everything").click()
    await page.get_by_text("Type atlas exactly.").wait_for()
    await page.get_by_label("To be sure, type atlas").fill("atlas")
    await page.get_by_label("Your password", exact=True).fill("right")
    await page.keyboard.press("Enter")
    await page.get_by_text("Make an archive of your data first").wait_for()


async def test_a_number_is_examined_before_it_is_connected(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.numbers/new")
    await page.get_by_role("button", name="Examine").click()
    await page.get_by_text("Copy the digits from Meta's page.").first.wait_for()
    await page.get_by_label("Phone number ID").fill("106540352242922")
    await page.get_by_label("WhatsApp Business Account ID").fill("102290129340398")
    await page.get_by_label("Access token", exact=True).fill("EAAG-a-long-token")
    double.office.examined = [BAD]
    await page.get_by_role("button", name="Examine").click()
    await page.get_by_text("must be cured before messages can flow").wait_for()
    await page.get_by_role("button", name="Connect anyway").click()
    await page.get_by_text("a-verify-token").wait_for()
    await page.get_by_role("button", name="Done").click()
    await page.get_by_role("heading", name="At Meta").wait_for()


async def test_what_was_examined_and_changed_since_is_examined_again(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.numbers/new")
    await page.get_by_label("Phone number ID").fill("1")
    await page.get_by_label("WhatsApp Business Account ID").fill("2")
    await page.get_by_label("Access token", exact=True).fill("EAAG-a-long-token")
    await page.get_by_role("button", name="Examine").click()
    await page.get_by_role("button", name="Connect", exact=True).wait_for()
    await page.get_by_label("Phone number ID").fill("12")
    await page.get_by_role("button", name="Examine").wait_for()
    assert await page.get_by_role("button", name="Connect", exact=True).count() == 0


async def test_a_dead_token_is_said_and_a_new_one_revives_the_number(double: Double, screen: Screen) -> None:
    ill = office(double)["ill"]
    page = screen.page
    await screen.go("/settings.numbers")
    await page.get_by_role("button", name="Give a new token").click()
    await page.get_by_label("New access token").fill("refused-token")
    await page.get_by_role("button", name="Replace the token").click()
    await page.get_by_text("Meta refuses this token.").wait_for()
    await page.get_by_label("New access token").fill("EAAG-a-better-token")
    await page.get_by_role("button", name="Replace the token").click()
    await page.get_by_text("Meta accepts the new token.").wait_for()
    await page.get_by_text("Meta no longer accepts this number's access token").wait_for(state="detached")
    assert ill["status"] == "connected"


async def test_the_doctor_does_what_can_be_done_from_here(double: Double, screen: Screen) -> None:
    well = office(double)["well"]
    page = screen.page
    await screen.go(f"/settings.numbers/{well['id']}")
    await page.get_by_role("button", name="Do it for me").click()
    await page.get_by_text("All that matters is in order.").wait_for()


async def test_a_key_is_shown_once_and_revoked_with_a_question(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.keys")
    await page.get_by_role("button", name="New key").click()
    await page.get_by_role("button", name="Make the key").click()
    await page.get_by_text("Give it the name of the program").wait_for()
    await page.get_by_label("Name", exact=True).fill("Shop")
    await page.get_by_label("Allow less than the role does").check()
    await page.get_by_label("See contacts").check()
    await page.get_by_role("button", name="Make the key").click()
    await page.get_by_text("wak_live_x_y").wait_for()
    await page.get_by_label("I have kept it").check()
    await page.get_by_role("button", name="Done").click()
    assert [one["scopes"] for one in double.office.keys.values() if one["name"] == "Shop"] == [["contacts.read"]]
    await page.get_by_role("button", name="More on Shop").click()
    await page.get_by_text("Revoke", exact=True).click()
    await page.get_by_role("button", name="Revoke").click()
    await page.get_by_text("Shop is revoked.").wait_for()


async def test_the_log_is_read_filtered_and_verified(double: Double, screen: Screen) -> None:
    office(double)
    for number in range(60):
        double.office.entry("team.created", subject={"kind": "team", "id": "t", "name": f"Team {number}"})
    page = screen.page
    await screen.go("/settings.audit")
    await page.get_by_text("Team 59").wait_for()
    await page.get_by_role("button", name="Show older entries").click()
    await page.get_by_role("list").get_by_text("tomorrow.invented").wait_for()
    await page.get_by_label("Action").select_option("tenant.updated")
    await page.get_by_role("list").get_by_text("changed the organisation's settings").click()
    await page.get_by_role("cell", name="أطلس").wait_for()
    await page.get_by_role("button", name="Verify the whole log").click()
    await page.get_by_text("The log is whole.").wait_for()
    double.office.broken_log = True
    await page.get_by_role("button", name="Verify the whole log").click()
    await page.get_by_text("The log was tampered with.").wait_for()


async def test_an_organisation_is_made_and_another_suspended(double: Double, screen: Screen) -> None:
    office(double)
    page = screen.page
    await screen.go("/settings.platform")
    await page.get_by_role("button", name="New organisation").click()
    await page.get_by_label("Name", exact=True).fill("Rif Tours")
    await page.get_by_label("Owner's address").fill("owner@rif.test")
    await page.keyboard.press("Enter")
    await page.locator(".tr", has_text="Rif Tours").wait_for()
    await page.get_by_role("button", name="More on Dune Travel").click()
    await page.get_by_text("Suspend", exact=True).click()
    await page.get_by_role("button", name="Suspend").click()
    await page.locator(".tr", has_text="Dune Travel").get_by_text("Suspended").wait_for()
