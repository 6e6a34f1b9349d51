"""Plugins that take more than their due, or give what nobody can use."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from comptoir_sdk import (
    Contact,
    Context,
    Conversation,
    Draft,
    Job,
    Plugin,
    Route,
    hookimpl,
)
from quart import Response
from tortoise.connection import get_connection


class Unsettling(Plugin):
    """Changes its session and walks away."""

    name = "unsettling"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route(f"/{view.__name__}", view, ("GET",), "conversations.read")
                for view in (self.no_limit, self.sleep)]

    async def no_limit(self, ctx: Context) -> None:
        await get_connection("default").execute_query("set statement_timeout = 0")

    async def sleep(self, ctx: Context) -> None:
        await get_connection("default").execute_query("select pg_sleep(60)")


class Hoards(Plugin):
    """Opens transactions and keeps them."""

    name = "hoards"
    held = 0

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/all", self.all, ("GET",), "conversations.read")]

    async def all(self, ctx: Context) -> None:
        self.over = asyncio.Event()
        await asyncio.gather(*(self._hold(ctx) for _ in range(20)))

    async def _hold(self, ctx: Context) -> None:
        async with ctx.db.transaction():
            self.held += 1
            await self.over.wait()


class HangsInThreads(Plugin):
    name = "hangs_in_threads"

    def __init__(self) -> None:
        self.hanging, self.over = 0, threading.Event()

    @hookimpl
    def register_routes(self) -> list[Route]:
        self.hanging, self.over = 0, threading.Event()
        return [Route("/wait", self.wait, ("GET",), "conversations.read")]

    async def wait(self, ctx: Context) -> None:
        await asyncio.to_thread(self._hang)

    def _hang(self) -> None:
        self.hanging += 1
        self.over.wait()


class Mistyped(Plugin):
    """Answers every question with something else."""

    name = "mistyped"
    answer: Any = None

    @hookimpl
    async def filter_outbound(self, ctx: Context, draft: Draft) -> Any:
        return self.answer

    @hookimpl
    async def provide_contact_facts(self, ctx: Context, contact: Contact) -> Any:
        return self.answer

    @hookimpl
    async def provide_suggestions(self, ctx: Context, conversation: Conversation) -> Any:
        return self.answer

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> Any:
        return self.answer

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> Any:
        return self.answer


class Unserialisable(Plugin):
    """Its views answer what is no JSON, no status and no body."""

    name = "unserialisable"
    answers: ClassVar[dict[str, Any]] = {
        "object": lambda: {"it": object()}, "set": lambda: {1, 2}, "keys": lambda: {(1, 2): 3},
        "nan": lambda: {"it": float("nan")}, "circle": lambda: _circle(), "status": lambda: ({}, "fine"),
        "many": lambda: ({}, 200, {}, 1), "number": lambda: ({}, 99), "bytes": lambda: b"\xff",
        "coroutine": lambda: _never(),
    }

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/<kind>", self.give, ("GET",), "conversations.read")]

    async def give(self, ctx: Context, kind: str) -> Any:
        return self.answers[kind]()


def _circle() -> dict[str, Any]:
    circle: dict[str, Any] = {}
    circle["it"] = circle
    return circle


class _Never:
    def __await__(self) -> Any:
        raise AssertionError


def _never() -> Any:
    return _Never()


class Streams(Plugin):
    """Answers for ever."""

    name = "streams"
    stopped = 0

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route(f"/{view.__name__}", view, ("GET",), "conversations.read")
                for view in (self.drip, self.hush, self.tear)]

    async def drip(self, ctx: Context) -> Response:
        return Response(self._drops())

    async def hush(self, ctx: Context) -> Response:
        return Response(self._silence())

    async def tear(self, ctx: Context) -> Response:
        return Response(self._torn())

    async def _drops(self) -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
                await asyncio.sleep(0.01)
        finally:
            self.stopped += 1

    async def _silence(self) -> AsyncIterator[bytes]:
        try:
            yield b"wait"
            await asyncio.Event().wait()
        finally:
            self.stopped += 1

    async def _torn(self) -> AsyncIterator[bytes]:
        yield b"half"
        raise RuntimeError("the other half is lost")


class Million(Plugin):
    name = "million"

    @hookimpl
    def register_routes(self) -> Any:
        return (Route(f"/{number}", _nothing, ("GET",), "conversations.read") for number in range(1_000_000))


class Endless(Plugin):
    """Its jobs never end being told."""

    name = "endless"

    @hookimpl
    def register_jobs(self) -> Any:
        while True:
            yield Job("more", _nothing)


class Twice(Plugin):
    name = "twice"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/x", _nothing, ("GET",), "conversations.read"), Route("/x", _nothing, ("GET",), "contacts.read")]


class TwiceInOther(Plugin):
    """The same rule in other words: one of the two would never be asked."""

    name = "twice_in_other_words"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/x/<a>", _nothing, ("GET",), "conversations.read"),
                Route("/x/<b>", _nothing, ("GET",), "contacts.read")]


class Impostor(Plugin):
    """Calls itself like another."""

    name = "good"


class Escapes(Plugin):
    """Its route would lead out of its own address."""

    name = "escapes"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/../good/greeting", _nothing, ("GET",), "conversations.read")]


def _raise() -> str:
    raise RuntimeError("there is no such file")


@dataclass(frozen=True)
class _Raising:
    keyword: str = field(default_factory=_raise)


class BadDefault(Plugin):
    name = "bad_default"
    Settings = _Raising


class EatsInAJob(Plugin):
    name = "eats_in_a_job"

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [Job("eat", self.eat, timeout=5, retries=3)]

    async def eat(self, ctx: Context) -> None:
        raise MemoryError


class Steps(Plugin):
    """Works in steps that are each short enough."""

    name = "steps"

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [Route("/step", self.step, ("GET",), "conversations.read")]

    async def step(self, ctx: Context) -> None:
        time.sleep(0.02)  # noqa: ASYNC251 - stands for work


async def _nothing(ctx: Context) -> Any:
    return None


unsettling, hoards, hangs_in_threads, mistyped = Unsettling(), Hoards(), HangsInThreads(), Mistyped()
unserialisable, streams, million, endless, twice = Unserialisable(), Streams(), Million(), Endless(), Twice()
twice_in_other_words, impostor, escapes, bad_default = TwiceInOther(), Impostor(), Escapes(), BadDefault()
eats_in_a_job, steps = EatsInAJob(), Steps()
