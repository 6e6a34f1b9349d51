"""A call is a line of the thread and a word of the list: who called, and what became of it."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from .double import BASE, Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

CALLS = [("inbound", "missed", "", "Missed voice call"),
         ("inbound", "completed", "3:12", "Incoming voice call · 3 mins 12 secs"),
         ("outbound", "completed", "1:02:05", "Outgoing voice call · 1 hr 2 mins 5 secs"),
         ("outbound", "declined", "", "Voice call, declined by the customer"),
         ("outbound", "unanswered", "", "Voice call, not answered by the customer"),
         ("inbound", "begun", "", "Incoming voice call")]  # fmt: skip


async def test_every_outcome_is_a_line_that_nobody_can_answer(double: Double, screen: Screen, salma: Resource) -> None:
    for number, (direction, status, clock, _) in enumerate(CALLS):
        double.write(salma, clock, direction=direction, type="call", status=status, at=BASE + timedelta(minutes=number))
    lines = screen.page.locator("inbox-thread .act.call")
    await expect(lines).to_have_count(len(CALLS))
    for number, (*_, words) in enumerate(CALLS):
        await expect(lines.nth(number).locator("span")).to_have_text(words)
    await expect(screen.page.locator("inbox-thread .m")).to_have_count(1)  # her greeting alone is a bubble
    assert await violations(screen) == []


async def test_a_call_that_ends_changes_its_line_and_the_list(double: Double, screen: Screen, salma: Resource) -> None:
    line, row = screen.page.locator("inbox-thread .act.call span"), screen.page.locator("inbox-list .row .pv")
    call = double.write(salma, type="call", status="begun", quiet=True)
    double.emit("message.noted", {"message": call, "conversation": dict(salma)})
    await expect(line).to_have_text("Incoming voice call")
    await expect(row).to_have_text("Incoming voice call")
    salma["version"] += 1
    call |= {"status": "missed", "version": 2}
    salma["last_message"]["status"], salma["unread"] = "missed", 1
    for _ in range(2):  # a word that is told twice
        double.emit("message.received", {"message": call, "conversation": dict(salma)})
    await expect(line).to_have_text("Missed voice call")
    await expect(line).to_have_count(1)
    await expect(row).to_have_text("Missed voice call")


async def test_a_permission_says_how_long_it_holds(double: Double, screen: Screen, salma: Resource) -> None:
    yes, no = {"response": "accept"}, {"response": "reject"}
    for told in ({**yes, "expiration_timestamp": "1776699789"}, no, yes):
        content = {"type": "call_permission_reply", "call_permission_reply": told}
        double.write(salma, type="interactive", content=content)
    said = screen.page.locator("inbox-thread .m .unknown span")
    await expect(said).to_have_text(["Allows calls until 20 Apr 2026, 16:43", "Does not allow calls", "Allows calls"])
