"""Pieces of user interface a plugin registers. Use the lowest tier that works: data, fragment, element, frame."""

from comptoir_sdk.ui.assets import Assets
from comptoir_sdk.ui.element import Element
from comptoir_sdk.ui.message import ComposerAction, MessageRenderer
from comptoir_sdk.ui.page import Page, Panel
from comptoir_sdk.ui.slots import COMPOSER_WINDOWS, NAVS, PANEL_SLOTS
from comptoir_sdk.ui.work import Command, DashboardCard, Settings

__all__ = [
    "COMPOSER_WINDOWS",
    "NAVS",
    "PANEL_SLOTS",
    "Assets",
    "Command",
    "ComposerAction",
    "DashboardCard",
    "Element",
    "MessageRenderer",
    "Page",
    "Panel",
    "Settings",
]
