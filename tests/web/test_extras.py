"""What is neither text nor a file is sent from the composer by keyboard alone, and read in the thread in words."""

from typing import Any

import pytest
from playwright.async_api import FilePayload

from .double import Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser


async def choose(screen: Screen, label: str) -> None:
    """By keyboard."""
    await screen.page.get_by_role("button", name="Send something else").focus()
    await screen.page.keyboard.press("Enter")
    item = screen.page.get_by_role("menuitem", name=label, exact=True)
    await item.wait_for()
    await item.focus()
    await screen.page.keyboard.press("Enter")


async def test_a_file_is_uploaded_and_sent(double: Double, screen: Screen, salma: Resource) -> None:
    async with screen.page.expect_file_chooser() as chooser:
        await choose(screen, "Photos, videos or files")
    file: FilePayload = {"name": "facture.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7"}
    await (await chooser.value).set_files(file)
    async with screen.page.expect_response("**/messages"):
        await screen.page.get_by_role("button", name="Send", exact=True).click()
    await screen.page.locator("inbox-thread .m.out .card", has_text="facture.pdf").wait_for()
    [sent] = await double.sent()
    assert (sent["type"], sent["document"]["filename"]) == ("document", "facture.pdf")
    assert sent["document"]["attachment_id"]
    assert screen.errors == []


async def test_a_place_is_sent_and_shown(double: Double, screen: Screen, salma: Resource) -> None:
    await choose(screen, "Location")
    await screen.page.keyboard.type("33.5731")
    await screen.page.keyboard.press("Tab")
    await screen.page.keyboard.type("-7.5898")
    await screen.page.get_by_label("Name of the place (optional)").fill("Atlas Voyages")
    await screen.page.keyboard.press("Enter")
    await screen.page.locator("inbox-thread .m.out", has_text="33.5731").wait_for()
    [sent] = await double.sent()
    assert (sent["type"], sent["location"]) == (
        "location", {"latitude": 33.5731, "longitude": -7.5898, "name": "Atlas Voyages"})
    assert sent["last_seen"] == double.messages[salma["id"]][0]["id"]


async def test_what_whatsapp_would_refuse_is_said_beside_its_field(
    double: Double, screen: Screen, salma: Resource
) -> None:
    await choose(screen, "Buttons")
    await screen.page.get_by_label("Question").fill("Livrer demain ?")
    await screen.page.get_by_label("Answer 1").fill("x" * 21)
    await screen.page.get_by_role("button", name="Send", exact=True).last.click()
    await screen.page.get_by_text("WhatsApp takes at most 20 characters; this has 21.").wait_for()
    await screen.page.get_by_label("Answer 1").fill("Oui")
    await screen.page.get_by_label("Answer 2 (optional)").fill("Non")
    await screen.page.get_by_label("What the customer will see").locator(".tap", has_text="Non").wait_for()
    double.refuse("POST messages", 422, kind="invalid", detail="No.", errors=[
        {"loc": [], "pointer": "#/interactive/action/buttons/1/reply/title", "msg": "is not for Fridays"}])
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("is not for Fridays").wait_for()
    await screen.page.keyboard.press("Enter")
    bubble = screen.page.locator("inbox-thread .m.out", has_text="Livrer demain ?")
    await bubble.locator(".tap", has_text="Non").wait_for()
    [sent] = await double.sent()
    assert [one["reply"]["title"] for one in sent["interactive"]["action"]["buttons"]] == ["Oui", "Non"]


async def test_a_list_and_a_card_are_made(double: Double, screen: Screen, salma: Resource) -> None:
    await choose(screen, "List")
    await screen.page.get_by_label("Question").fill("Quel circuit ?")
    await screen.page.get_by_label("What opens the list").fill("Choisir")
    await screen.page.get_by_label("Title").first.fill("Désert")
    await screen.page.get_by_label("More (optional)").first.fill("3 jours")
    seen = screen.page.get_by_label("What the customer will see")
    await seen.locator("summary", has_text="Choisir").click()
    await seen.get_by_text("3 jours").wait_for()
    await screen.page.get_by_role("button", name="Send", exact=True).last.click()
    await screen.page.locator("inbox-thread summary", has_text="Choisir").wait_for()
    await choose(screen, "Contact card")
    await screen.page.get_by_label("First name").fill("Yasmine")
    await screen.page.get_by_label("Phone, with its country code").fill("+212 661 000002")
    await screen.page.keyboard.press("Enter")
    await screen.page.locator("inbox-thread .card", has_text="Yasmine").wait_for()
    listed, shared = await double.sent(2)
    rows, card = listed["interactive"]["action"]["sections"][0]["rows"], shared["contacts"][0]
    assert rows == [{"id": "title0", "title": "Désert", "description": "3 jours"}]
    assert (card["name"]["formatted_name"], card["phones"][0]["wa_id"]) == ("Yasmine", "212661000002")


async def test_a_reaction_is_given_and_taken_back(double: Double, screen: Screen, salma: Resource) -> None:
    await choose(screen, "👍")
    await screen.page.get_by_role("button", name="Reactions: 👍").wait_for()
    await screen.page.locator("inbox-thread .m").first.hover()
    await screen.page.get_by_role("button", name="React to this message").click()
    await screen.page.get_by_role("menuitem", name="Take the reaction back").click()
    await screen.page.get_by_role("button", name="Reactions: 👍").wait_for(state="detached")
    target = double.messages[salma["id"]][0]["id"]
    assert [one["reaction"] for one in await double.sent(2)] == [
        {"message_id": target, "emoji": "👍"}, {"message_id": target, "emoji": ""}]


async def test_the_customer_is_told_once_that_somebody_types(double: Double, screen: Screen, salma: Resource) -> None:
    field = screen.page.get_by_label("Message to Salma")
    async with screen.page.expect_response("**/typing"):
        await field.type("Bonj")
    await field.type("our")
    assert double.typed == [salma["id"]]


OFFERED: list[tuple[dict[str, Any], str]] = [
    ({"type": "cta_url", "action": {"parameters": {"display_text": "Suivre", "url": "https://atlas.ma"}}}, "Suivre"),
    ({"type": "cta_url", "action": {"parameters": {"display_text": "Piège", "url": "javascript:alert(1)"}}}, "Piège"),
    ({"type": "location_request_message", "action": {"name": "send_location"}}, "Send location"),
    ({"type": "flow", "action": {"parameters": {"flow_cta": "Réserver"}}}, "Réserver"),
    ({"type": "product", "action": {"product_retailer_id": "tajine-01"}}, "Product tajine-01"),
    ({"type": "carousel", "action": {"cards": [{"body": {"text": "Désert"}, "action": {"buttons": [
        {"quick_reply": {"id": "a", "title": "Celui-ci"}}]}}]}}, "Celui-ci"),
    ({"type": "order_details", "action": {"parameters": {"reference_id": "112", "currency": "INR",
                                                         "total_amount": {"value": 21000, "offset": 100}}}}, "210.00"),
    ({"type": "something new", "action": {}}, "Voici"),
]  # fmt: skip


async def test_every_kind_is_read_in_words(double: Double, screen: Screen, salma: Resource) -> None:
    for content, words in OFFERED:
        double.write(salma, "Voici", direction="outbound", type="interactive",
                     content={**content, "body": {"text": "Voici"}})  # fmt: skip
        await screen.page.locator("inbox-thread .m.out", has_text=words).last.wait_for()
    assert await screen.page.locator("inbox-thread a[href^='javascript']").count() == 0
    double.write(salma, "Envoyé", type="interactive", content={"type": "nfm_reply", "nfm_reply": {
        "body": "Envoyé", "response_json": '{"flow_token": "secret", "day": "lundi"}'}})
    await screen.page.locator("inbox-thread .m", has_text="lundi").wait_for()
    assert await screen.page.get_by_text("secret").count() == 0
    double.write(salma, "", type="order", content={"product_items": [
        {"product_retailer_id": "tajine-01", "quantity": "2", "item_price": 100, "currency": "MAD"}]})
    await screen.page.get_by_text("2 × tajine-01").wait_for()
