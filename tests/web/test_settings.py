"""The settings around their pages: the list at the side, the way in, what is not saved, another organisation."""

import pytest
from playwright.async_api import Browser

from .double import ME, Double
from .double_people import KERNEL
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_the_settings_open_at_their_first_page(double: Double, screen: Screen) -> None:
    await screen.go("/inbox")
    await screen.page.get_by_role("link", name="Settings").click()
    await screen.page.wait_for_url("**/settings.me")
    await screen.page.get_by_role("heading", name="My account").wait_for()
    assert await screen.page.get_by_role("link", name="My account").get_attribute("aria-current") == "page"


async def test_on_a_phone_the_settings_are_a_list_and_then_a_page(browser: Browser, double: Double) -> None:
    screen = await Screen.open(browser, double.url, width=390, height=780)
    page = screen.page
    await screen.go("/settings")
    await page.get_by_role("link", name="My account").click()
    await page.get_by_role("heading", name="My account").wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390
    await page.get_by_role("link", name="All settings").click()
    await page.get_by_role("link", name="My account").wait_for()
    assert await page.get_by_role("heading", name="My account").count() == 0
    assert screen.errors == []
    await screen.context.close()


async def test_what_is_not_saved_is_asked_about(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/inbox")
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_label("Name").fill("Amina")
    await page.get_by_role("link", name="Contacts").click()
    await page.get_by_role("button", name="Keep editing").click()
    assert await page.get_by_label("Name").input_value() == "Amina"
    await page.go_back()
    await page.get_by_role("button", name="Discard changes").click()
    await page.wait_for_url("**/inbox")


async def test_who_joins_and_who_is_called_otherwise_is_known_at_once(double: Double, screen: Screen) -> None:
    await screen.go("/inbox")
    await screen.live()
    double.emit("member.saved", {"member": {"id": "new", "name": "Salma", "role": "agent"}})
    double.emit("member.saved", {"member": {"id": ME, "name": "Amina", "role": "agent"}})
    await screen.page.get_by_role("button", name="Your account: Amina").wait_for()
    assert await screen.page.evaluate("async () => (await import('@comptoir/sdk')).memberName('new')") == "Salma"


async def test_a_form_that_was_not_touched_leaves_the_way_back_alone(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/inbox")
    await page.get_by_role("link", name="Contacts").click()
    await page.get_by_role("link", name="Settings").click()
    await page.get_by_label("Name").wait_for()
    await page.go_back()
    await page.wait_for_url("**/contacts")
    await page.go_back()
    await page.wait_for_url("**/inbox")


async def test_a_name_is_saved_and_a_refusal_stands_beside_it(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/settings.me")
    await page.get_by_label("Name").fill("")
    await page.keyboard.press("Enter")
    await page.get_by_text("Enter your name").wait_for()
    double.refuse("PATCH me", 422, errors=[{"loc": ["name"], "msg": "Too long."}])
    await page.get_by_label("Name").fill("Amina")
    await page.keyboard.press("Enter")
    await page.get_by_text("Too long.").wait_for()
    await page.keyboard.press("Enter")
    await page.get_by_text("Saved.").wait_for()
    assert double.account.me["name"] == "Amina"


async def test_without_a_network_what_is_typed_stays_and_is_saved_later(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/settings.me")
    await page.get_by_label("Name").fill("Amina")
    await screen.context.set_offline(True)
    await page.keyboard.press("Enter")
    await page.get_by_text("The server cannot be reached.").wait_for()
    await screen.context.set_offline(False)
    assert await page.get_by_label("Name").input_value() == "Amina"
    await page.keyboard.press("Enter")
    await page.get_by_text("Saved.").wait_for()


async def test_a_person_of_two_organisations_goes_to_the_other(double: Double, screen: Screen) -> None:
    double.people.tenants.append({"id": "b", "slug": "dune", "name": "Dune", "role": "agent", "current": False})
    await screen.go("/inbox")
    await screen.live()
    await screen.page.get_by_role("button", name="Your account").hover()
    await screen.page.get_by_role("button", name="Your account").click()
    async with screen.page.expect_event("load"):
        await screen.page.get_by_role("menuitemradio", name="Dune").click()
    assert double.people.moved_to == "dune"


async def test_someone_who_sees_no_setting_sees_no_entry(double: Double, screen: Screen) -> None:
    double.without_settings = True
    await screen.go("/inbox")
    await screen.live()
    assert await screen.page.get_by_role("link", name="Settings").count() == 0


def test_the_double_knows_the_permissions_of_the_kernel() -> None:
    from core.auth.permissions import OPERATE, OWN

    assert set(KERNEL) == OWN | OPERATE
