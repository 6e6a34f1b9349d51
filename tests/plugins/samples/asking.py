"""Plugins that offer hooks to one another, and some that do it wrongly."""

import asyncio
from types import ModuleType
from typing import Any, ClassVar

from comptoir_sdk import Context, Plugin, Route, hookimpl
from tortoise.connection import get_connection

from tests.plugins.samples import asker_specs


async def classify(ctx: Context) -> dict[str, Any]:
    answers = await ctx.ask("classify", words="salam")
    return {"said": dict(answers.by_plugin), "missing": list(answers.missing)}


async def approve(ctx: Context) -> dict[str, Any]:
    return {"said": list((await ctx.ask("approve", words="salam")).values)}


async def careful(ctx: Context) -> dict[str, Any]:
    """Asks in the middle of a transaction, and goes on with it."""
    async with ctx.db.transaction():
        answers = await ctx.ask("classify", words="salam")
        _, [row] = await get_connection("default").execute_query("select 1 as well")
    return {"well": row["well"], "missing": list(answers.missing)}


class Asker(Plugin):
    name, version = "asker", "1.0"
    permissions: ClassVar = {"asker.read": "See"}
    sdk = ">=0.1,<1"

    @hookimpl
    def register_hookspecs(self) -> ModuleType:
        return asker_specs

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/classes", classify, permission="asker.read"),
                Route("/care", careful, permission="asker.read"),
                Route("/approval", approve, permission="asker.read")]


class Polite(Plugin):
    name, sdk, requires = "polite", ">=0.1,<1", ("asker>=1.0",)
    asked: ClassVar[list[Any]] = []

    @hookimpl
    async def classify(self, ctx: Context, words: str) -> str:
        self.asked.append(ctx.tenant_id)
        return f"a greeting, says {ctx.plugin}: {words}"

    @hookimpl
    async def approve(self) -> bool:
        return True


class Tardy(Plugin):
    name, sdk, requires = "tardy", ">=0.1,<1", ("asker",)

    @hookimpl
    async def classify(self, words: str) -> str:
        await asyncio.sleep(10)
        return words

    @hookimpl
    async def approve(self) -> None:
        raise RuntimeError("no opinion today")


class Clumsy(Plugin):
    name, sdk, requires = "clumsy", ">=0.1,<1", ("asker",)

    @hookimpl
    async def classify(self, words: str) -> str:
        await get_connection("default").execute_query("select 1 / 0")
        return words


class Uninvited(Plugin):
    """Loads after `asker`, and does not say that it needs it."""

    name, sdk = "uninvited", ">=0.1,<1"

    @hookimpl
    async def classify(self, words: str) -> str:
        return words


class Mumbles(Plugin):
    name, sdk, requires = "mumbles", ">=0.1,<1", ("asker",)

    @hookimpl
    async def clasify(self, words: str) -> str:
        return words


class Copycat(Plugin):
    """Offers what is offered already."""

    name, sdk, requires = "copycat", ">=0.1,<1", ("asker",)

    @hookimpl
    def register_hookspecs(self) -> ModuleType:
        return asker_specs


class Behind(Plugin):
    """Has not heard that the hook got another name."""

    name, sdk, requires = "behind", ">=0.1,<1", ("asker",)

    @hookimpl
    async def sort(self, words: str) -> str:
        return words


behind = Behind()
asker, polite, tardy, uninvited, mumbles, copycat = Asker(), Polite(), Tardy(), Uninvited(), Mumbles(), Copycat()
clumsy = Clumsy()
