"""An agent's screen without the browser: the WebSocket, its cursor and its prev chain checked at every frame."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from websockets.asyncio.client import ClientConnection, connect

Frame = dict[str, Any]


class Screen:
    """Remembers every event it was told, in order."""

    def __init__(self, socket: ClientConnection, cursor: str) -> None:
        self.socket = socket
        self.epoch, seq = cursor.rsplit(".", 1)
        self.seq = int(seq)
        self.told: list[Frame] = []

    async def until(self, wanted: Callable[[Frame], bool], seconds: float = 20) -> Frame:
        """The first event, told already or to come, that is wanted."""
        for past in self.told:
            if wanted(past):
                return past
        async with asyncio.timeout(seconds):
            while True:
                frame: Frame = json.loads(await self.socket.recv())
                if frame["t"] == "event":
                    self._note(frame)
                    if wanted(frame):
                        return frame

    def _note(self, frame: Frame) -> None:
        assert frame["prev"] == self.seq, f"a gap: after {self.seq} came {frame['seq']}, which follows {frame['prev']}"
        self.seq = frame["seq"]
        self.told.append(frame)


@asynccontextmanager
async def screen(api: httpx2.AsyncClient, url: str) -> AsyncIterator[Screen]:
    """Open a screen at the head of the log."""
    cursor = (await api.get("/bootstrap")).raise_for_status().json()["cursor"]
    address = url.replace("http", "ws", 1) + f"/ws?cursor={cursor}"
    async with connect(address, additional_headers={"Authorization": api.headers["Authorization"]}) as socket:
        yield Screen(socket, cursor)


def received(body: str) -> Callable[[Frame], bool]:
    return lambda frame: frame["type"] == "message.received" and frame["data"]["message"]["body"] == body


def reached(message_id: str, status: str) -> Callable[[Frame], bool]:
    return lambda frame: (
        frame["type"] == "message.status"
        and frame["data"]["message"]["id"] == message_id
        and frame["data"]["message"]["status"] == status
    )
