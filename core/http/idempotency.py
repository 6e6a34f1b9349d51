"""Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): one effect, however often a request is repeated.

Kept: every answer that says what became of the request, also refusals. Not kept, so that a repeat is a new attempt:
5xx, streams, and refusals that concern the moment and not the request. A process that dies between the effect and the
keeping leaves the key locked until its lease ends; a repeat after that works again.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from quart import Response, current_app, g, request
from quart.wrappers.response import DataBody
from werkzeug.exceptions import HTTPException

from core.auth.csrf import SAFE_METHODS
from core.auth.principal import Principal
from core.auth.terms import Terms
from core.errors import Invalid, Problem, Unavailable
from core.http.kept_answers import LEASE, Answer, Slot, Turn
from core.http.services import services

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
_LONGEST: Final = 255
_OF_THE_MOMENT: Final = frozenset({401, 408, 412, 425, 429})
_KEPT_HEADERS: Final = ("Content-Type", "Location", "ETag")

Act = Callable[[], Awaitable[Any]]
_log = logging.getLogger(__name__)


async def once(terms: Terms, act: Act) -> Any:
    """What the view answers, or answered to this key before. Raises Mismatch, InProgress, or what the view raises."""
    principal: Principal | None = g.principal
    if terms.repeats != "kept" or principal is None or request.method in SAFE_METHODS or HEADER not in request.headers:
        return await act()
    turn = await services().kept.begin(Slot(principal.tenant_id, principal.credential_id, _key()), await _hash())
    return await _work(turn, act) if isinstance(turn, Turn) else _again(turn)


async def _work(turn: Turn, act: Act) -> Response:
    try:
        async with asyncio.timeout(LEASE.total_seconds()):
            response = await _settled(act)
    except TimeoutError:
        await services().kept.leave(turn)
        raise Unavailable("It took too long: ask again.", retry_after=1) from None
    except BaseException:
        await services().kept.leave(turn)
        raise
    await _remember(turn, response)
    return response


async def _settled(act: Act) -> Response:
    """The view's answer; a refusal that it raised is one too."""
    try:
        result = await act()
    except (Problem, HTTPException) as refusal:
        result = await current_app.handle_user_exception(refusal)
    response = await current_app.make_response(result)
    assert isinstance(response, Response)  # noqa: S101 - our views answer with Quart's own
    return response


async def _remember(turn: Turn, response: Response) -> None:
    answer = await _keepable(response)
    try:
        if answer is None:
            await services().kept.leave(turn)
        else:
            await services().kept.keep(turn, answer)
    except Exception:  # the effect is done and the caller must hear of it; the lease frees the key
        _log.exception("the answer to an Idempotency-Key could not be kept")


async def _keepable(response: Response) -> Answer | None:
    if response.status_code >= 500 or response.status_code in _OF_THE_MOMENT:
        return None
    if not isinstance(response.response, DataBody):
        return None
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    return Answer(response.status_code, headers, str(await response.get_data(as_text=True)))


def _again(answer: Answer) -> Response:
    response = Response(answer.body, answer.status, headers=answer.headers)
    response.headers[REPLAYED] = "true"
    return response


def _key() -> str:
    key = request.headers[HEADER].strip().strip('"')
    if not 0 < len(key) <= _LONGEST or not key.isprintable():
        raise Invalid(f"Idempotency-Key has 1 to {_LONGEST} printable characters.",
                      errors=[{"loc": [HEADER], "msg": f"not 1 to {_LONGEST} printable characters"}])  # fmt: skip
    return key


async def _hash() -> bytes:
    whole = hashlib.sha256(f"{request.method}\0{request.full_path}\0".encode(errors="surrogatepass"))
    whole.update(bytes(await request.get_data(as_text=False)))  # type: ignore[arg-type]
    return whole.digest()
