"""Whole pages and the panels that stand in slots."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from comptoir_sdk import deprecation
from comptoir_sdk.translation import Text
from comptoir_sdk.ui.element import Element, Shown, check_name
from comptoir_sdk.ui.slots import NAVS, PANEL_SLOTS, PER_MESSAGE, WHEN


@dataclass(frozen=True)
class Page(Shown, Element):
    """A screen of its own, with an entry in the navigation `nav` ("main" or "settings").

    `section` is the heading it stands under among the settings; without one it stands under "Plugins".
    """

    name: str
    title: Text | str = ""
    icon: str = "puzzle"
    nav: str = "main"
    section: Text | str = ""
    order: int = 100
    permission: str | None = None

    def __post_init__(self) -> None:
        check_name("page", self.name)
        if self.nav not in NAVS:
            raise ValueError(f"page {self.name}: no navigation {self.nav!r}; there are {sorted(NAVS)}")
        self.check(f"page {self.name}")


@dataclass(frozen=True)
class Panel(Shown, Element):
    """A piece inside a screen. A fragment is asked for with ?conversation=…&contact=…&message=…, of what is shown.

    `refresh_on` lists event types or topics after which it is asked for again; `when` is a condition on what is
    shown, as in {"contact.has": "phone"}. In the slot `list.row.badge` it is `data` alone: the route /data/<data>,
    asked for all rows in sight at once.
    """

    name: str
    slot: str = ""
    title: Text | str = ""
    order: int = 100
    permission: str | None = None
    refresh_on: tuple[str, ...] | list[str] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    collapsed: bool = False
    icon: str = "puzzle"
    data: str | None = None

    def __post_init__(self) -> None:
        check_name("panel", self.name)
        if self.slot not in PANEL_SLOTS:
            raise ValueError(f"panel {self.name}: no slot {self.slot!r}; there are {sorted(PANEL_SLOTS)}")
        if self.slot in deprecation.SLOTS:
            deprecation.tell(f"the slot {self.slot}", deprecation.SLOTS[self.slot])
        self._check_drawing()
        for test in self.when:
            if test not in WHEN or (test.startswith("message.") and self.slot not in PER_MESSAGE):
                raise ValueError(f"panel {self.name}: `when` knows no {test!r} in {self.slot}; it knows {sorted(WHEN)}")

    def _check_drawing(self) -> None:
        badge = self.slot == "list.row.badge"
        if badge and (self.fragment or self.element or not self.data):
            raise ValueError(f"panel {self.name}: a badge of rows is data=, a list of thousands draws nothing else")
        if not badge:
            self.check(f"panel {self.name}")
            if self.data:
                raise ValueError(f"panel {self.name}: data= is for list.row.badge; figures are a DashboardCard")
        if self.slot == "message.body" and self.fragment:
            raise ValueError(f"panel {self.name}: message.body takes element=, for a thread shows hundreds of messages")
