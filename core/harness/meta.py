"""Meta, played by the sandbox of the SDK over real sockets. It remembers every call and misbehaves on request."""

import json
import socket
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any, cast

from comptoir_sdk.sandbox import Settings, create_app
from comptoir_sdk.sandbox.delivery import Delivery
from comptoir_sdk.sandbox.faults import NAMES, Switch
from comptoir_sdk.sandbox.numbers import Numbers

from core.harness.serving import address, reserved, served

QUICK = Delivery(sent_after=0, delivered_after=0, read_after=0, parallel=1)
"""One webhook after the other, so that a test's statuses always come in the same order."""


@dataclass(frozen=True)
class Call:
    """One request that reached the Graph API."""

    method: str
    path: str
    json: Any


@dataclass(frozen=True)
class Registered:
    """A number as the shop connected it."""

    phone_number_id: str
    waba_id: str
    display_phone_number: str
    token: str


class Graph:
    """Starts when the first message leaves; what is asked of it before is kept until then."""

    def __init__(self, webhook_url: str, app_secret: str, verify_token: str) -> None:
        self._settings = Settings(webhook_url=webhook_url, app_secret=app_secret, verify_token=verify_token,
                                  phone_number_id="", waba_id="", token="", empty=True)
        self._keys = {"app_id": "1", "app_secret": app_secret, "verify_token": verify_token, "webhook_url": webhook_url}
        self._socket: socket.socket = reserved()
        self.url = address(self._socket)
        self._calls: list[Call] = []
        self._registered: list[Registered] = []
        self._faults: list[tuple[str, int]] = []
        self._numbers: Numbers | None = None

    @property
    def calls(self) -> Sequence[Call]:
        return tuple(self._calls)

    @property
    def sent(self) -> Sequence[dict[str, Any]]:
        """The messages, without receipts, as they were posted."""
        return [call.json for call in self._calls if call.method == "POST" and call.path.endswith("/messages")
                and isinstance(call.json, dict) and "type" in call.json]

    def fail(self, error: int | str, times: int = 1) -> None:
        """The next calls fail: by Meta's code, as in 131026, or by a fault's name. Raises LookupError, naming them."""
        known = [name for name in sorted(NAMES) if name == str(error) or name.endswith(f"_{error}")]
        if not known:
            raise LookupError(f"the sandbox knows no failure {error!r}; there are {', '.join(sorted(NAMES))}")
        self._faults.append((known[0], times))
        self._prepare()

    def register(self, number: Registered) -> None:
        self._registered.append(number)
        self._prepare()

    async def start(self, stack: AsyncExitStack) -> None:
        """Once; later calls change nothing."""
        if self._numbers is not None:
            return
        app = create_app(self._settings)
        await stack.enter_async_context(cast(Any, app.test_app()))
        await stack.enter_async_context(served(self._noting(app), self._socket))
        self._numbers = app.extensions["sandbox"]
        self._prepare()

    async def settle(self) -> None:
        """Until every status of what was sent has been told, and answered."""
        for box in self._numbers or ():
            await box.settle()

    def close(self) -> None:
        if self._numbers is None:
            self._socket.close()

    def _prepare(self) -> None:
        if self._numbers is None:
            return
        for one in self._registered:
            if self._numbers.get(one.phone_number_id) is None:
                made = self._numbers.make({
                    "phone_number_id": one.phone_number_id, "waba_id": one.waba_id, "token": one.token,
                    "display_phone_number": one.display_phone_number, **self._keys})
                made.webhooks.shape(QUICK)
        for name, times in self._faults:
            for box in self._numbers:
                box.faults.switch_on(name, Switch(count=times, seconds=0.1))
        self._faults.clear()

    def _noting(self, app: Any) -> Any:
        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["path"].startswith("/sandbox/"):
                await app(scope, receive, send)
                return
            body = bytearray()

            async def heard() -> Any:
                event = await receive()
                body.extend(event.get("body", b""))
                return event

            try:
                await app(scope, heard, send)
            finally:
                self._calls.append(Call(scope["method"], scope["path"], _json(bytes(body))))

        return asgi


def _json(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
