"""Every element that plugins may use stands up by itself: made from its module alone, with nothing told to it."""

import re
from pathlib import Path

import pytest

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser
PAGE = (Path(__file__).parents[2] / "docs/plugins/elements.md").read_text(encoding="utf-8")
ELEMENTS = re.findall(r"^## `(ui-[a-z-]+)`$.*?^- Module: `([a-z]+)\.js`", PAGE, re.MULTILINE | re.DOTALL)
TOLD = {"ui-confirm": {"question": {"heading": "Delete?", "text": "For good.", "act": "Delete"}},
        "ui-slot": {"name": "conversation.detail", "ctx": {}},
        "ui-drawn": {"ctx": {"message": {"content": {"product_items": []}}},
                     "piece": {"plugin": "acme", "element": "acme-order", "module": "order.js"}},
        "ui-picker": {"options": [], "value": []},
        "ui-panel": {"panel": {"plugin": "acme", "name": "pins", "title": "Pins", "fragment": "pins"}, "ctx": {}},
        "ui-menu": {"items": []}, "ui-tabs": {"items": []}}
STANDS = """async ([tag, module, told]) => {
    await import(`@comptoir/sdk/elements/${module}.js`);
    const one = Object.assign(document.createElement(tag), told);
    document.body.append(one);
    await one.updateComplete;
    const stands = Boolean(one.renderRoot);
    one.remove();
    return stands;
}"""


async def test_every_documented_element_stands_up(double: Double, screen: Screen) -> None:
    double.offered.offer("message_renderers", type="order", element="acme-order", module="order.js")
    await screen.go(f"/inbox/{double.customer('Salma')['id']}")
    assert len(ELEMENTS) > 20
    for tag, module in ELEMENTS:
        assert await screen.page.evaluate(STANDS, [tag, module, TOLD.get(tag, {})]), tag
