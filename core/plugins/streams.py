"""Answers that a plugin streams: its code runs while they are sent, so the guard stands around that as well."""

import asyncio
import contextvars
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from comptoir_sdk import PluginError, Route
from quart import Response
from quart.wrappers.response import IterableBody

from core.db.scope import current_tenant
from core.plugins.answers import place_of
from core.plugins.guard import Guard, PluginFailed
from core.plugins.incidents import Incident

STREAM_SECONDS: Final = 30.0
"""For which the plugin may let its client wait, all in all. How slowly a client reads says nothing about the plugin."""
_LONGEST: Final = 600.0
_END: Final = object()


def streamed(response: Response, guard: Guard, plugin: str, route: Route) -> Response:
    """The response. What it streams is made in a call of its own, in the scope of now."""
    if isinstance(body := response.response, IterableBody):
        making = _Making(body, guard, plugin, route)
        response.response = IterableBody(making.chunks(contextvars.copy_context()))
    return response


class _Making:
    def __init__(self, body: Any, guard: Guard, plugin: str, route: Route) -> None:
        self._body, self._guard, self._plugin, self._route = body, guard, plugin, route
        self._ready: asyncio.Queue[Any] = asyncio.Queue(1)
        self._tenant, self._waited = current_tenant(), 0.0

    async def chunks(self, scope: contextvars.Context) -> AsyncIterator[Any]:
        making = asyncio.create_task(self._run(), context=scope)
        try:
            while (chunk := await self._next()) is not _END:
                if isinstance(chunk, Exception):
                    raise chunk
                yield chunk
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)

    async def _next(self) -> Any:
        began = time.monotonic()
        try:
            async with asyncio.timeout(max(STREAM_SECONDS - self._waited, 0)):
                return await self._ready.get()
        except TimeoutError:
            told = f"what it streams had not ended after {STREAM_SECONDS:g} s of waiting for it"
            self._guard.incidents.add(
                Incident(self._plugin, "late", self._route.rule, told, place_of(self._route.view)))
            raise
        finally:
            self._waited += time.monotonic() - began

    async def _run(self) -> None:
        end: object = _END
        try:
            await self._guard.call(self._plugin, self._route.rule, _LONGEST, self._make, self._tenant)
        except (PluginError, PluginFailed) as error:
            end = error
        await self._ready.put(end)

    async def _make(self) -> None:
        async with self._body as chunks:
            async for chunk in chunks:
                await self._ready.put(chunk)
