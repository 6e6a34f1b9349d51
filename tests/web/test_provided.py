"""What plugins provide without drawing it: facts beside a contact, suggested answers, a person's data."""

import asyncio

import pytest

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_facts_stand_beside_the_conversation_and_missing_ones_are_named(double: Double, screen: Screen) -> None:
    double.offered.provides = ["facts"]
    double.offered.facts = {"items": [
        {"plugin": "acme", "label": "Orders", "value": "3", "url": "https://shop.test/orders"},
        {"plugin": "acme", "label": "Since", "value": "<b>May</b>", "url": None}], "missing": ["crm"]}
    salma = double.customer("Salma")
    await screen.go(f"/inbox/{salma['id']}")
    facts = screen.page.get_by_role("region", name="Facts")
    await facts.get_by_text("Orders").wait_for()
    assert await facts.get_by_role("link", name="3").get_attribute("rel") == "noopener noreferrer"
    await facts.get_by_text("<b>May</b>").wait_for()  # words, never markup
    await facts.get_by_text("Missing now: crm").wait_for()
    double.offered.facts = {"items": [{"plugin": "crm", "label": "Score", "value": "9", "url": None}], "missing": []}
    await facts.get_by_role("button", name="Retry").click()
    await facts.get_by_text("Score").wait_for()
    assert double.offered.asked == [("facts", {"contact": salma["contact"]["id"]})] * 2


async def test_a_suggested_answer_goes_into_the_composer_and_is_not_sent(double: Double, screen: Screen) -> None:
    double.offered.provides = ["suggestions"]
    double.offered.suggestions = {"items": [
        {"plugin": "acme", "body": "It leaves tomorrow.", "why": "Order 12 is packed"}], "missing": ["slow"]}
    salma = double.customer("Salma")
    double.write(salma, "Where is my order?", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    field = screen.page.get_by_role("textbox", name="Message to Salma")
    await field.fill("Salam.")
    answers = screen.page.get_by_role("group", name="Suggested answers")
    await answers.get_by_role("button", name="It leaves tomorrow.").click()
    assert (await field.input_value()).split() == ["Salam.", "It", "leaves", "tomorrow."]
    await answers.wait_for(state="detached")
    assert double.posted == []


async def test_where_no_plugin_provides_anything_nothing_is_asked(double: Double, screen: Screen) -> None:
    salma = double.customer("Salma")
    double.write(salma, "Where is my order?", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.get_by_text("Where is my order?").first.wait_for()
    await screen.live()
    assert double.offered.asked == []


async def test_an_administrator_exports_and_erases_a_person_and_sees_how_far_it_is(
        double: Double, screen: Screen) -> None:
    double.permissions += ["data.export"]
    salma = double.customer("Salma")
    await screen.go(f"/contacts/{salma['contact']['id']}")
    page = screen.page
    await page.get_by_text("Personal data").click()
    await page.get_by_role("button", name="Export").click()
    await page.get_by_text("being made").wait_for()
    double.offered.requests[0] |= {"state": "failed", "error": "The plugin acme could not tell what it keeps."}
    await page.get_by_text("The plugin acme could not tell what it keeps.").wait_for()  # looked at again by itself
    await page.get_by_role("button", name="Erase everywhere…").click()
    await page.get_by_text("one that is switched off is not asked").wait_for()
    await page.get_by_role("button", name="Erase for good").click()
    await page.get_by_text("being erased").wait_for()
    assert [one["kind"] for one in double.offered.requests] == ["erasure", "export"]
    double.offered.requests[0] |= {"state": "done", "plugins": [
        {"plugin": "acme", "state": "done", "rows": 3, "why": None},
        {"plugin": "letters", "state": "off", "rows": None, "why": "it is switched off"}]}
    async with asyncio.timeout(8):
        await page.get_by_text("acme ✓ letters off, not asked").wait_for()


async def test_others_are_not_offered_a_persons_data(double: Double, screen: Screen) -> None:
    salma = double.customer("Salma")
    await screen.go(f"/contacts/{salma['contact']['id']}")
    await screen.page.get_by_role("button", name="Delete").wait_for()
    assert await screen.page.get_by_text("Personal data").count() == 0
