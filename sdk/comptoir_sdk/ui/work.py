"""Pieces made of data alone: cards, settings, commands. Their routes are named, not drawn."""

from dataclasses import dataclass

from comptoir_sdk.translation import Text
from comptoir_sdk.ui.element import Element, Shown, check_name

_KINDS = frozenset({"number", "line", "bar", "table"})


@dataclass(frozen=True)
class DashboardCard(Shown, Element):
    """A card of the dashboard: figures of the route /data/<data>, drawn as `kind`; or a `fragment`, or an `element`.

    `span` is how many columns it takes, of at most three; `refresh_on` as of a panel.
    """

    name: str
    title: Text | str = ""
    data: str | None = None
    kind: str = "number"
    span: int = 1
    order: int = 100
    permission: str | None = None
    refresh_on: tuple[str, ...] | list[str] = ()

    def __post_init__(self) -> None:
        check_name("dashboard card", self.name)
        if self.kind not in _KINDS:
            raise ValueError(f"dashboard card {self.name}: kind is one of {sorted(_KINDS)}")
        if self.span not in (1, 2, 3):
            raise ValueError(f"dashboard card {self.name}: span is 1, 2 or 3")
        if not self.data:
            self.check(f"dashboard card {self.name}")
        elif self.fragment or self.element:
            raise ValueError(f"dashboard card {self.name}: either data=, or fragment=, or element= with module=")


@dataclass(frozen=True)
class Settings(Element):
    """More about the form that `Plugin.Settings` gets by itself: `on_test` names the route /commands/<on_test> of a
    Test button. `model` is that class.
    """

    model: type
    on_test: str | None = None


@dataclass(frozen=True)
class Command(Element):
    """An entry of the palette (⌘K, Ctrl+K); choosing it POSTs to the plugin's route /commands/<post>.

    The route answers `{"toast": …, "navigate": "/…"}`, each or none.
    """

    name: str
    title: Text | str
    post: str
    permission: str | None = None
    icon: str = "zap"

    def __post_init__(self) -> None:
        check_name("command", self.name)
