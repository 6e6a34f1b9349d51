"""What a plugin adds to the thread: ways to write, ways to show."""

from dataclasses import dataclass

from comptoir_sdk.translation import Text
from comptoir_sdk.ui.element import Element, check_name
from comptoir_sdk.ui.slots import COMPOSER_WINDOWS


@dataclass(frozen=True)
class ComposerAction(Element):
    """A button beside the composer. `window`: "open" only while free text may be sent, "closed" only after, "any"."""

    name: str
    title: Text | str
    element: str
    module: str
    icon: str = "puzzle"
    shortcut: str | None = None
    window: str = "any"
    permission: str = "messages.send"

    def __post_init__(self) -> None:
        check_name("composer action", self.name)
        if self.window not in COMPOSER_WINDOWS:
            raise ValueError(f"composer action {self.name}: window is one of {sorted(COMPOSER_WINDOWS)}")


@dataclass(frozen=True)
class MessageRenderer(Element):
    """Draws messages of `type` inside their bubble: a type of WhatsApp ("order"), or the kind of an interactive one
    ("interactive.nfm_reply"). Until it has drawn, and when it fails, the kernel's own drawing stands there.
    """

    type: str
    element: str
    module: str

    def __post_init__(self) -> None:
        check_name("message renderer", self.type)
