"""A message goes on to somebody else: found by name, sent from what is kept, only where one may write."""

from datetime import UTC, datetime, timedelta

import pytest

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

FILE = {"id": "0198f0a2-5f0e-7c6b-9f53-000000000099", "state": "stored", "kind": "image", "mime_type": "image/png",
        "filename": None, "size": 7, "width": 40, "height": 30, "thumbnail": False, "error": None}  # fmt: skip
CARD = {"name": {"formatted_name": "Yasmine"}, "phones": [{"phone": "+212 661 000002", "wa_id": "212661000002"}]}


async def ask(screen: Screen, key: str) -> None:
    bubble = screen.page.locator(f'inbox-thread .m[data-id="{key}"]')
    await bubble.hover()
    await bubble.get_by_role("button", name="More for this message").click()
    await screen.page.get_by_role("menuitem", name="Forward…").click()
    await screen.page.get_by_label("Find a conversation").wait_for()


async def test_every_kind_goes_on_to_whom_one_may_write(double: Double, screen: Screen, salma: Resource) -> None:
    badr, driss = double.customer("Badr", "212661000001"), double.customer("Driss")
    double.write(badr, "Salam", quiet=True)
    double.write(driss, "Old", at=datetime.now(UTC) - timedelta(hours=30), quiet=True)
    place = {"latitude": 33.57, "longitude": -7.58, "name": "Port", "url": "https://maps.test"}
    sent = [double.messages[salma["id"]][0],
            double.write(salma, "Devant", type="image", content={"id": "9", "caption": "Devant"}, attachments=[FILE]),
            double.write(salma, "", type="location", content=place),
            double.write(salma, "", type="contacts", content={"contacts": [CARD]})]  # fmt: skip
    page = screen.page
    await page.locator(f'inbox-thread .m[data-id="{sent[-1]["id"]}"]').wait_for()
    for at, one in enumerate(sent):
        await ask(screen, one["id"])
        await page.get_by_role("button", name="Badr").wait_for()
        assert await page.get_by_role("dialog").get_by_role("button", name="Driss").count() == 0
        if not at:
            assert await violations(screen) == []
            await page.keyboard.type("driss")
            await page.get_by_text("1 conversation is not shown: its 24-hour window is closed.").wait_for()
            await page.get_by_label("Find a conversation").fill("badr")
            await page.get_by_role("button", name="Badr").wait_for()
        async with page.expect_response(f"**/conversations/{badr['id']}/messages"):
            await page.keyboard.press("ArrowDown")  # from the field to the first of them
            await page.keyboard.press("Enter")
        await page.get_by_text("Forwarded to Badr.").first.wait_for()
        await page.get_by_role("dialog").wait_for(state="detached")
    text, image, location, contacts = await double.sent(4)
    assert (text["type"], text["body"]) == ("text", "Bonjour")
    assert image["image"] == {"attachment_id": FILE["id"], "caption": "Devant"}
    assert location["location"] == {"latitude": 33.57, "longitude": -7.58, "name": "Port"}
    assert contacts["contacts"] == [CARD]
    assert double.uploaded == []
    assert len(double.messages[badr["id"]]) == 5
