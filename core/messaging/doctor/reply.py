"""What became of one question to Meta: its answer, or why there is none. Bounded in time, whatever Meta does."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Generic, Literal, TypeAlias, TypeVar

from core.egress import EgressError, Forbidden
from core.whatsapp.client import GraphRefused, GraphUnreachable
from core.whatsapp.outcomes import Refused

Answer = TypeVar("Answer", covariant=True)
Why = Literal["refused", "silent", "unreachable", "untrusted", "forbidden", "trouble", "unreadable", "untried"]
"""Said no, said nothing in time, not reached, its certificate is not accepted, not an address we may call, HTTP 5xx,
nothing that can be read, not asked."""


@dataclass(frozen=True, slots=True)
class Told(Generic[Answer]):
    value: Answer


@dataclass(frozen=True, slots=True)
class NoWord:
    """`refused` is Meta's refusal where `why` says so."""

    why: Why
    refused: Refused | None = None
    reason: str = ""


Reply: TypeAlias = Told[Answer] | NoWord
UNTRIED = NoWord("untried")


async def asked(call: Awaitable[Answer], seconds: float) -> Reply[Answer]:
    """The reply within `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            return Told(await call)
    except TimeoutError:
        return NoWord("silent")
    except GraphRefused as error:
        return NoWord("refused", error.refused)
    except GraphUnreachable as error:
        return NoWord(_why(error), reason=str(error))


def _why(error: GraphUnreachable) -> Why:
    if isinstance(error.__cause__, EgressError):
        return broken(error.__cause__)
    return "trouble" if (error.http_status or 0) >= 500 else "unreadable"


def broken(error: EgressError) -> Why:
    """Why a request came to nothing."""
    if isinstance(error, Forbidden):
        return "forbidden"
    if error.untrusted:
        return "untrusted"
    return "silent" if error.timed_out else "unreachable"
