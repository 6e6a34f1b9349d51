"""What was offered stands in the thread as the customer reads it: codes, coupons, offers, products, orders."""

from typing import Any

import pytest
from playwright.async_api import expect

from core.messaging.template_texts import as_sent
from tests.whatsapp.sendable import ORDER, TEMPLATES, button, template

from .double import Double, Resource
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

OTP_ADDRESS = "https://www.whatsapp.com/otp/code/?otp_type=COPY_CODE&code=otp{{1}}"
CODE_GIVEN = [{"type": "body", "parameters": [{"type": "text", "text": "418203"}]}, button("url", "text", "418203")]
CODE_TOLD: list[dict[str, Any]] = [
    {"type": "BODY", "text": "*{{1}}* is your verification code. For your security, do not share this code."},
    {"type": "FOOTER", "text": "This code expires in 10 minutes.", "code_expiration_minutes": 10}]


def sent(double: Double, conversation: Resource, content: Resource, told: list[dict[str, Any]]) -> None:
    read = as_sent(told, content.get("components") or [])
    double.write(conversation, read.get("body", ""), direction="outbound", type="template", content=content,
                 context={"template": read})  # fmt: skip


def buttons(*told: dict[str, Any]) -> dict[str, Any]:
    return {"type": "BUTTONS", "buttons": list(told)}


@pytest.mark.parametrize(("told", "how"), [
    ({"type": "URL", "text": "Copy code", "url": OTP_ADDRESS}, None),
    ({"type": "OTP", "otp_type": "COPY_CODE", "text": "Copy code"}, None),
    ({"type": "OTP", "otp_type": "ONE_TAP", "text": "Copy code"}, "at one tap"),
    ({"type": "OTP", "otp_type": "ZERO_TAP", "text": "Copy code"}, "by itself"),
])  # fmt: skip
async def test_a_code_is_read_as_the_customer_reads_it_and_its_button_leads_nowhere(
    double: Double, screen: Screen, salma: Resource, told: dict[str, Any], how: str | None
) -> None:
    sent(double, salma, template(*CODE_GIVEN), [*CODE_TOLD, buttons(told)])
    bubble = screen.page.locator("inbox-thread .m.out")
    await expect(bubble.locator("strong")).to_have_text("418203")
    await bubble.get_by_text("do not share this code").wait_for()
    await bubble.get_by_text("This code expires in 10 minutes.").wait_for()
    await expect(bubble.locator(".tap")).to_have_text("Copy code")
    assert await bubble.locator("a").count() == 0
    assert await bubble.locator(".how").count() == bool(how)
    if how:
        await bubble.get_by_text(how).wait_for()
    assert await violations(screen) == []


async def test_a_coupon_shows_its_code_and_products_are_listed(double: Double, screen: Screen, salma: Resource) -> None:
    coupon = template(button("copy_code", "coupon_code", "ATLAS10"))
    sent(double, salma, coupon, [{"type": "BODY", "text": "10 % today"}, buttons({"type": "COPY_CODE"})])
    mpm = {"type": "MPM", "text": "See the rugs"}
    sent(double, salma, TEMPLATES["products"], [{"type": "BODY", "text": "Our rugs"}, buttons(mpm)])
    first, second = (screen.page.locator("inbox-thread .m.out").nth(place) for place in (0, 1))
    await expect(first.locator(".tap")).to_have_text("Code to copyATLAS10")
    await second.locator("summary").click()
    await second.get_by_text("p1", exact=True).wait_for()
    assert await violations(screen) == []


@pytest.mark.parametrize("kind", ["template", "interactive"])
async def test_an_order_to_be_paid_is_a_bill(double: Double, screen: Screen, salma: Resource, kind: str) -> None:
    def amount(value: int) -> dict[str, Any]:
        return {"value": value, "offset": 100}

    order: dict[str, Any] = {**ORDER, "total_amount": amount(41500), "order": {
        "status": "pending", "items": [{"name": "Tajine", "quantity": 2, "amount": amount(20000)}],
        "subtotal": amount(40000), "shipping": {**amount(1500), "description": "To Fès"},
        "tax": amount(1000), "discount": amount(1000)}}
    if kind == "template":
        told = [{"type": "BODY", "text": "Your order"}, buttons({"type": "ORDER_DETAILS", "text": "Review and pay"})]
        sent(double, salma, template(button("order_details", "action", {"order_details": order})), told)
    else:
        double.write(salma, "Your order", direction="outbound", type="interactive", content={
            "type": "order_details", "body": {"text": "Your order"},
            "action": {"name": "review_and_pay", "parameters": order}})  # fmt: skip
    bill = screen.page.locator("inbox-thread .m.out .bill")
    await expect(bill.locator("dt")).to_have_text(["2 × Tajine", "Subtotal", "Tax", "To Fès", "Discount", "To be paid"])
    await expect(bill.locator("dd")).to_have_text(["₹400.00", "₹400.00", "₹10.00", "₹15.00", "−₹10.00", "₹415.00"])
    await screen.page.locator("inbox-thread .m.out .tap", has_text="Review and pay").wait_for()
    assert await violations(screen) == []


async def test_how_an_order_stands_is_said_in_words(double: Double, screen: Screen, salma: Resource) -> None:
    sent(double, salma, TEMPLATES["order status"], [{"type": "BODY", "text": "News"}])
    double.write(salma, "News", direction="outbound", type="interactive", content={
        "type": "order_status", "body": {"text": "News"}, "action": {"name": "review_order", "parameters": {
            "reference_id": "order-7", "order": {"status": "partially_shipped", "description": "Two boxes"}}}})
    bills = screen.page.locator("inbox-thread .m.out .bill")
    await expect(bills).to_have_text(["Order order-112: shipped", "Order order-7: shipped in partTwo boxes"])


async def test_what_was_sent_before_its_words_were_known_says_what_was_filled_in(
    double: Double, screen: Screen, salma: Resource
) -> None:
    for name in ("order", "order status", "products"):
        double.write(salma, direction="outbound", type="template", content=TEMPLATES[name])
    bubbles = screen.page.locator("inbox-thread .m.out")
    await expect(bubbles.nth(0).locator("dd").last).to_have_text("₹210.00")
    await expect(bubbles.nth(1).locator(".bill")).to_have_text("Order order-112: shipped")
    await bubbles.nth(2).locator("summary").wait_for()
