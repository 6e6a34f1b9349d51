"""Links by which customers begin to write: made with their words, shown as a code, copied, changed, deleted."""

import pytest
import pytest_asyncio

from .double import Double
from .furniture import office
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser


@pytest_asyncio.fixture(loop_scope="session")
async def links(double: Double, screen: Screen) -> dict[str, str]:
    """Words by code, of the number that is open."""
    well = office(double)["well"]
    await screen.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await screen.go(f"/settings.numbers/{well['id']}")
    await screen.page.locator("settings-number-links li").first.wait_for()
    return {code: one["message"] for code, one in double.office.links.items()}


async def test_a_link_is_made_shown_copied_and_taken_along(
    double: Double, screen: Screen, links: dict[str, str]
) -> None:
    page = screen.page
    await page.get_by_role("button", name="New link").click()
    await page.keyboard.type("x" * 141)
    await page.get_by_text("1 character too many.").wait_for()
    await page.get_by_role("button", name="Make the link").click()
    await page.get_by_text("WhatsApp takes at most 140 characters; this has 141.").wait_for()
    await page.get_by_label("What the customer will send").fill("Vu au salon de Fès")
    assert await violations(screen) == []
    await page.get_by_role("button", name="Make the link").click()
    picture = page.get_by_role("img", name="QR code of https://wa.me/message/ANED2T5QRU7HG2")
    await picture.wait_for()
    assert await picture.evaluate("(img) => img.complete && img.naturalWidth > 0")
    assert await violations(screen) == []
    await page.get_by_role("button", name="Copy the link").click()
    assert await page.evaluate("navigator.clipboard.readText()") == "https://wa.me/message/ANED2T5QRU7HG2"
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download for print").click()
    assert (await download.value).suggested_filename == "whatsapp-ANED2T5QRU7HG2.svg"
    await page.keyboard.press("Escape")
    await page.locator("settings-number-links li", has_text="Vu au salon de Fès").wait_for()
    assert list(double.office.links)[-1] not in links


async def test_its_words_change_and_it_is_deleted_after_a_question(
    double: Double, screen: Screen, links: dict[str, str]
) -> None:
    page = screen.page
    row = page.locator("settings-number-links li", has_text="Bonjour, je voudrais")
    await row.get_by_role("button", name="More on").click()
    await page.get_by_role("menuitem", name="Change the words").click()
    await page.get_by_label("What the customer will send").fill("Bonjour, un devis s’il vous plaît")
    await page.locator("settings-number-links").get_by_role("button", name="Save", exact=True).click()
    row = page.locator("settings-number-links li", has_text="un devis")
    await row.wait_for()
    await row.get_by_role("button", name="QR code").click()
    await page.get_by_role("img", name="QR code of").wait_for()
    await page.keyboard.press("Escape")
    await row.get_by_role("button", name="More on").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await row.wait_for(state="detached")
    assert len(double.office.links) == len(links) - 1
