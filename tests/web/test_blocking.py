"""A customer is blocked after a question and unblocked from where one would write; every screen of theirs says so."""

import pytest

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_a_blocked_customer_is_shown_as_such_and_let_in_again(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page = screen.page
    await page.get_by_role("button", name="Block this contact").click()
    await page.get_by_role("button", name="Block", exact=True).click()
    await page.get_by_text("This contact is blocked.").wait_for()
    await page.get_by_role("option", name="Salma").get_by_role("img", name="Blocked").wait_for()
    assert await page.get_by_label("Message to Salma").count() == 0
    assert await violations(screen) == []
    await page.get_by_role("button", name="Unblock").first.click()
    await page.get_by_label("Message to Salma").wait_for()
    assert salma["blocked_at"] is None
    assert await page.get_by_role("img", name="Blocked").count() == 0


async def test_who_may_not_block_sees_why_nobody_answers(double: Double, screen: Screen, salma: Resource) -> None:
    double.permissions.remove("contacts.write")
    salma["blocked_at"] = salma["last_message_at"]
    await screen.page.reload()
    await screen.page.get_by_text("This contact is blocked.").wait_for()
    assert await screen.page.get_by_role("button", name="Unblock").count() == 0
    assert await screen.page.get_by_role("button", name="Block this contact").count() == 0
