"""The doctor's visits: before a number is connected, and whenever somebody asks. Also a plain look at Meta's word."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from core import audit
from core.messaging.clock import utc_now
from core.messaging.doctor import Examination, Patient
from core.messaging.doctor.words import examination_told
from core.messaging.numbers import addresses
from core.messaging.numbers.asking import Number, asked, client_of, number_of
from core.messaging.numbers.desk import NumberDesk
from core.messaging.numbers.facts import facts_of, save_facts
from core.messaging.token_death import stop_number
from core.whatsapp.answers import refusal
from core.whatsapp.outcomes import Refused


@dataclass(frozen=True, slots=True)
class Candidate:
    """A number that is not connected yet."""

    phone_number_id: str
    waba_id: str
    access_token: str = field(repr=False)
    app_secret: str | None = field(default=None, repr=False)
    graph_url: str = addresses.META
    graph_version: str = addresses.VERSION


async def examine_candidate(desk: NumberDesk, candidate: Candidate, locale: str) -> dict[str, Any]:
    """`{at, findings}` in the reader's language; nothing is kept. Raises Invalid for an address we may not call."""
    found = await desk.doctor.examine(Patient(
        candidate.phone_number_id, candidate.waba_id, candidate.access_token,
        addresses.checked(candidate.graph_url, desk.named), candidate.graph_version,
        secrets=(candidate.app_secret,) if candidate.app_secret else None,
    ))  # fmt: skip
    return _told(found, locale)


async def examine_number(desk: NumberDesk, tenant_id: UUID, account_id: UUID, locale: str) -> dict[str, Any]:
    """As `examine_candidate`, kept with the number, together with what Meta said of it. Raises NotFound, Conflict."""
    number, asked_at = await number_of(desk, tenant_id, account_id), utc_now()
    found = await desk.doctor.examine(_patient(desk, number))
    async with desk.db.system_transaction() as connection:
        if found.number is not None:
            await save_facts(connection, tenant_id, account_id, facts_of(found.number), asked_at)
        await connection.execute("update accounts set examination = $3 where tenant_id = $1 and id = $2",
                                 tenant_id, account_id, found.as_json())  # fmt: skip
        if found.token_dead:
            await stop_number(connection, desk.mail, number.account, found.token_death or _dead())
        await audit.record_for(connection, tenant_id, "account.examined", "account", account_id,
                               {"findings": [None, _summary(found)]})  # fmt: skip
    return _told(found, locale)


async def refresh_number(desk: NumberDesk, tenant_id: UUID, account_id: UUID) -> None:
    """Ask Meta again what the number is and what its profile says. Raises NotFound, RefusedByMeta, Unavailable."""
    number, asked_at = await number_of(desk, tenant_id, account_id), utc_now()
    account, client = number.account, client_of(desk, number.account)
    facts = facts_of(await asked(desk, account, client.number(account.phone_number_id)))
    profile = await asked(desk, account, client.profile(account.phone_number_id))
    async with desk.db.system_transaction() as connection:
        changed = await save_facts(connection, tenant_id, account_id, facts, asked_at, profile)
        await audit.record_for(connection, tenant_id, "account.refreshed", "account", account_id, changed)


def _patient(desk: NumberDesk, number: Number) -> Patient:
    account, app = number.account, number.app
    return Patient(
        account.phone_number_id, number.waba_id, client_of(desk, account).token, account.graph_url,
        account.graph_version, app=app.keys if app else None, meta_app_id=app.meta_app_id if app else None,
        secrets=_tried(desk, number), ours=desk.door.spellings(app.slug) if app else (),
        simulated=number.simulated,
    )  # fmt: skip


def _tried(desk: NumberDesk, number: Number) -> tuple[str, ...] | None:
    """The app's secrets, which go in the clear to whoever answers for Meta. What signs for several tenants goes to Meta
    itself alone, or to a host that the operator names."""
    if number.app is None:
        return ()
    told_to_nobody = number.app.shared and not addresses.is_trusted(number.account.graph_url, desk.named)
    return None if told_to_nobody else number.app.secrets


def _dead() -> Refused:
    """Meta answered about the token and called it invalid: the same as refusing it."""
    return refusal(200, {"code": 190, "message": "debug_token calls the access token invalid"}, {})


def _summary(found: Examination) -> dict[str, str]:
    return {finding.check: finding.state for finding in reversed(found.findings)}


def _told(found: Examination, locale: str) -> dict[str, Any]:
    told = examination_told(found.as_json(), locale)
    assert told is not None  # noqa: S101 - only an examination that was never made is None
    return told
