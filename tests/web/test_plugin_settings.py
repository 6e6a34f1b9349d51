"""Settings of plugins: what a plugin declares is a form, filled in by the organisation's admin."""

import asyncio
from typing import Any

import pytest

from .double import Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser


def field(name: str, kind: str, **more: Any) -> Resource:
    return {"name": name, "kind": kind, "label": name.capitalize(), "hint": "", "required": False, "options": [],
            "minimum": None, "maximum": None, "source": "default", "value": None, "default": None,
            "set": False} | more


def orders(**more: Any) -> Resource:
    fields = [field("shop", "text", hint="Where orders are asked for."),
              field("days", "integer", minimum=1, maximum=365, value=90, default=90),
              field("token", "secret"), field("pace", "choice", options=["slow", "fast"], value="slow", default="slow"),
              field("loud", "boolean", value=False, default=False), field("words", "list", value=["one"]),
              field("limit", "integer", source="file", value=7)]
    return {"plugin": "acme", "title": "Orders", "test": "try", "why_off": None, "fields": fields} | more


async def opened(double: Double, screen: Screen, *forms: Resource) -> None:
    double.permissions.append("settings.manage")
    double.offered.forms = list(forms)
    await screen.go("/settings.plugins")


async def sent(double: Double) -> Resource:
    async with asyncio.timeout(8):
        while not double.offered.asked:  # noqa: ASYNC110 - the server's task
            await asyncio.sleep(0.02)
    return double.offered.asked[-1][1]


async def test_each_field_is_what_it_is_and_only_changes_are_sent(double: Double, screen: Screen) -> None:
    await opened(double, screen, orders())
    page = screen.page
    await page.get_by_label("Shop").fill("https://shop.example")
    await page.get_by_label("Days").fill("30")
    await page.get_by_label("Pace").select_option("fast")
    await page.get_by_label("Loud").check()
    await page.get_by_label("Words").fill("one\n two \n")
    await page.get_by_label("Token", exact=True).fill("sk-secret")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved.").wait_for()
    assert await sent(double) == {"shop": "https://shop.example", "days": 30, "pace": "fast", "loud": True,
                                  "words": ["one", "two"], "token": "sk-secret"}
    assert await page.get_by_label("Token", exact=True).input_value() == ""
    await page.get_by_role("button", name="Forget").click()
    async with asyncio.timeout(8):
        while double.offered.asked[-1][1] != {"token": None}:  # noqa: ASYNC110 - the server's task
            await asyncio.sleep(0.02)


async def test_what_the_server_refuses_stands_at_its_field(double: Double, screen: Screen) -> None:
    await opened(double, screen, orders())
    double.offered.refusal = {"type": "/problems/invalid", "status": 422, "detail": "Correct it.",
                              "errors": [{"loc": ["days"], "msg": "Input should be greater than 0"}]}
    days = screen.page.get_by_label("Days")
    await days.fill("0")
    await screen.page.get_by_role("button", name="Save").click()
    await screen.page.get_by_text("Input should be greater than 0").wait_for()
    assert await days.input_value() == "0"
    assert await days.get_attribute("aria-invalid") == "true"


async def test_what_the_file_sets_is_shown_with_the_reason(double: Double, screen: Screen) -> None:
    await opened(double, screen, orders())
    await screen.page.get_by_text("Set in the installation's configuration file").wait_for()
    assert await screen.page.get_by_label("Limit").count() == 0


async def test_the_test_button_asks_the_plugin(double: Double, screen: Screen) -> None:
    await opened(double, screen, orders())
    double.offered.answers["try"] = {"toast": "The shop answered."}
    await screen.page.get_by_role("button", name="Test").click()
    await screen.page.get_by_text("The shop answered.").wait_for()


async def test_one_that_waits_says_for_what(double: Double, screen: Screen) -> None:
    await opened(double, screen, orders(why_off="token: Field required"))
    await screen.page.get_by_text("This plugin does not run yet: token: Field required").wait_for()
    assert await screen.page.get_by_role("button", name="Test").count() == 0


async def test_without_any_settings_the_page_says_so(double: Double, screen: Screen) -> None:
    await opened(double, screen)
    await screen.page.get_by_text("None of your plugins has settings.").wait_for()
