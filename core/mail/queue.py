"""Mail to send is a job, committed with the change that caused it."""

import json
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.jobs.queue import enqueue
from core.jobs.work import CORE
from core.mail.wordings import WORDINGS, Template
from core.secrets import Place, Vault

JOB: Final = "send_mail"
MAX_ATTEMPTS: Final = 16
"""About 40 minutes: a mail server that greylists lets us in after some."""


class Mail:
    """Puts mail into the queue. What is in it (addresses, links that let somebody in) is sealed."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def queue(
        self, connection: Connection, tenant_id: UUID | None, *, to: str, template: Template, locale: str,
        values: Mapping[str, str],
    ) -> UUID:  # fmt: skip
        """Send in the caller's transaction: committed, or never. `connection` is of the system role, or of the tenant
        whose mail it is. Returns the job's id. Raises ValueError unless `values` are what the wording names."""
        if WORDINGS[template].names != values.keys():
            raise ValueError(f"the mail {template} needs {sorted(WORDINGS[template].names)}, not {sorted(values)}")
        job_id = uuid7()
        letter = json.dumps({"to": to, "template": template, "locale": locale, "values": dict(values)})
        sealed = await self._vault.seal(connection, letter, place(tenant_id, job_id))
        return await enqueue(connection, tenant_id, CORE, JOB, {"sealed": sealed}, id=job_id,
                             max_attempts=MAX_ATTEMPTS)  # fmt: skip


def place(tenant_id: UUID | None, job_id: UUID) -> Place:
    """Where a letter is sealed: copied to another job, it does not open."""
    return Place(tenant_id, "jobs", str(job_id), "args")
