"""A sandbox on a real socket of the loopback, and a listener that stands for the program under test."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from comptoir_sdk.sandbox import Settings, create_app
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, request

SECRET, TOKEN, VERIFY = "app-secret", "graph-token", "verify-token"
PHONE_NUMBER_ID, WABA_ID = "106540352242922", "102290129340398"
# One webhook at a time: on a busy machine parallel ones overtake each other, which only some tests are about.
QUICK = {"sent_after": 5, "delivered_after": 10, "read_after": 5, "parallel": 1}


class Hook:
    """Receives webhooks. `answers` are given in turn, then 200; `arrived` wakes whoever waits."""

    def __init__(self) -> None:
        self.url = ""
        self.answers: list[int] = []
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.handler: Callable[[bytes, str], Awaitable[None]] | None = None
        self.arrived = asyncio.Condition()

    async def take(self) -> Response:
        body = bytes(await request.body)
        signature = request.headers["X-Hub-Signature-256"]
        status = self.answers.pop(0) if self.answers else 200
        if self.handler is not None:
            await self.handler(body, signature)
        async with self.arrived:
            self.bodies.append(body)
            self.signatures.append(signature)
            self.arrived.notify_all()
        return Response("", status)

    async def challenge(self) -> Response:
        good = request.args.get("hub.verify_token") == VERIFY and request.args.get("hub.mode") == "subscribe"
        return Response(request.args["hub.challenge"], 200 if good else 403)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """Every change, in the order of arrival."""
        return [c for body in self.bodies for entry in json.loads(body)["entry"] for c in entry["changes"]]

    @property
    def values(self) -> list[dict[str, Any]]:
        return [change["value"] for change in self.changes]

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.values for message in value.get("messages", [])]

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [status for value in self.values for status in value.get("statuses", [])]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what has arrived to satisfy `true`."""
        async with asyncio.timeout(30), self.arrived:
            await self.arrived.wait_for(true)

    def signed(self, position: int) -> bool:
        """Whether the signature fits the exact bytes."""
        right = hmac.new(SECRET.encode(), self.bodies[position], hashlib.sha256).hexdigest()
        return self.signatures[position] == f"sha256={right}"


@asynccontextmanager
async def served(app: Quart, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an application with Hypercorn until the block ends."""
    config = Config()
    config.bind = [f"fd://{listener.detach()}"]
    config.graceful_timeout, config.include_date_header = 0.2, False
    stop = asyncio.Event()
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait, mode="asgi"))
    try:
        yield
    finally:
        stop.set()
        await server


def listening() -> tuple[socket.socket, str]:
    """A socket on a free port, already listening, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    """The program under test, as far as the sandbox can see it."""
    received = Hook()
    app = Quart("hook")
    app.add_url_rule("/hook", "take", received.take, methods=["POST"])
    app.add_url_rule("/hook", "challenge", received.challenge, methods=["GET"])
    listener, base = listening()
    received.url = f"{base}/hook"
    async with served(app, listener):
        yield received


class Start:
    """Starts sandboxes: `await start(data=folder)` answers a client of a new one that carries the token."""

    def __init__(self, hook: Hook, stack: AsyncExitStack) -> None:
        self._hook, self._stack = hook, stack

    async def __call__(self, data: Path | None = None, *, empty: bool = False) -> httpx2.AsyncClient:
        listener, base = listening()
        settings = Settings(
            webhook_url=self._hook.url, app_secret=SECRET, verify_token=VERIFY, phone_number_id=PHONE_NUMBER_ID,
            waba_id=WABA_ID, token=TOKEN, data=data, public_url=base, empty=empty,
        )  # fmt: skip
        await self._stack.enter_async_context(served(create_app(settings), listener))
        headers = {"Authorization": f"Bearer {TOKEN}"}
        client = httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False, timeout=10)
        await self._stack.enter_async_context(client)
        if not empty:
            await client.patch("/sandbox/api/delivery", json=QUICK)
        return client

    async def stop_all(self) -> None:
        """As a restart would: what they keep is on the disk afterwards."""
        await self._stack.aclose()


@pytest.fixture
async def start(hook: Hook) -> AsyncIterator[Start]:
    async with AsyncExitStack() as stack:
        yield Start(hook, stack)


@pytest.fixture
async def sandbox(start: Start) -> httpx2.AsyncClient:
    """A running sandbox with quick statuses."""
    return await start()


Send = Callable[..., Awaitable[httpx2.Response]]


@pytest.fixture
def send(sandbox: httpx2.AsyncClient) -> Send:
    """Posts a message from the business; text to Amina unless told otherwise."""

    async def post(**body: Any) -> httpx2.Response:
        given = {"messaging_product": "whatsapp", "type": "text", "text": {"body": "Bonjour"}} | body
        if "recipient" not in given:
            given.setdefault("to", "+212600000101")
        return await sandbox.post(f"/v26.0/{PHONE_NUMBER_ID}/messages", json=given)

    return post


Write = Callable[..., Awaitable[str]]


@pytest.fixture
def write(sandbox: httpx2.AsyncClient) -> Write:
    """Writes as a customer and answers the wamid."""

    async def post(phone: str = "amina", **message: Any) -> str:
        answer = await sandbox.post(f"/sandbox/api/phones/{phone}/messages", json=message or {"text": "سلام"})
        assert answer.status_code == 201, answer.text
        wamid: str = answer.json()["wamid"]
        return wamid

    return post
