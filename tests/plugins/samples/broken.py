"""Plugins that are broken, each in one way."""

import asyncio
import re
import time
import weakref
from typing import Any, ClassVar

from comptoir_sdk import Contact, Context, Draft, Fact, Job, Message, Plugin, Route, hookimpl, ui
from quart import request
from tortoise.connection import get_connection


class RaisesAtRegister(Plugin):
    name = "raises_at_register"

    @hookimpl
    def register_routes(self) -> list[Route]:
        raise RuntimeError("no routes today")


class Misspelt(Plugin):
    name = "misspelt"

    @hookimpl
    def on_mesage_received(self, ctx: Context) -> None:
        """The hook is called on_message_received."""


class RaisesInObserver(Plugin):
    name = "raises_in_observer"

    @hookimpl
    async def on_message_received(self, ctx: Context, message: Message) -> None:
        if message.body == "poison":
            raise RuntimeError("cannot digest this")


class RaisesInOneOfTwo(Plugin):
    """Two hooks hear of one event, and the first cannot take it."""

    name = "raises_in_one_of_two"
    heard = 0

    @hookimpl
    async def on_account_updated(self, ctx: Context) -> None:
        raise RuntimeError("cannot digest this")

    @hookimpl
    async def on_account_news(self, ctx: Context) -> None:
        self.heard += 1


class RaisesInFilter(Plugin):
    name = "raises_in_filter"

    @hookimpl
    async def filter_outbound(self, ctx: Context, draft: Draft) -> None:
        raise RuntimeError("consent list is unreadable")


class Sleeps(Plugin):
    name = "sleeps"

    @hookimpl
    async def filter_outbound(self, ctx: Context, draft: Draft) -> None:
        await asyncio.Event().wait()

    @hookimpl
    async def provide_contact_facts(self, ctx: Context, contact: Contact) -> list[Fact]:
        await asyncio.Event().wait()
        return []


class Stubborn(Plugin):
    """Catches whatever is thrown at it, cancellations too."""

    name = "stubborn"

    @hookimpl
    async def filter_outbound(self, ctx: Context, draft: Draft) -> None:
        for _ in range(4):
            try:
                await asyncio.Event().wait()
            except BaseException:  # noqa: S112 - this is what is wrong with it
                continue


class Leaks(Plugin):
    """Starts tasks and forgets them."""

    name = "leaks"
    tasks: ClassVar[list[asyncio.Task[Any]]] = []

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/start", self.start, ("POST",), "conversations.read")]

    async def start(self, ctx: Context) -> dict[str, int]:
        self.tasks.append(asyncio.create_task(_poll_for_ever()))
        await asyncio.gather(asyncio.sleep(0), asyncio.create_task(asyncio.sleep(0)))
        return {"polling": 1}


async def _poll_for_ever() -> None:
    await asyncio.Event().wait()


class Leaves(Plugin):
    """Wants the whole process to end."""

    name = "leaves"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route(f"/{view.__name__}", view, ("GET",), "conversations.read")
                for view in (self.exit, self.cancel, self.exit_in_a_task)]

    async def exit(self, ctx: Context) -> None:
        raise SystemExit(1)

    async def cancel(self, ctx: Context) -> None:
        raise asyncio.CancelledError

    async def exit_in_a_task(self, ctx: Context) -> None:
        await asyncio.create_task(self.exit(ctx))


class Reads(Plugin):
    """Nothing is wrong with it: it waits for what the client sends."""

    name = "reads"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/form", self.form, ("POST",), public=True),
                Route("/order", self.order, ("POST",), public=True, body=dict[str, str])]

    async def order(self, ctx: Context, body: dict[str, str]) -> dict[str, str]:
        return body

    async def form(self, ctx: Context) -> dict[str, str]:
        return dict(await request.form)


class Blocks(Plugin):
    """Keeps the event loop to itself."""

    name = "blocks"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route(f"/{view.__name__}", view, ("GET",), "conversations.read")
                for view in (self.nap, self.spin, self.search, self.spin_in_a_task)]

    async def nap(self, ctx: Context) -> None:
        time.sleep(0.8)  # noqa: ASYNC251 - this is what is wrong with it

    async def spin(self, ctx: Context) -> None:
        while True:
            pass

    async def search(self, ctx: Context) -> None:
        re.match(r"(a|aa)+$", "a" * 60 + "b")

    async def spin_in_a_task(self, ctx: Context) -> None:
        await asyncio.create_task(self.spin(ctx))


class Eats(Plugin):
    """Takes memory until there is none."""

    name = "eats"
    eaten: ClassVar[list[weakref.ref[Any]]] = []

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/much", self.much, ("GET",), "conversations.read")]

    async def much(self, ctx: Context) -> None:
        meal = _Meal()
        self.eaten.append(weakref.ref(meal))
        raise MemoryError


class _Meal:
    """Stands for a gigabyte."""


class SlowSql(Plugin):
    """Asks the database for what takes for ever."""

    name = "slow_sql"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/report", self.report, ("GET",), "conversations.read")]

    async def report(self, ctx: Context) -> None:
        async with ctx.db.transaction():
            await get_connection("default").execute_query("select pg_sleep(60)")


class SleepsInEveryDoor(Plugin):
    name = "sleeps_everywhere"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/slow", self.wait, ("GET",), "conversations.read")]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [Job("slow", self.wait, timeout=1, retries=0)]

    async def wait(self, ctx: Context) -> None:
        await asyncio.Event().wait()


class Unservable(Plugin):
    """What it registers looks right and cannot be used."""

    def __init__(self, **registered: Any) -> None:
        self.registered = registered

    @hookimpl
    def register_routes(self) -> list[Route]:
        return list(self.registered.get("routes", ()))

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return list(self.registered.get("jobs", ()))

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return list(self.registered.get("panels", ()))


class BadRule(Unservable):
    name = "bad_rule"


class BadCron(Unservable):
    name = "bad_cron"


class BadShape(Unservable):
    name = "bad_shape"


class BadAssets(Unservable):
    name = "bad_assets"


class BadSettings(Unservable):
    name = "bad_settings"
    Settings = _Unsettable = type("Unsettable", (), {"__annotations__": {"a": "NoSuchType"}})


class HangsAtRegister(Plugin):
    name = "hangs_at_register"

    @hookimpl
    def register_routes(self) -> list[Route]:
        while True:
            pass


class Forgetful(Plugin):
    name = "forgetful"

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        raise RuntimeError("the archive is locked")


class TooNew(Plugin):
    name = "too_new"
    sdk = ">=99"


class NeedsAbsent(Plugin):
    name = "needs_absent"
    requires: ClassVar = ("absent>=1.0",)


class NeedsNewerGood(Plugin):
    name = "needs_newer_good"
    requires: ClassVar = ("good>=3",)


class UndeclaredPermission(Plugin):
    name = "undeclared_permission"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/x", _nothing, ("GET",), "undeclared_permission.read")]


async def _nothing(ctx: Context) -> Any:
    return None


raises_at_register, misspelt, raises_in_observer = RaisesAtRegister(), Misspelt(), RaisesInObserver()
raises_in_filter, sleeps, forgetful, too_new = RaisesInFilter(), Sleeps(), Forgetful(), TooNew()
stubborn, leaks, leaves, blocks = Stubborn(), Leaks(), Leaves(), Blocks()
eats, slow_sql, sleeps_everywhere = Eats(), SlowSql(), SleepsInEveryDoor()
bad_rule = BadRule(routes=[Route("/<nosuch:thing>", _nothing, ("GET",), "conversations.read")])
bad_cron = BadCron(jobs=[Job("sweep", _nothing, cron="every noon")])
bad_shape = BadShape(routes=[Route("/x", _nothing, ("POST",), "conversations.read", body=object())])
bad_assets = BadAssets(panels=[ui.Assets(package="no.such.package", static="static")])
bad_settings, hangs_at_register = BadSettings(), HangsAtRegister()
raises_in_one_of_two, reads = RaisesInOneOfTwo(), Reads()
needs_absent, needs_newer_good, undeclared_permission = NeedsAbsent(), NeedsNewerGood(), UndeclaredPermission()
