"""A plugin whose settings need a form: every kind of field, a secret, one that is needed."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from comptoir_sdk import Context, Plugin, Route, _, hookimpl, ui
from pydantic import BaseModel, Field, SecretStr


class Pace(StrEnum):
    SLOW = "slow"
    FAST = "fast"


@dataclass(frozen=True)
class FittedSettings:
    shop_url: str = field(default="", metadata={"title": _("Shop"), "hint": _("Where orders are asked for.")})
    keep_days: Annotated[int, Field(ge=1, le=365)] = 90
    token: str = field(default="", metadata={"secret": True})
    pace: Pace = Pace.SLOW
    loud: bool = False
    words: tuple[str, ...] = ()


class NeedySettings(BaseModel):
    key: SecretStr
    every: Annotated[int, Field(ge=5)] = 60


async def settings(ctx: Context) -> dict[str, Any]:
    return {"keep_days": ctx.settings.keep_days, "token": ctx.settings.token, "pace": ctx.settings.pace}


class Fitted(Plugin):
    name, version, sdk = "fitted", "1.0", ">=0.1,<1"
    Settings = FittedSettings

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/settings", settings, ("GET",), "settings.manage"),
                Route("/commands/try", settings, ("POST",), "settings.manage")]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [ui.Settings(FittedSettings, on_test="try")]


class Needy(Plugin):
    name, version, sdk = "needy", "1.0", ">=0.1,<1"
    Settings = NeedySettings


fitted, needy = Fitted(), Needy()
