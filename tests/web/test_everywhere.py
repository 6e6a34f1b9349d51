"""Every page of ours, by construction: on a tablet, on a phone, at 400 %; big enough to touch, nothing cut off; and
where one is can be seen in forced colours."""

from typing import Any

import pytest
from playwright.async_api import Browser

from .double import Double
from .furniture import office
from .looks import LOOKS, WIDTHS, flaws
from .screen import Screen
from .test_pages import furnish

pytestmark = pytest.mark.browser
PARTS = 6


async def addresses(double: Double) -> list[str]:
    conversation, contact = furnish(double)
    office(double)
    told = await double.bootstrap(None)
    assert told is not None
    pages: list[dict[str, Any]] = told["ui"]["pages"]
    named = [f"/{one['name']}" if one["plugin"] == one["name"] else f"/{one['plugin']}.{one['name']}" for one in pages]
    return [*named, "/settings", f"/inbox/{conversation}", f"/contacts/{contact}"]


@pytest.mark.parametrize("part", range(PARTS))
async def test_every_page_is_usable_with_a_finger(browser: Browser, double: Double, part: int) -> None:
    """Each in one language and theme; the other looks are tried page by page elsewhere."""
    theme, locale = LOOKS[part % len(LOOKS)]
    width, height = WIDTHS[0]
    screen = await Screen.open(browser, double.url, width=width, height=height, theme=theme, has_touch=True)
    poor: dict[str, list[str]] = {}
    for path in (await addresses(double))[part::PARTS]:
        await screen.go(f"{path}?lang={locale}")
        await screen.live()
        if found := await flaws(screen.page):
            poor[path] = found
        await screen.page.set_viewport_size({"width": width, "height": height})
    await screen.context.close()
    assert (poor, screen.errors) == ({}, [])


async def test_where_one_is_can_be_seen_in_forced_colours(browser: Browser, double: Double) -> None:
    """A shadow is not drawn there: the ring must be an outline."""
    double.write(double.customer("Aya"), "hello", quiet=True)
    screen = await Screen.open(browser, double.url, forced_colors="active")
    await screen.go("/inbox")
    await screen.live()
    await screen.page.locator("inbox-list .row").first.wait_for()
    for _ in range(12):
        await screen.page.keyboard.press("Tab")
        ringed = await screen.page.evaluate("""() => {
            let at = document.activeElement;
            while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
            return at === document.body || getComputedStyle(at).outlineStyle !== 'none' || at.outerHTML.slice(0, 120);
        }""")
        assert ringed is True
    await screen.context.close()
