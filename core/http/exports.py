"""An organisation's data, to take away."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from quart import Response

from core.auth.access import Permitted
from core.db.scope import require_tenant
from core.errors import Forbidden
from core.http.archive_answer import archive
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Person, Resource
from core.http.services import services
from core.tenancy.exports import list_exports, request_export, storage_key, take_export

_EXPORT = Permitted("data.export")


class ExportResource(Resource):
    """`size` in bytes, and `sha256` of the zip, once `state` is ready. It is kept until `expires_at`."""

    id: UUID
    state: Literal["waiting", "ready", "failed"]
    size: int | None
    sha256: str | None = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    error: str | None
    requested_by: Person | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


class Exports(Resource):
    items: list[ExportResource]


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/tenant/exports", _EXPORT, "List exports", responses={200: Exports}, tags=["tenant"])
    async def get_exports() -> dict[str, Any]:
        """Of the last week, the newest first."""
        return {"items": await list_exports(services().db)}

    @api.route("POST", "/tenant/exports", _EXPORT, "Export everything", responses={202: ExportResource},
               limit="export", tags=["tenant"])  # fmt: skip
    async def create_export() -> tuple[dict[str, Any], int]:
        """A zip with a JSON line for each row of each table, those of plugins included, and the files. It is made
        behind the scenes and told as `export.finished`. While one is being made, it is the answer. 403 for whoever does
        not see every conversation."""
        _check_sees_all()
        return await request_export(services().db, caller().user_id), 202

    @api.route("GET", "/tenant/exports/<uuid:export_id>/file", _EXPORT, "An export's bytes",
               responses={200: "application/zip"}, limit="export", tags=["tenant"], problems=(409,))  # fmt: skip
    async def get_export_file(export_id: UUID) -> Response:
        """A zip. 409 while it is being made."""
        _check_sees_all()
        found = await take_export(services().db, export_id)
        return archive(storage_key(require_tenant(), export_id), found, "export")


def _check_sees_all() -> None:
    if caller().sees != "all":
        raise Forbidden("An export holds every conversation, and you do not see all of them: ask an administrator.")
