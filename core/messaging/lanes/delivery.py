"""One attempt: the POST, and what its outcome does to the message. The claim is committed; nothing is locked here."""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeAlias

import asyncpg

from core import tracing
from core.db.pool import Connection, Database
from core.mail import Mail
from core.messaging import progress
from core.messaging.accounts import GraphClients, NoToken
from core.messaging.backoff import (
    BULK,
    MARKETING_CAP,
    MOST_TRIES,
    STOPS,
    WHOLE_NUMBER,
    after_delay,
    after_not_sent,
    after_refusal,
    bulk_rest,
)
from core.messaging.clock import Clock, utc_now
from core.messaging.intake.parked import apply_parked
from core.messaging.lanes.acceptances import Acceptances, ApplyParked
from core.messaging.lanes.claim import Claim
from core.messaging.lanes.files import Filled, MessageFiles, StillUploading
from core.messaging.media import SentMedia
from core.messaging.number_stop import stop
from core.messaging.pauses import pause_bulk, pause_number, rest_customer
from core.messaging.send_errors import (
    NO_ANSWER,
    UNREACHABLE,
    UPLOADING,
    ErrorJson,
    from_refusal,
    unsendable,
    with_reason,
)
from core.messaging.token_death import stop_number
from core.metrics.numbers import SEND, SENDS
from core.secrets import SealBroken
from core.whatsapp.errors import RetryClass
from core.whatsapp.outbound import InvalidPayload, Payload, Recipient, message_payload, unkept
from core.whatsapp.outcomes import Accepted, NotSent, Refused, SendOutcome, Uncertain

_log = logging.getLogger(__name__)
_RECORD_AGAIN_SECONDS: Final = 1.0

_OUTCOMES: Final[Mapping[type, str]] = {
    Accepted: "accepted", Refused: "refused", Uncertain: "uncertain", NotSent: "not_sent", InvalidPayload: "unsendable",
    StillUploading: "uploading",
}  # fmt: skip

Failure: TypeAlias = InvalidPayload | StillUploading
Outcome: TypeAlias = SendOutcome | Failure
Answered: TypeAlias = Callable[[float | None], None]


@dataclass(frozen=True, slots=True)
class Rest:
    """How long to leave a number, or only this conversation, alone after a send. Seconds."""

    seconds: float = 0.0
    whole_number: bool = False


class Delivery:
    """Posts claimed messages and records what came of it."""

    def __init__(
        self, db: Database, clients: GraphClients, mail: Mail, apply_parked: ApplyParked = apply_parked, *,
        clock: Clock = utc_now, http_timeout: float, grace: timedelta, media: SentMedia | None = None,
    ) -> None:
        self._db, self._clients, self._clock = db, clients, clock
        self._acceptances = Acceptances(db, apply_parked)
        self._mail, self._files = mail, MessageFiles(media)
        self._http_timeout, self._grace = http_timeout, grace

    async def deliver(self, claim: Claim, answered: Answered = lambda _: None) -> Rest:
        """One POST, its outcome recorded. Returns how long to leave the number or the conversation alone.

        `answered` is told in how many seconds Meta answered, or None when nothing has left, before that is recorded.
        """
        with SEND.time(), tracing.span("send", claim.candidate.request_id) as span:
            outcome, seconds = await self._post(claim)
            answered(seconds)
            if span is not None:
                span.set_attribute("outcome", _OUTCOMES[type(outcome)])
        SENDS.labels(_OUTCOMES[type(outcome)]).inc()
        _tell_log(claim, outcome)
        return await self._record_surely(claim, outcome)

    async def _post(self, claim: Claim) -> tuple[Outcome, float | None]:
        """And how long Meta took to answer, None when nothing has left."""
        try:
            filled = await self._files.filled(claim.candidate)
            if not isinstance(filled, Filled):
                return filled, None
            outcome, seconds = await self._post_once(claim, filled.content)
            if await self._files.lost(claim.candidate, filled, outcome):
                filled = await self._files.filled(claim.candidate)
                return await self._post_once(claim, filled.content) if isinstance(filled, Filled) else (filled, seconds)
        except InvalidPayload as error:
            return error, None
        return outcome, seconds

    async def _post_once(self, claim: Claim, content: dict[str, Any]) -> tuple[SendOutcome, float | None]:
        candidate = claim.candidate
        payload = _payload(claim, content)
        try:
            client = self._clients.of(candidate.account)
        except (NoToken, SealBroken) as error:
            return NotSent(str(error)), None
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._http_timeout):
                outcome = await client.send(candidate.account.phone_number_id, payload)
        except TimeoutError:
            outcome = Uncertain(f"no answer within {self._http_timeout:g} s")
        return outcome, None if isinstance(outcome, NotSent) else time.monotonic() - began

    async def _record_surely(self, claim: Claim, outcome: Outcome) -> Rest:
        """An outcome that is known but not written would become uncertain: keep trying while the lease holds."""
        at = self._clock()
        async with asyncio.timeout(self._grace.total_seconds()):
            while True:
                try:
                    if isinstance(outcome, Accepted):
                        await self._acceptances.write(claim, outcome.wamid, at)
                        return Rest()
                    async with self._db.system_transaction() as connection:
                        return await self._record(connection, claim, outcome)
                except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                    _log.warning("the outcome of a send could not be written yet", extra={"error": repr(error)})
                    await asyncio.sleep(_RECORD_AGAIN_SECONDS)

    async def _record(
        self, connection: Connection, claim: Claim, outcome: Uncertain | Refused | NotSent | Failure
    ) -> Rest:
        match outcome:
            case Uncertain():
                error, until = with_reason(NO_ANSWER, outcome.reason), self._clock() + self._grace
                status = outcome.http_status
                await progress.uncertain(connection, claim.candidate.tenant_id, claim.attempt_id, status, error, until)
                return Rest()
            case Refused():
                return await self._refused(connection, claim, outcome)
            case NotSent():
                rest = Rest(after_not_sent(claim.not_sent), whole_number=True)
                return await self._postpone(
                    connection, claim, "not_sent", None, with_reason(UNREACHABLE, outcome.reason), rest)
            case StillUploading():
                return await self._postpone(connection, claim, "not_sent", None, with_reason(UPLOADING, outcome.reason),
                                            Rest(after_not_sent(claim.not_sent)))  # fmt: skip
            case InvalidPayload():
                await self._fail(connection, claim, None, unsendable(str(outcome)))
                return Rest()

    async def _refused(self, connection: Connection, claim: Claim, outcome: Refused) -> Rest:
        error, status = from_refusal(outcome), outcome.http_status
        if outcome.error.retry_class is RetryClass.ACCOUNT:
            await self._postpone(connection, claim, "refused", status, error, Rest())
            await stop_number(connection, self._mail, claim.candidate.account, outcome)
            return Rest()
        if outcome.error.code in STOPS:
            return await self._stopped(connection, claim, outcome, error)
        if outcome.error.code in BULK:
            await self._rest_bulk(connection, claim, outcome, error)
        if outcome.error.code == MARKETING_CAP:
            await self._rest_customer(connection, claim, error)
        if claim.refused + 1 < MOST_TRIES:
            if outcome.error.retry_class is RetryClass.BACK_OFF:
                rest = Rest(after_refusal(outcome, claim.refused), outcome.error.code in WHOLE_NUMBER)
                return await self._postpone(connection, claim, "refused", status, error, rest)
            if outcome.error.retry_class is RetryClass.DELAYED and claim.candidate.bulk:
                return await self._delay(connection, claim, outcome, error)
        await self._fail(connection, claim, status, {**error, "tries": claim.refused + 1})
        return Rest()

    async def _stopped(self, connection: Connection, claim: Claim, outcome: Refused, error: ErrorJson) -> Rest:
        """Nothing is wrong with the message: one of many waits, but of a reply its author must hear at once."""
        now, account = self._clock(), claim.candidate.account
        if claim.candidate.bulk:
            await self._postpone(connection, claim, "refused", outcome.http_status, error, Rest())
        else:
            await self._fail(connection, claim, outcome.http_status, error)
        await stop(connection, account.tenant_id, account.id, now, error, now)
        return Rest()

    async def _rest_bulk(self, connection: Connection, claim: Claim, outcome: Refused, error: ErrorJson) -> None:
        account = claim.candidate.account
        until = self._clock() + timedelta(seconds=bulk_rest(outcome.error.code, claim.refused))
        await pause_bulk(connection, account.tenant_id, account.id, until, error)

    async def _delay(self, connection: Connection, claim: Claim, outcome: Refused, error: ErrorJson) -> Rest:
        """Of a reply, its author must hear at once; one of many waits for hours, and holds up nothing."""
        now = self._clock()
        until = now + timedelta(seconds=after_delay(outcome.error.code, claim.refused))
        await progress.delayed(connection, claim.candidate.tenant_id, claim.attempt_id, outcome.http_status,
                               {**error, "next_try_at": until.isoformat()}, until, now)  # fmt: skip
        return Rest()

    async def _rest_customer(self, connection: Connection, claim: Claim, error: ErrorJson) -> None:
        candidate = claim.candidate
        await rest_customer(connection, candidate.tenant_id, candidate.conversation_id, self._clock(), error)

    async def _fail(self, connection: Connection, claim: Claim, http_status: int | None, error: ErrorJson) -> None:
        tenant_id = claim.candidate.tenant_id
        await progress.refused(connection, tenant_id, claim.attempt_id, http_status, error, self._clock())

    async def _postpone(
        self, connection: Connection, claim: Claim, state: str, http_status: int | None, error: ErrorJson, rest: Rest
    ) -> Rest:
        now, account = self._clock(), claim.candidate.account
        until = now + timedelta(seconds=rest.seconds)
        await progress.postponed(
            connection, account.tenant_id, claim.attempt_id, state, http_status, error, until, now)
        if rest.seconds and rest.whole_number:
            await pause_number(connection, account.tenant_id, account.id, until, error)
        return rest


def _payload(claim: Claim, content: dict[str, Any]) -> Payload:
    candidate = claim.candidate
    to = Recipient(candidate.phone, candidate.bsuid, candidate.group_id, identity_key_hash=candidate.identity_key_hash)
    return message_payload(
        to, candidate.type, unkept(candidate.type, content),
        reply_to_wamid=candidate.context_wamid, callback_data=str(claim.attempt_id),
    )


def _tell_log(claim: Claim, outcome: Outcome) -> None:
    told = {"tenant_id": str(claim.candidate.tenant_id), "message_id": str(claim.candidate.message_id),
            "attempt_id": str(claim.attempt_id), "outcome": type(outcome).__name__,
            "request_id": claim.candidate.request_id}
    match outcome:
        case Accepted():
            told["wamid"] = outcome.wamid
        case Refused():
            told["code"], told["fbtrace_id"] = str(outcome.error.code), str(outcome.fbtrace_id)
        case Uncertain() | NotSent() | StillUploading():
            told["reason"] = outcome.reason
    _log.info("send attempt", extra=told)
