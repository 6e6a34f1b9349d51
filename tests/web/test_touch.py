"""With a finger: what is pressed is at least 44 pixels, drawn so or not."""

from typing import Any

import pytest
from playwright.async_api import Browser

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser

# Of each that is on the screen: how high the place is that takes the finger, from its middle up and down.
SMALL = """(selector) => {
    const found = [];
    const walk = (root) => {
        for (const one of root.querySelectorAll('*')) {
            if (one.matches(selector)) found.push(one);
            if (one.shadowRoot) walk(one.shadowRoot);
        }
    };
    walk(document);
    const at = (x, y) => {
        let one = document.elementFromPoint(x, y);
        while (one?.shadowRoot?.elementFromPoint(x, y) && one.shadowRoot.elementFromPoint(x, y) !== one)
            one = one.shadowRoot.elementFromPoint(x, y);
        return one;
    };
    const reach = (one, x, y, step) => {
        let far = 0;
        while (far < 60 && one.contains(at(x, y + far * step))) far += 1;
        return far;
    };
    const told = found.filter((one) => one.getClientRects().length).map((one) => {
        const { left, top, width, height } = one.getBoundingClientRect();
        const [x, y] = [left + width / 2, top + height / 2];
        return [one.innerText || one.ariaLabel, Math.round(width), reach(one, x, y, 1) + reach(one, x, y, -1) - 1];
    });
    return [told.length, told.filter(([, width, height]) => width < 43 || height < 43)];
}"""


async def small(screen: Screen, selector: str) -> Any:
    return await screen.page.evaluate(SMALL, selector)


async def test_nothing_is_too_small_for_a_finger(browser: Browser, double: Double) -> None:
    screen = await Screen.open(browser, double.url, width=390, height=844, has_touch=True, is_mobile=True)
    salma = double.customer("Salma")
    first = double.write(salma, "Bonjour", quiet=True)
    double.write(salma, "👍", type="reaction", context_wamid=first["wamid"], quiet=True)
    double.write(salma, "Parcel", direction="outbound", status="failed", quiet=True,
                 error={"code": 131026, "title": "Undeliverable", "cause": "No WhatsApp.", "cure": "Call."})
    await screen.go("/inbox")
    await screen.live()
    await screen.page.locator("inbox-list .row").first.wait_for()
    seen, wrong = await small(screen, "[role=tab], .tool")
    assert (seen >= 5, wrong) == (True, [])
    await screen.go(f"/inbox/{salma['id']}")
    await screen.page.get_by_role("button", name="Retry").wait_for()
    await screen.page.get_by_role("button", name="Reactions: 👍").wait_for()
    seen, wrong = await small(screen, ".link, .rx")
    assert (seen, wrong) == (2, [])
    await screen.context.close()
    assert screen.errors == []
