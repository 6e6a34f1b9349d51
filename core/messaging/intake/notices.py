"""What moves no row of ours, into the event log: each as its own event, with its typed words and Meta's own."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from comptoir_sdk.webhooks import TemplateNews, TemplateStatus, Told

from core.db.pool import Connection
from core.jobs.queue import enqueue
from core.jobs.work import CORE
from core.messaging.intake import calls, groups, histories
from core.messaging.intake.batch import Account, Notice
from core.messaging.intake.marks import unheard
from core.messaging.template_readings import JOB as READ_TEMPLATES

_TELL: Final = """insert into event_outbox (tenant_id, type, payload)
select u.tenant_id, u.type, jsonb_build_object('account', r.resource) || u.told::jsonb
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) with ordinality u(tenant_id, id, type, told, n)
join account_resources r on r.tenant_id = u.tenant_id and r.id = u.id order by u.n"""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode


async def tell_notices(connection: Connection, notices: Sequence[Notice]) -> list[tuple[UUID, UUID]]:
    """Each once. Returns the conversations whose group changed."""
    fresh = await unheard(connection, notices, _about)
    if not fresh:
        return []
    await calls.apply(connection, fresh)
    changed = await groups.apply(connection, fresh)
    await histories.keep(connection, fresh)
    rows = [(one.account.tenant_id, one.account.id, one.tiding.kind, _dump(_payload(one))) for one in fresh]
    await connection.execute(_TELL, *zip(*rows, strict=True))
    await _read_templates_again(connection, fresh)
    return changed


async def _read_templates_again(connection: Connection, fresh: Sequence[Notice]) -> None:
    """What sends are checked against is what Meta says now: one reading for each account that has news of them."""
    changed = {(one.account.tenant_id, one.account.waba_id): one.account for one in fresh
               if isinstance(one.tiding.told, TemplateNews)}  # fmt: skip
    for (tenant_id, waba_id), account in sorted(changed.items(), key=lambda found: found[0]):
        await enqueue(connection, tenant_id, CORE, READ_TEMPLATES,
                      {"account_id": str(account.id), "waba_id": waba_id}, key=waba_id)  # fmt: skip


def _about(notice: Notice) -> tuple[Account, Any]:
    tiding = notice.tiding
    if tiding.key is not None:
        return notice.account, [tiding.kind, *tiding.key]
    # Errors of an account carry no time at all: the same one is told again on the next day.
    when = notice.at.date() if tiding.kind == "account.updated" else tiding.at
    return notice.account, [tiding.waba_id, tiding.field, when, tiding.value]


def _payload(notice: Notice) -> dict[str, Any]:
    tiding = notice.tiding
    payload = {"field": tiding.field, "told": words(tiding.told), "value": tiding.value, "at": notice.at.isoformat()}
    if tiding.kind == "account.updated":
        payload["changed"] = {}
    if isinstance(tiding.told, TemplateNews):
        payload["template"] = {
            "name": tiding.told.name or "", "language": tiding.told.language or "",
            "account_id": str(notice.account.id), "category": getattr(tiding.told, "category", None)}  # fmt: skip
    if isinstance(tiding.told, TemplateStatus):
        payload |= {"status": tiding.told.event or "", "reason": tiding.told.reason}
    return payload


def words(told: Any) -> Any:
    """A typed value as JSON, without Meta's own."""
    if isinstance(told, Told):
        return {one.name: words(getattr(told, one.name)) for one in dataclasses.fields(told) if one.name != "raw"}
    if isinstance(told, tuple):
        return [words(one) for one in told]
    return told
