"""A member with a session: asks as the screens do, with cookie and CSRF token, and may listen and browse."""

import asyncio
import json as text
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode
from uuid import UUID

from core.app import WebProcess
from core.auth.csrf import csrf_token

_NOBODY = UUID(int=0)
_PROBE = "comptoir.heard"
"""A topic that nobody has. Frames are answered in order: its refusal says that what was asked before it is done."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]

    def json(self) -> Any:
        return text.loads(self.text)


class Listener:
    """What is said on one topic, from the moment on at which the subscription stands."""

    def __init__(self, socket: Any, topic: str) -> None:
        self._socket, self._topic = socket, topic

    async def next(self, seconds: float = 5) -> Any:
        """Raises TimeoutError when nothing is said in time."""
        async with asyncio.timeout(seconds):
            while True:
                frame = text.loads(await self._socket.receive())
                if frame["t"] == "topic" and frame["topic"] == self._topic:
                    return frame["data"]

    async def subscribe(self) -> None:
        """Raises LookupError when the topic does not exist for this agent."""
        for topic in (self._topic, _PROBE):
            await self._socket.send(text.dumps({"t": "subscribe", "topic": topic}))
        async with asyncio.timeout(10):
            while True:
                frame = text.loads(await self._socket.receive())
                if frame["t"] == "error" and frame["topic"] == _PROBE:
                    return
                if frame["t"] == "error":
                    raise LookupError(f"{self._topic}: {frame['detail']}")


class Screens(Protocol):
    """What opens pages (`core.harness.kernel.Kernel`)."""

    async def browse(self, cookie: dict[str, str], path: str, options: Mapping[str, Any]) -> Any: ...


class Agent:
    """Without a session, a stranger."""

    def __init__(self, web: WebProcess, screens: Screens, user_id: UUID = _NOBODY, token: str = "",
                 csrf_secret: bytes = b"") -> None:
        self.user_id = user_id
        self._screens = screens
        self._client: Any = web.app.test_client(use_cookies=False)
        extension = web.app.extensions["QUART_AUTH"][0]
        self._cookie = {"name": extension.cookie_name, "value": extension.dump_token(token, app=web.app)}
        of_session = {"Cookie": f"{self._cookie['name']}={self._cookie['value']}",
                      "X-CSRF-Token": csrf_token(csrf_secret)}
        self._headers = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin", **(of_session if token else {})}

    async def get(self, path: str, *, locale: str | None = None) -> Answer:
        return await self.ask("GET", path, locale=locale)

    async def post(self, path: str, *, json: Any = None, form: Mapping[str, str] | None = None) -> Answer:
        return await self.ask("POST", path, json=json, form=form)

    async def put(self, path: str, *, json: Any = None) -> Answer:
        return await self.ask("PUT", path, json=json)

    async def patch(self, path: str, *, json: Any = None) -> Answer:
        return await self.ask("PATCH", path, json=json)

    async def delete(self, path: str) -> Answer:
        return await self.ask("DELETE", path)

    async def ask(self, method: str, path: str, *, json: Any = None, form: Mapping[str, str] | None = None,
                  content: bytes | None = None, locale: str | None = None) -> Answer:
        headers, sent = dict(self._headers), content or b""
        if locale is not None:
            headers["Accept-Language"] = locale
        if form is not None:
            headers["Content-Type"], sent = "application/x-www-form-urlencoded", urlencode(form).encode()
        elif json is not None or content is not None:
            headers["Content-Type"], sent = "application/json", content or text.dumps(json).encode()
        async with asyncio.timeout(30):
            answer = await self._client.open(path, method=method, headers=headers, data=sent)
        return Answer(answer.status_code, await answer.get_data(as_text=True), answer.headers)

    @asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[Listener]:
        """Subscribed when the block begins. Raises LookupError when the topic does not exist for this agent."""
        async with self._client.websocket("/ws", headers=self._headers) as socket:
            listener = Listener(socket, topic)
            await listener.subscribe()
            yield listener

    async def page(self, path: str = "/", **options: Any) -> Any:
        """A Playwright page, logged in and gone to `path`. `options` are those of a browser context."""
        return await self._screens.browse(self._cookie, path, options)
