"""What plugins show: filtered by tenant and permission on every request. `frontend` reads it from /bootstrap."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from comptoir_sdk import ui
from comptoir_sdk.translation import Text, translated_by

from core.plugins.gate import Gate
from core.plugins.loader import Plugins
from core.plugins.texts import Texts, folder

PREFIX = "/api/v1/p"
_KINDS: dict[type, str] = {
    ui.Page: "pages", ui.Panel: "panels", ui.ComposerAction: "composer_actions",
    ui.MessageRenderer: "message_renderers", ui.DashboardCard: "dashboard_cards", ui.Command: "commands",
}


@dataclass(frozen=True)
class Files:
    """Where a plugin keeps what the browser needs (`core.web.PluginFiles`)."""

    plugin: str
    static: Path | None
    locale: Path | None


def files(plugins: Plugins) -> list[Files]:
    return [Files(one.name, folder(one, "static"), folder(one, "locales")) for one in plugins.loaded()]


class Manifest:
    """`describe` answers the `ui` of /bootstrap: six lists of pieces, and the plugins the tenant has.

    `module` is a file of the plugin's static folder; `fragment`, `text`, `data` and `post` name its routes
    /fragments/…, /data/… and /commands/….
    """

    def __init__(self, plugins: Plugins, gate: Gate, texts: Texts) -> None:
        self._plugins, self._gate, self._texts = plugins, gate, texts

    def describe(self, tenant_id: UUID, permissions: Collection[str], locale: str) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {kind: [] for kind in _KINDS.values()}
        enabled = self._gate.plugins_of(tenant_id)
        for name in enabled:
            one = self._plugins.find(name)
            with translated_by(self._texts.translator(name, locale)):
                for piece in one.declared.panels if one else ():
                    if type(piece) in _KINDS and _may_see(piece, permissions):
                        found[_KINDS[type(piece)]].append(_described(name, piece))
        for pieces in found.values():
            pieces.sort(key=lambda piece: piece.get("order", 0))
        return {**found, "plugins": enabled}


def _may_see(piece: ui.Element, permissions: Collection[str]) -> bool:
    permission = getattr(piece, "permission", None)
    return permission is None or permission in permissions


def _described(plugin: str, piece: ui.Element) -> dict[str, Any]:
    told: dict[str, Any] = {"plugin": plugin}
    for name, value in vars(piece).items():
        if value is None or name == "permission":
            continue
        told[name] = str(value) if isinstance(value, Text) else list(value) if isinstance(value, tuple) else value
    return told
