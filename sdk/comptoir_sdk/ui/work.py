"""Pieces made of data alone: cards, settings, commands. Their routes are named, not drawn."""

from dataclasses import dataclass

from comptoir_sdk.translation import Text
from comptoir_sdk.ui.element import Element, check_name

_KINDS = frozenset({"number", "line", "bar", "table"})


@dataclass(frozen=True)
class DashboardCard(Element):
    """`data` names the plugin's route /data/<data>, which answers the card's series or rows."""

    name: str
    title: Text | str
    data: str
    kind: str = "number"
    span: int = 1
    permission: str | None = None

    def __post_init__(self) -> None:
        check_name("dashboard card", self.name)
        if self.kind not in _KINDS:
            raise ValueError(f"dashboard card {self.name}: kind is one of {sorted(_KINDS)}")


@dataclass(frozen=True)
class Settings(Element):
    """The form of a pydantic model or dataclass. `on_test` names the route /commands/<on_test> of its Test button."""

    model: type
    on_test: str | None = None
    permission: str = "settings.manage"


@dataclass(frozen=True)
class Command(Element):
    """An entry of the command palette; choosing it POSTs to the plugin's route /commands/<post>."""

    name: str
    title: Text | str
    post: str
    permission: str | None = None

    def __post_init__(self) -> None:
        check_name("command", self.name)
