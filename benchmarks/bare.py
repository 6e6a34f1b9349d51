"""What our figures are held against: servers that verify the signature and store nothing.

python -m benchmarks.bare uvicorn|quart PORT SECRET
"""

import asyncio
import hashlib
import hmac
import sys
from typing import Any

import uvicorn
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, request

Headers = list[tuple[bytes, bytes]]


def verified(secret: bytes, body: bytes, signature: bytes) -> bool:
    return hmac.compare_digest(b"sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest().encode(), signature)


def bare_asgi(secret: bytes) -> Any:
    """The least a webhook route can do on ASGI."""

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        signature = dict(scope["headers"]).get(b"x-hub-signature-256", b"")
        status = 200 if verified(secret, body, signature) else 403
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    return app


def bare_quart(secret: bytes) -> Quart:
    """The same on Quart."""
    app = Quart(__name__)

    @app.post("/webhooks/whatsapp/bare")
    async def webhook() -> Response:
        body: bytes = await request.get_data(as_text=False)  # type: ignore[assignment]
        signature = request.headers.get("X-Hub-Signature-256", "").encode()
        return Response("ok", status=200 if verified(secret, body, signature) else 403)

    return app


def main(kind: str, port: int, secret: bytes) -> None:
    if kind == "uvicorn":
        uvicorn.run(bare_asgi(secret), port=port, lifespan="off", access_log=False, log_level="warning",
                    http="httptools", loop="uvloop")
        return
    config = Config()
    config.bind, config.accesslog, config.errorlog = [f"127.0.0.1:{port}"], None, None
    asyncio.run(serve(bare_quart(secret), config))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3].encode())
