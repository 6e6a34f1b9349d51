"""The audit log: read, questioned, verified, taken away as a file."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints
from quart import Response

from core import audit
from core.audit import entries
from core.audit.chain import Verification, verify
from core.audit.sealer import anchor_of, audit_key
from core.auth.access import Permitted
from core.db.scope import require_tenant
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Moment, Paging, RequestModel, Text

_READ = Permitted("audit.read")
_COLUMNS = ("n", "at", "action", "actor_kind", "actor_id", "actor_name", "subject_kind", "subject_id", "subject_name",
            "ip", "request_id", "changes")  # fmt: skip
_Word = Annotated[Text, StringConstraints(min_length=1, max_length=200)]


class AuditFilter(RequestModel):
    """`action` is whole (`member.invited`) or a noun (`member`); `actor` and `subject_id` are ids."""

    action: _Word | None = None
    actor: _Word | None = None
    subject_kind: _Word | None = None
    subject_id: _Word | None = None
    since: Moment | None = None
    until: Moment | None = None

    @property
    def wanted(self) -> entries.Filter:
        names = ("action", "actor", "subject_kind", "subject_id", "since", "until")
        return entries.Filter(**{name: getattr(self, name) for name in names})


class AuditQuery(AuditFilter, Paging):
    """A page of the log."""


class AuditFile(AuditFilter):
    format: Literal["csv", "jsonl"] = "csv"


class Named(Resource):
    """`name` is today's; null when the person or thing is gone."""

    kind: str = Field(examples=["member"])
    id: str | None = Field(examples=["0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"])
    name: str | None = Field(examples=["Amine Kadiri"])


class AuditEntry(Resource):
    """`changes` is {field: [before, after]}; of customers' personal fields the names alone."""

    n: int = Field(examples=[42])
    at: datetime
    action: str = Field(examples=["member.updated"])
    actor: Named
    subject: Named
    ip: str | None = Field(examples=["196.200.131.7"])
    request_id: str | None
    changes: dict[str, Any] = Field(examples=[{"role": ["agent", "supervisor"]}])


class AuditFault(Resource):
    n: int = Field(examples=[17])
    what: str = Field(examples=["the entry was changed after it was written"])


class AuditVerification(Resource):
    """`unsealed` entries are younger than the last seal, which is made every second."""

    ok: bool
    entries: int = Field(examples=[128])
    sealed_up_to: int = Field(examples=[128])
    unsealed: int = Field(examples=[0])
    faults: list[AuditFault]


class AuditActions(Resource):
    items: list[str] = Field(examples=[["contact.updated", "member.invited"]])


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/audit", _READ, "List audit entries", query=AuditQuery, responses={200: Listing[AuditEntry]})
    async def list_audit(query: AuditQuery) -> dict[str, Any]:
        """Newest first."""
        return await entries.list_entries(services().db, query.wanted, limit=query.limit, cursor=query.cursor)

    @api.route("GET", "/audit/actions", _READ, "The actions that occur", responses={200: AuditActions})
    async def list_audit_actions() -> dict[str, Any]:
        """For a filter's choices."""
        return {"items": await entries.actions(services().db)}

    @api.route("GET", "/audit/verification", _READ, "Verify the audit log", responses={200: AuditVerification})
    async def verify_audit() -> dict[str, Any]:
        """Reads every entry again: that none was changed, cut out, reordered or taken from the end."""
        found = await _verified(require_tenant())
        return {"ok": found.ok, "entries": found.entries, "sealed_up_to": found.sealed_up_to,
                "unsealed": found.unsealed, "faults": [{"n": fault.n, "what": fault.what} for fault in found.faults]}

    @api.route("GET", "/audit/file", _READ, "The audit log as a file", query=AuditFile,
               responses={200: "text/csv"}, limit="export")  # fmt: skip
    async def get_audit_file(query: AuditFile) -> Response:
        """CSV or JSON lines, newest first. Taking it away is written into the log itself."""
        db, tenant_id = services().db, require_tenant()
        async with db.tenant_transaction() as connection:
            await audit.record(connection, "audit.exported", "audit", None, {"format": [None, query.format]})
        found = entries.every_entry(db, tenant_id, caller().viewer, query.wanted)
        lines, kind = (_csv(found), "text/csv") if query.format == "csv" else (_jsonl(found), "application/jsonl")
        response = Response(lines, content_type=f"{kind}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="audit.{query.format}"'
        response.timeout = None  # a long log may take longer than an ordinary answer
        return response


async def _verified(tenant_id: UUID) -> Verification:
    with_anchor = await anchor_of(services().attachments, tenant_id)
    async with services().db.system_transaction() as connection:
        key = await audit_key(connection, services().vault)
        return await verify(connection, tenant_id, key, [with_anchor] if with_anchor else [])


async def _jsonl(found: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    async for entry in found:
        yield (json.dumps(entry, ensure_ascii=False) + "\n").encode()


async def _csv(found: AsyncIterator[dict[str, Any]]) -> AsyncIterator[bytes]:
    yield _row(_COLUMNS)
    async for entry in found:
        yield _row((
            entry["n"], entry["at"], entry["action"], *entry["actor"].values(), *entry["subject"].values(),
            entry["ip"], entry["request_id"], json.dumps(entry["changes"], ensure_ascii=False),
        ))  # fmt: skip


def _row(cells: tuple[Any, ...]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([_inert(cell) for cell in cells])
    return line.getvalue().encode()


def _inert(cell: Any) -> Any:
    """A cell that a spreadsheet would run as a formula is made text: a name may be a stranger's words."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
