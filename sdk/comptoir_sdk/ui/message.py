"""What a plugin adds to the thread: ways to write, ways to show."""

import re
from dataclasses import dataclass

from comptoir_sdk.deprecation import Retiring, tell
from comptoir_sdk.translation import Text
from comptoir_sdk.ui.element import Element, Shown, check_name
from comptoir_sdk.ui.slots import COMPOSER_WINDOWS


@dataclass(frozen=True)
class ComposerAction(Shown, Element):
    """A button beside the composer, or an entry of a menu where there are several.

    With `post` it POSTs {conversation, text} to the plugin's route /commands/<post>, which answers
    `{"insert": …}`, `{"replace": …}` or `{"toast": …}`; a `fragment` or an `element` opens in a dialog.
    `window`: "open" only while free text may be sent, "closed" only after, "any".
    """

    name: str
    title: Text | str = ""
    post: str | None = None
    icon: str = "puzzle"
    shortcut: str | None = None
    window: str = "any"
    order: int = 100
    permission: str = "messages.send"

    def __post_init__(self) -> None:
        check_name("composer action", self.name)
        if self.window not in COMPOSER_WINDOWS:
            raise ValueError(f"composer action {self.name}: window is one of {sorted(COMPOSER_WINDOWS)}")
        if self.shortcut is not None and not re.fullmatch("[a-z]", self.shortcut):
            raise ValueError(f"composer action {self.name}: shortcut is one letter, a to z")
        if not self.post:
            self.check(f"composer action {self.name}")
        elif self.fragment or self.element:
            raise ValueError(f"composer action {self.name}: either post=, or fragment=, or element= with module=")


@dataclass(frozen=True)
class MessageRenderer(Element):
    """Draws messages of `type` inside their bubble: a type of WhatsApp ("order"), or the kind of an interactive one
    ("interactive.nfm_reply"). Until it has drawn, and when it fails, the kernel's own drawing stands there.
    """

    type: str
    element: str
    module: str
    text: str | None = None
    """Goes in 0.3 and does nothing: the kernel's own drawing stands in."""

    def __post_init__(self) -> None:
        check_name("message renderer", self.type)
        if self.text is not None:
            tell("ui.MessageRenderer(text=)", Retiring("0.3", "leave it out; the kernel's own drawing stands in"))
