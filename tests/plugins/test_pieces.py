"""What a plugin says of its pieces of screen is checked when it says it, not when somebody looks at them."""

from collections.abc import Callable

import pytest
from comptoir_sdk import ui

GOOD: list[Callable[[], ui.Element]] = [
    lambda: ui.Panel("pins", slot="conversation.banner", fragment="pins"),
    lambda: ui.Panel("pins", slot="message.body", element="a-pins", module="pins.js", when={"message.type": "order"}),
    lambda: ui.Panel("vip", slot="list.row.badge", data="vip"),
    lambda: ui.DashboardCard("day", data="day", kind="line", span=2),
    lambda: ui.DashboardCard("day", fragment="day"),
]
BAD: list[tuple[str, Callable[[], ui.Element]]] = [
    ("no slot", lambda: ui.Panel("pins", slot="conversation.cellar", fragment="pins")),
    ("data=", lambda: ui.Panel("vip", slot="list.row.badge", fragment="vip")),
    ("data=", lambda: ui.Panel("vip", slot="contact.detail", fragment="vip", data="vip")),
    ("element=", lambda: ui.Panel("pins", slot="message.body", fragment="pins")),
    ("`when`", lambda: ui.Panel("pins", slot="contact.detail", fragment="pins", when={"message.type": "order"})),
    ("`when`", lambda: ui.Panel("pins", slot="contact.detail", fragment="pins", when={"contact.is": "tall"})),
    ("kind", lambda: ui.DashboardCard("day", data="day", kind="cake")),
    ("span", lambda: ui.DashboardCard("day", data="day", span=7)),
    ("either", lambda: ui.DashboardCard("day", data="day", fragment="day")),
    ("either", lambda: ui.DashboardCard("day")),
]


@pytest.mark.parametrize("make", GOOD)
def test_a_piece_that_can_be_drawn_is_taken(make: Callable[[], ui.Element]) -> None:
    make()


@pytest.mark.parametrize(("why", "make"), BAD)
def test_a_piece_that_could_not_be_drawn_is_refused_with_the_reason(why: str, make: Callable[[], ui.Element]) -> None:
    with pytest.raises(ValueError, match=why):
        make()
