"""What sending costs, on its page: questioned, taken away, priced by the organisation's own rates."""

import pytest

from .double import Double
from .furniture import office
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_costs_are_shown_by_day_category_and_number(double: Double, screen: Screen) -> None:
    office(double)
    await screen.go("/settings.costs")
    page = screen.page
    await page.get_by_role("table", name="Costs").get_by_text("Tuesday, November 24, 2026").wait_for()
    assert await page.get_by_text("€57.957").count() >= 1
    await page.get_by_label("Grouped by").select_option("category")
    await page.get_by_role("table", name="Costs").get_by_text("United States").first.wait_for()
    await page.get_by_label("Grouped by").select_option("account")
    await page.get_by_role("table", name="Costs").get_by_text("+212 5 20 00 06 00").or_(
        page.get_by_role("table", name="Costs").get_by_text("212520000600")).first.wait_for()
    assert screen.errors == []


async def test_without_rates_no_money_is_shown(double: Double, screen: Screen) -> None:
    office(double)
    double.sending.card = {"currency": None, "rates": [], "updated_at": None, "version": 0}
    await screen.go("/settings.costs")
    await screen.page.get_by_role("table", name="Costs").wait_for()
    assert await screen.page.get_by_role("columnheader", name="Cost", exact=True).count() == 0


async def test_rates_are_changed_and_wrong_ones_are_said_before_anything_is_sent(
    double: Double, screen: Screen
) -> None:
    office(double)
    await screen.go("/settings.costs")
    page = screen.page
    await page.get_by_role("button", name="Add a rate").click()
    second = page.get_by_role("group", name="Rate 2")
    await second.get_by_role("textbox", name="Rate").fill("much")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Each rate is a number such as 0.0485.").wait_for()
    assert double.sending.card["version"] == 1
    await second.get_by_role("textbox", name="Rate").fill("0,03")
    await second.get_by_label("Category").select_option("utility")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert double.sending.card["rates"][1] == {"category": "utility", "prefix": "", "rate": "0.03"}


async def test_a_paused_number_says_why_and_until_when(double: Double, screen: Screen) -> None:
    office(double)
    account = double.office.account("Paused", quality_rating="RED")
    await screen.go("/settings.numbers")
    await screen.page.get_by_text("3 replies wait").first.wait_for()
    await screen.go(f"/settings.numbers/{account['id']}")
    await screen.page.get_by_text("Sending is paused").wait_for()
    await screen.page.get_by_text("The account has used up its calls.").wait_for()
