"""One delivery: a POST through the guarded client, and what its answer means."""

import asyncio
import random
import time
from dataclasses import dataclass, replace
from typing import Final, Literal

from core.egress import Download, Egress, EgressError, Forbidden, Timeouts

LONGEST_PAUSE: Final = 24 * 3600.0
TIMEOUTS: Final = Timeouts(connect=5, read=10, write=10, pool=10, total=10)
_FIRST_PAUSE: Final = 5.0
_GROWTH: Final = 4.0
_EXCERPT: Final = 500
_READ_BYTES: Final = 16 * 1024
_READ_SECONDS: Final = 2.0

Result = Literal["delivered", "refused", "unreachable"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`retry_after` is the receiver's own wish, in seconds. `gone`: it wants nothing any more."""

    result: Result
    milliseconds: int
    status: int | None = None
    error: str | None = None
    excerpt: str = ""
    retry_after: float = 0.0

    @property
    def gone(self) -> bool:
        return self.status == 410


async def deliver(egress: Egress, url: str, headers: dict[str, str], body: bytes) -> Outcome:
    """Never raises for anything the other side does. Redirects are not followed: they count as refusals."""
    began = time.monotonic()
    outcome, sent = None, {**headers, "content-type": "application/json"}
    try:
        async with egress.stream("POST", url, content=body, headers=sent, timeouts=TIMEOUTS,
                                 max_bytes=_READ_BYTES) as answer:  # fmt: skip
            outcome = _judged(answer, _milliseconds(began))
            outcome = replace(outcome, excerpt=await _excerpt(answer))
    except Forbidden as error:
        return outcome or Outcome("unreachable", _milliseconds(began), error=str(error))
    except EgressError as error:  # the status, once it is here, has decided
        return outcome or Outcome("unreachable", _milliseconds(began), error=_said(error))
    return outcome


def pause_after(failures: int, outcome: Outcome) -> float:
    """5 s, 20 s, 80 s, 5 min … 24 h, spread by a fifth so that many who failed together do not come back together."""
    grown = min(_FIRST_PAUSE * _GROWTH ** min(failures, 20), LONGEST_PAUSE)
    spread = grown * random.uniform(0.8, 1.2)  # noqa: S311 - spreading, not secrecy
    return min(max(spread, outcome.retry_after), LONGEST_PAUSE)


def _judged(answer: Download, spent: int) -> Outcome:
    if 200 <= answer.status < 300:
        return Outcome("delivered", spent, answer.status)
    error = "It redirects: enter the address it leads to." if 300 <= answer.status < 400 else None
    return Outcome("refused", spent, answer.status, error, retry_after=_retry_after(answer))


def _retry_after(answer: Download) -> float:
    told = answer.headers.get("retry-after", "")
    return float(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0.0


async def _excerpt(answer: Download) -> str:
    """The beginning of the answer, for whoever looks for a mistake. It may break off: the status has decided."""
    found = b""
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for piece in answer:
                found += piece
    except (EgressError, TimeoutError):
        found += b" ..." if found else b""
    text = found.decode("utf-8", "replace").replace("\0", "")
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)[:_EXCERPT].strip()


def _said(error: EgressError) -> str:
    if error.untrusted:
        return "Its certificate is not valid."
    return "No whole answer within 10 s." if error.timed_out else f"The connection failed: {error}."


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)
