"""Whole pages and the panels that stand in slots."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from comptoir_sdk.translation import Text
from comptoir_sdk.ui.element import Element, Shown, check_name
from comptoir_sdk.ui.slots import NAVS, PANEL_SLOTS


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
    """A piece inside a screen. A fragment is asked for with ?conversation=…&contact=… of what is shown.

    `refresh_on` lists event types or topics after which it is asked for again; `when` is a condition on what is
    shown, as in {"contact.has": "phone"}.
    """

    name: str
    slot: str = ""
    title: Text | str = ""
    order: int = 100
    permission: str | None = None
    refresh_on: tuple[str, ...] | list[str] = ()
    when: Mapping[str, str] = field(default_factory=dict)
    collapsed: bool = False

    def __post_init__(self) -> None:
        check_name("panel", self.name)
        if self.slot not in PANEL_SLOTS:
            raise ValueError(f"panel {self.name}: no slot {self.slot!r}; there are {sorted(PANEL_SLOTS)}")
        self.check(f"panel {self.name}")
