"""What Meta failed after it had taken it, by a status, acts on the lanes as if Meta had refused it at once.

The message itself has failed and stays so: Meta took it, so only a person sends it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection
from core.messaging.backoff import (
    BULK,
    MARKETING_CAP,
    PAIR_LIMIT,
    STOPS,
    WHOLE_NUMBER,
    after_refusal,
    after_stop,
    bulk_rest,
)
from core.messaging.clock import Clock, utc_now
from core.messaging.number_stop import stop
from core.messaging.pauses import pause_bulk, pause_number, rest_customer
from core.messaging.send_errors import ErrorJson, from_code
from core.whatsapp.errors import RetryClass, explain
from core.whatsapp.outcomes import Refused

_JUST_NOW: Final = timedelta(minutes=1)
"""Meta's clock tells seconds, and a webhook is on its way for some: a pause of a second must not be over on arrival."""

# The conversation waits as it does after a refusal at once: four seconds, and four times as long each time.
_REST_PAIR: Final = """
update send_attempts s set state = 'refused', error = $4, lease_until = $3::timestamptz + least(
    interval '1 hour', interval '1 second' * power(4, 1 + least(6, (
        select count(*) from send_attempts o where o.tenant_id = s.tenant_id
            and o.conversation_id = s.conversation_id and o.state = 'refused'
            and o.started_at > $3::timestamptz - interval '1 hour' and o.error ->> 'code' = $5))))
where s.tenant_id = $1 and s.message_id = $2 and s.state in ('accepted', 'settled')
"""
_PAUSED: Final = """
select paused_until, pause_error, bulk_paused_until from accounts where tenant_id = $1 and id = $2 for no key update
"""


@dataclass(frozen=True, slots=True)
class Setback:
    """A message of ours that Meta has failed just now. `at` is Meta's clock."""

    tenant_id: UUID
    account_id: UUID
    conversation_id: UUID
    message_id: UUID
    at: datetime
    error: dict[str, Any]

    @property
    def code(self) -> int | None:
        code = self.error.get("code")
        return code if isinstance(code, int) else None


async def bear(connection: Connection, setbacks: Sequence[Setback], clock: Clock = utc_now) -> None:
    """In the caller's transaction, by the system role."""
    now, of_numbers = clock(), dict[tuple[UUID, UUID, int | None], Setback]()
    for one in setbacks:
        if one.code == PAIR_LIMIT:
            await _rest_pair(connection, one, now)
        elif one.code == MARKETING_CAP:
            if _since(one, now) + timedelta(days=1) > now:
                await rest_customer(connection, one.tenant_id, one.conversation_id, _since(one, now), _error(one))
        else:
            latest = of_numbers.setdefault((one.tenant_id, one.account_id, one.code), one)
            if one.at > latest.at:
                of_numbers[one.tenant_id, one.account_id, one.code] = one
    for one in sorted(of_numbers.values(), key=lambda found: (found.account_id, found.code or 0)):
        await _bear_for_number(connection, one, now)


async def _bear_for_number(connection: Connection, one: Setback, now: datetime) -> None:
    since, error = _since(one, now), _error(one)
    if one.code in STOPS or explain(one.code).retry_class is RetryClass.ACCOUNT:
        # Of a token only the answer to a call with that very token is believed: this one may be replaced by now.
        if since + timedelta(seconds=after_stop(0)) > now:
            await stop(connection, one.tenant_id, one.account_id, since, error, now)
    elif one.code in BULK:
        if (until := since + timedelta(seconds=bulk_rest(one.code, 0))) > now:
            await pause_bulk(connection, one.tenant_id, one.account_id, until, error)
    elif one.code in WHOLE_NUMBER:
        await _pause_longer(connection, one, since, now)


async def _pause_longer(connection: Connection, one: Setback, since: datetime, now: datetime) -> None:
    """Twice as long as the last one, when that has ended a moment ago for the same reason."""
    found = await connection.fetchrow(_PAUSED, one.tenant_id, one.account_id)
    if found is None or (found["paused_until"] is not None and found["paused_until"] > now):
        return
    before = found["pause_error"] or {}
    again = before.get("code") == one.code and found["paused_until"] is not None \
        and found["paused_until"] > now - _JUST_NOW  # fmt: skip
    failures = int(before.get("failures", 0)) + 1 if again else 0
    until = since + timedelta(seconds=after_refusal(Refused(explain(one.code), 400, None, None), failures))
    if until > now:
        error = {**_error(one), "failures": failures}
        await pause_number(connection, one.tenant_id, one.account_id, until, error)


async def _rest_pair(connection: Connection, one: Setback, now: datetime) -> None:
    since = _since(one, now)
    await connection.execute(_REST_PAIR, one.tenant_id, one.message_id, since, _error(one), str(one.code))


def _since(one: Setback, now: datetime) -> datetime:
    """From when its rest counts: what is replayed, or told days late, rests nobody."""
    return now if one.at > now - _JUST_NOW else one.at


def _error(one: Setback) -> ErrorJson:
    return from_code(one.code or 0, str(one.error.get("details", "")))
