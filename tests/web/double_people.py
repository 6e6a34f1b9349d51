"""The part of the stand-in that is about people: who one is, who else is here, what they may do."""

from functools import cache
from typing import TYPE_CHECKING, Any

from comptoir_sdk import ui
from comptoir_sdk.translation import Text, translated_by
from quart import Quart, request

from core.web import catalogue
from core.web.language import Locale
from plugins.settings import plugin

if TYPE_CHECKING:
    from .double import Double, Resource

KERNEL = ("accounts.manage", "audit.read", "contacts.delete", "contacts.read", "contacts.write", "conversations.read",
          "conversations.write", "data.export", "keys.manage", "members.manage", "messages.send", "platform.manage",
          "roles.manage", "settings.manage", "teams.manage", "tenant.delete")


def settings_pages(locale: Locale, permissions: list[str]) -> list["Resource"]:
    """The pages of the bundled settings, as the kernel's manifest describes them."""
    with translated_by(words()[locale].gettext):
        pages = [piece for piece in plugin.register_panels() if isinstance(piece, ui.Page)
                 and (piece.permission is None or piece.permission in permissions)]
        return [{"plugin": "settings"} | {name: str(value) if isinstance(value, Text) else value
                                          for name, value in vars(page).items()} for page in pages]


@cache
def words() -> dict[Locale, catalogue.Catalogue]:
    from .double import ROOT

    return catalogue.load(ROOT / "plugins/settings/locale")


class People:
    """Members, teams, roles, and the account of whoever is at the screen."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.me: Resource = {"name": "Amine Kadiri"}
        self.tenants: list[Resource] = [
            {"id": "tenant", "slug": "atlas", "name": "Atlas", "role": "owner", "current": True}]
        self.moved_to: str | None = None

    def register(self, app: Quart) -> None:
        api = "/api/v1"
        app.add_url_rule(f"{api}/me", "change_me", self._change_me, methods=["PATCH"])
        app.add_url_rule(f"{api}/me/tenants", "tenants", self._tenants)
        app.add_url_rule(f"{api}/session/tenant", "move", self._move, methods=["PUT"])

    async def _change_me(self) -> Any:
        self.me |= await request.get_json()
        return self.me

    async def _tenants(self) -> Any:
        return {"items": self.tenants}

    async def _move(self) -> Any:
        self.moved_to = (await request.get_json())["tenant"]
        return {"csrf": "token", "me": {}}
