"""What Meta tells of an account's templates, read by a job and kept, so that sends can be checked before they leave.

A send of a template asks for a new reading when the last one is old; so does a refusal, which may rest on an old one.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Invalid
from core.jobs.queue import enqueue
from core.jobs.work import CORE, Handler, Run
from core.messaging.accounts import GraphClients, NoToken, find_account
from core.messaging.drafts import refusal
from core.messaging.template_check import Known, faults
from core.secrets import SealBroken
from core.whatsapp.client import GraphRefused
from core.whatsapp.errors import RetryClass

_log = logging.getLogger(__name__)
JOB: Final = "read_templates"
FRESH: Final = timedelta(minutes=15)

_KNOWN: Final = """
select category, named, components from known_templates where waba_id = $1 and name = $2 and language = $3
"""
_READ_AT: Final = "select read_at from template_readings where waba_id = $1"
_KEEP: Final = """
insert into known_templates (tenant_id, waba_id, name, language, status, category, named, components)
select $1, $2, t.name, t.language, coalesce(t.status, ''), coalesce(t.category, ''),
    coalesce(t.parameter_format = 'NAMED', false), coalesce(t.components, '[]')
from jsonb_to_recordset($3) as t (name text, language text, status text, category text, parameter_format text,
    components jsonb)
where t.name is not null and t.language is not null
on conflict do nothing
"""
_READ_NOW: Final = """
insert into template_readings (tenant_id, waba_id, read_at) values ($1, $2, now())
on conflict (tenant_id, waba_id) do update set read_at = now()
"""


async def check_template(
    connection: Connection, content: Mapping[str, Any], place: Mapping[str, Any]
) -> Invalid | None:
    """What Meta would refuse, when the template is known. `place` is the conversation's."""
    row = await connection.fetchrow(_KNOWN, place["waba_id"], content["name"], content["language"]["code"])
    if row is None:
        return None
    known = Known(row["category"], row["named"], row["components"])
    found = faults(known, content, has_phone=bool(place["phone"]),
                   in_group=place["group_id"] is not None)  # fmt: skip
    return refusal(found) if found else None


async def ask_for_reading(
    connection: Connection, account_id: UUID, waba_id: str, now: datetime, *, anew: bool = False
) -> None:
    """In the caller's transaction. While one waits, a second wish is the same one."""
    read_at = await connection.fetchval(_READ_AT, waba_id)
    if anew or read_at is None or now - read_at > FRESH:
        await enqueue(connection, require_tenant(), CORE, JOB, {"account_id": str(account_id), "waba_id": waba_id},
                      key=waba_id)  # fmt: skip


class TemplateReadings:
    """Runs the jobs. Reading twice changes nothing."""

    def __init__(self, db: Database, clients: GraphClients) -> None:
        self._db, self._clients = db, clients

    def handler(self) -> Handler:
        return Handler(CORE, JOB, self.run, timeout=90)

    async def run(self, run: Run) -> None:
        """Raises GraphError when Meta should be asked again later."""
        tenant_id = require_tenant()
        account = await find_account(self._db, tenant_id, UUID(run.args["account_id"]))
        if account is None or account.status != "connected":
            return
        try:
            told = await self._clients.of(account).templates(run.args["waba_id"])
        except (NoToken, SealBroken) as error:
            _log.warning("templates cannot be read", extra={"reason": str(error)})
            return
        except GraphRefused as error:
            if error.refused.error.retry_class is RetryClass.BACK_OFF:
                raise
            _log.warning("Meta refused to tell the templates", extra={"reason": str(error)})
            return
        await keep_templates(self._db, tenant_id, run.args["waba_id"], told)


async def keep_templates(db: Database, tenant_id: UUID, waba_id: str, told: list[dict[str, Any]]) -> None:
    """In place of what was known of this account."""
    async with db.system_transaction() as connection:
        # One reading at a time: the row of the reading is whom two of them meet.
        await connection.execute(_READ_NOW, tenant_id, waba_id)
        await connection.execute(
            "delete from known_templates where tenant_id = $1 and waba_id = $2", tenant_id, waba_id)
        await connection.execute(_KEEP, tenant_id, waba_id, told)
