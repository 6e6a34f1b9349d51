"""An endpoint that is gone, or has failed for days, is switched off, and its organisation hears of it once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from core import audit
from core.db.pool import Database
from core.mail import Mail, Template
from core.outward.exchange import Outcome
from core.outward.queue import Claim

FAILS_FOR: Final = timedelta(days=5)
_OFF: Final = """
update webhook_endpoints set state = 'off', off_reason = $3, version = version + 1, updated_at = now()
where tenant_id = $1 and id = $2 and state = 'on' returning name, url
"""
_CARETAKERS: Final = """
select u.email, coalesce(u.locale, t.locale) as locale, t.name as tenant
from memberships m join users u on u.id = m.user_id join tenants t on t.id = m.tenant_id
where m.tenant_id = $1 and m.role in ('owner', 'admin') and u.disabled_at is null order by u.id
"""

Reason = Literal["gone", "failing"]
_LETTERS: Final[Mapping[Reason, Template]] = {"gone": "webhook_gone", "failing": "webhook_failing"}


def reason_for(outcome: Outcome, failing_since: datetime, now: datetime | None = None) -> Reason | None:
    """Why it is time to stop, or None."""
    if outcome.gone:
        return "gone"
    return "failing" if (now or datetime.now(UTC)) - failing_since > FAILS_FOR else None


async def switch_off(db: Database, mail: Mail, claim: Claim, reason: Reason) -> None:
    """Its place in the log stays: switched on again, it goes on from there."""
    async with db.system_transaction() as connection:
        row: Any = await connection.fetchrow(_OFF, claim.tenant_id, claim.endpoint_id, reason)
        if row is None:
            return
        for person in await connection.fetch(_CARETAKERS, claim.tenant_id):
            await mail.queue(connection, claim.tenant_id, to=person["email"], template=_LETTERS[reason],
                             locale=person["locale"],
                             values={"name": row["name"], "tenant": person["tenant"]})  # fmt: skip
        await audit.record_for(connection, claim.tenant_id, "webhook.switched_off", "webhook", claim.endpoint_id,
                               {"state": ["on", "off"], "reason": [None, reason]})  # fmt: skip
