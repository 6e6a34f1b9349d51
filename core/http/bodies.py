"""Bodies of requests: short, but where files come in; and never more of one in memory than is being read."""

import asyncio
from typing import Any, Final

from hypercorn.typing import ASGIReceiveCallable
from quart import Request
from quart.asgi import ASGIHTTPConnection

MB: Final = 1024 * 1024
LARGE: Final = {("POST", "/api/v1/attachments"): 101 * MB}
"""Everything else is as long as MAX_CONTENT_LENGTH says."""
_AHEAD: Final = 2 * MB
_LOOK_SECONDS: Final = 0.01


class BoundedRequest(Request):
    """A request whose route says how long its body may be."""

    def __init__(self, method: str, scheme: str, path: str, *given: Any, **named: Any) -> None:
        longest = LARGE.get((method, path))
        if longest is not None:
            named["max_content_length"] = longest
        super().__init__(method, scheme, path, *given, **named)
        if longest is not None:
            self.max_content_length = longest


class PatientConnection(ASGIHTTPConnection):
    """Takes no more from the network while nobody has read what came: whoever is refused sends into a full pipe."""

    async def handle_messages(self, request: Request, receive: ASGIReceiveCallable) -> None:
        """As Quart's, with that patience."""

        async def receive_patiently() -> Any:
            while len(request.body._data) > _AHEAD:  # noqa: ASYNC110 - Quart's body tells nobody that it was read
                await asyncio.sleep(_LOOK_SECONDS)
            return await receive()

        await super().handle_messages(request, receive_patiently)
