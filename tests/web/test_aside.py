"""What was set aside is applied again, one or all for a reason, or dismissed with a word that says why."""

import pytest
import pytest_asyncio

from .double import Double
from .furniture import office
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def aside(double: Double, screen: Screen) -> None:
    office(double)
    double.office.aside = {1: None, 2: None}
    await screen.go("/settings.journal/quarantine")
    await screen.page.get_by_role("button", name="Apply again").nth(1).wait_for()


async def test_one_that_fails_again_stays_and_one_whose_cause_is_gone_goes(
    double: Double, screen: Screen, aside: None
) -> None:
    again = screen.page.get_by_role("button", name="Apply again")
    await again.first.click()
    await screen.page.get_by_text("It failed again; its reason is still there.").wait_for()
    assert await again.count() == 2
    double.office.cured = True
    await again.first.click()
    await screen.page.get_by_text("Applied.", exact=True).wait_for()
    await again.nth(1).wait_for(state="detached")
    assert list(double.office.aside) == [2]


async def test_on_a_phone_the_part_one_is_in_is_among_those_one_sees(double: Double, screen: Screen) -> None:
    office(double)
    await screen.page.set_viewport_size({"width": 390, "height": 780})
    await screen.go("/settings.platform/replays")
    tab = screen.page.get_by_role("link", name="Replays")
    await tab.wait_for()
    await screen.page.wait_for_function("() => document.fonts.status === 'loaded'")
    box = await tab.bounding_box()
    assert box is not None
    assert 0 <= box["x"] <= 390 - box["width"]


async def test_all_of_a_reason_are_given_to_a_worker_and_the_list_follows(
    double: Double, screen: Screen, aside: None
) -> None:
    await screen.page.get_by_role("button", name="Apply all again").click()
    await screen.page.get_by_text("A worker applies them now").wait_for()
    assert double.office.later
    double.office.aside = {}  # the worker is through
    await screen.page.get_by_text("Nothing is set aside.").wait_for()


async def test_a_dismissal_says_why_and_keeps_its_words_when_it_fails(
    double: Double, screen: Screen, aside: None
) -> None:
    page = screen.page
    await page.get_by_role("button", name="Dismiss").first.click()
    confirm = page.get_by_role("button", name="Dismiss").last
    await confirm.click()
    await page.get_by_text("Say why, for whoever asks later.").wait_for()
    assert await violations(screen) == []
    await page.get_by_label("Why nothing has to be done").fill("A test number of ours")
    double.refuse("POST dismissal", 500)
    await confirm.click()
    await page.get_by_text("The server failed.").wait_for()
    assert await page.get_by_label("Why nothing has to be done").input_value() == "A test number of ours"
    await page.keyboard.press("Enter")
    await page.get_by_role("dialog").wait_for(state="detached")
    assert (double.office.notes, list(double.office.aside)) == (["A test number of ours"], [2])
