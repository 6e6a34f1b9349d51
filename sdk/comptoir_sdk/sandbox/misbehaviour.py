"""What a struck fault does to the answer."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from quart import Response, request

from comptoir_sdk.sandbox import limits
from comptoir_sdk.sandbox.door import HANG_UP
from comptoir_sdk.sandbox.faults import Fault
from comptoir_sdk.sandbox.refusals import Refusal, token_expired

BAD_GATEWAY = "<!DOCTYPE html><html><head><title>502</title></head><body>Sorry, something went wrong.</body></html>"
LONG_ENOUGH = 3600.0


def unknown_error() -> Refusal:
    """131000 with HTTP 500: whether the message went out is not known to the caller."""
    return Refusal(500, 131000, "(#131000) Something went wrong", "Message failed to send due to an unknown error.")


def waba_rate(minutes: int = 5) -> Refusal:
    """80007, with the header that says when access comes back."""
    usage = [{"type": "whatsapp_business_account", "call_count": 100, "total_cputime": 12, "total_time": 14,
              "estimated_time_to_regain_access": minutes}]  # fmt: skip
    header = {"X-Business-Use-Case-Usage": json.dumps({"sandbox": usage})}
    return Refusal(400, 80007, "(#80007) Rate limit issues", "The business account has reached its rate limit.",
                   headers=header)  # fmt: skip


def permissions_error() -> Refusal:
    """200: the token's app may not do this."""
    return Refusal(403, 200, "(#200) You do not have the necessary permissions required to access this endpoint")


def refusal(fault: Fault) -> Refusal | None:
    """The refusal of faults that are a plain answer."""
    plain: dict[str, Callable[[], Refusal]] = {
        "error_500": unknown_error,
        "error_500_accepted": unknown_error,
        "unknown_131000": unknown_error,
        "media_upload_500": unknown_error,
        "media_url_500": unknown_error,
        "media_500": unknown_error,
        "templates_500": unknown_error,
        "read_500": unknown_error,
        "profile_500": unknown_error,
        "subscription_refused_200": permissions_error,
        "rate_limit_429": lambda: Refusal(429, 4, "(#4) Application request limit reached"),
        "throughput_130429": limits.throughput,
        "pair_rate_131056": limits.pair_rate,
        "waba_rate_80007": waba_rate,
        "token_expired_190": token_expired,
        "media_url_190": token_expired,
        "maintenance_131057": lambda: Refusal(
            500, 131057, "(#131057) Account in maintenance mode", "Business Account is in maintenance mode"
        ),
        "media_upload_131053": lambda: Refusal(
            400, 131053, "(#131053) Media upload error", "Unable to upload the media used in the message"
        ),
        "media_expired": lambda: Refusal(404, 100, "(#100) Media link has expired"),
    }
    make = plain.get(fault.name)
    return make() if make else None


async def strike(fault: Fault, answer: bytes = b"{}", content_type: str = "application/json") -> Response:
    """Answer as the fault wants; raises Refusal for those that are a plain error."""
    plain = refusal(fault)
    if plain is not None:
        raise plain
    if fault.name.startswith("bad_gateway"):
        return Response(BAD_GATEWAY, 502, content_type="text/html")
    if "hang" in fault.name:
        await asyncio.sleep(max(0, fault.switch.seconds))
        await cut()
    if "body" not in fault.name and "reset" in fault.name:
        await cut()
    if fault.name in {"truncated_json", "read_truncated"}:
        return Response(answer[: len(answer) // 2], 200, content_type=content_type)
    if fault.name == "reset_body":
        return _stream(_half(answer), len(answer), content_type)
    return _stream(_slowly(answer, fault.switch.seconds), len(answer), content_type)


async def cut() -> None:
    """Reset the connection and never come back: the server cancels us when it notices."""
    hanging()()
    await asyncio.sleep(LONG_ENOUGH)


def hanging() -> Callable[[], None]:
    """The reset that the door laid into this request's scope."""
    scope: dict[str, Any] = dict(request.scope)
    hang_up: Callable[[], None] = scope[HANG_UP]
    return hang_up


def _stream(chunks: AsyncIterator[bytes], length: int, content_type: str) -> Response:
    response = Response(chunks, 200, content_type=content_type)
    response.timeout = None
    response.headers["Content-Length"] = str(length)
    return response


def _half(answer: bytes) -> AsyncIterator[bytes]:
    hang_up = hanging()

    async def chunks() -> AsyncIterator[bytes]:
        yield answer[: len(answer) // 2]
        await asyncio.sleep(0.02)
        hang_up()
        await asyncio.sleep(LONG_ENOUGH)

    return chunks()


async def _slowly(answer: bytes, seconds: float) -> AsyncIterator[bytes]:
    for position in range(len(answer)):
        yield answer[position : position + 1]
        await asyncio.sleep(seconds / max(1, len(answer)))
