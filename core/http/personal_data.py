"""What an organisation does for one person: their data to take away, or to be erased, wherever it is kept."""

from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from quart import Response, g

from core.auth.access import GREETED, Permitted
from core.auth.principal import Principal
from core.db.scope import require_tenant, tenant_scope, viewer_scope
from core.errors import Forbidden
from core.http.archive_answer import archive
from core.http.attachments import FileLinkResource
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing, Person, Resource
from core.http.services import services
from core.http.text import Paging, RequestModel, example
from core.plugins.personal_data import requests
from core.plugins.personal_data.export import storage_key

_EXPORT = Permitted("data.export")


class AskedPlugin(Resource):
    """How far a plugin is that keeps something on the person. `rows`: how many it has erased. `off`: it is switched
    off, and not asked."""

    plugin: str = Field(examples=["contacts"])
    state: Literal["waiting", "done", "failed", "off"]
    rows: int | None
    why: str | None = Field(examples=["TimeoutError"])


class PersonalDataRequest(Resource):
    """`state`: an export is `ready` to be fetched until `expires_at`, or `failed`, with the plugin's name in `error`.
    An erasure waits, and is tried again at `next_attempt_at`, until every plugin is `done` or `off` and the
    contact gone; one that could not be loaded is waited for, and fails an export."""

    id: UUID
    kind: Literal["export", "erasure"]
    contact_id: UUID
    state: Literal["waiting", "ready", "failed", "done"]
    plugins: list[AskedPlugin]
    attempts: int
    error: str | None
    size: int | None
    sha256: str | None = Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
    requested_by: Person | None
    created_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None
    expires_at: datetime | None


class Wanted(RequestModel):
    """`erasure` cannot be undone: the contact, its conversations and what every plugin keeps go for good; one that
    is off is not asked."""

    model_config = example(kind="export", contact_id="0198a3c1-7a1e-7c3e-9b1d-2f6d0c4b8a11")

    kind: Literal["export", "erasure"]
    contact_id: UUID


class RequestQuery(Paging):
    """Those about one contact, or all."""

    contact_id: UUID | None = None


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/personal-data", _EXPORT, "List requests for personal data", query=RequestQuery,
               responses={200: Listing[PersonalDataRequest]})  # fmt: skip
    async def list_personal_data(query: RequestQuery) -> dict[str, Any]:
        """The newest first. Exports are kept for a week; that somebody was erased, for ever."""
        found = await requests.list_requests(services().db, limit=query.limit, cursor=query.cursor,
                                             contact_id=query.contact_id)  # fmt: skip
        return found.as_json()

    @api.route("POST", "/personal-data", _EXPORT, "Export or erase a person", body=Wanted,
               responses={202: PersonalDataRequest}, limit="export", problems=(404, 409))  # fmt: skip
    async def create_personal_data(body: Wanted) -> tuple[dict[str, Any], int]:
        """Worked on behind the scenes. While the same is under way, that is the answer. An erasure asks for
        `contacts.delete` too. 403 for whoever does not see every conversation; 409 for an export of somebody who is
        being erased."""
        _check_sees_all()
        if body.kind == "erasure":
            caller().require("contacts.delete")
        return await requests.ask(services().db, body.kind, body.contact_id, caller().user_id), 202

    @api.route("GET", "/personal-data/<uuid:request_id>", _EXPORT, "One request for personal data",
               responses={200: PersonalDataRequest})  # fmt: skip
    async def get_personal_data(request_id: UUID) -> dict[str, Any]:
        """How far it is, plugin by plugin."""
        return await requests.get_request(services().db, request_id)

    @api.route("GET", "/personal-data/<uuid:request_id>/link", _EXPORT, "A link to a person's export",
               responses={200: FileLinkResource}, limit="export", problems=(409,))  # fmt: skip
    async def get_personal_data_link(request_id: UUID) -> dict[str, Any]:
        """An address that opens the zip without further headers, for five minutes. One asked for in a browser opens in
        that session alone. 409 while it is being made."""
        _check_sees_all()
        requests.check_ready(await requests.get_request(services().db, request_id))
        token, ends = await services().person_links.make(request_id, caller(), thumbnail=False)
        url = f"{services().public_url}/api/v1/personal-data/files/{token}"
        return {"url": url, "expires_at": datetime.fromtimestamp(ends, UTC)}

    @api.route("GET", "/personal-data/files/<token>", GREETED, "What a link to an export leads to",
               responses={200: "application/zip"}, problems=(403, 409, 410))  # fmt: skip
    async def get_personal_data_file(token: str) -> Response:
        """410 once the five minutes are over; 404 for a link that is not whole, or is somebody else's."""
        asking: Principal | None = g.principal
        link = await services().person_links.read(token)
        holder = await services().person_links.holder(link, asking)
        with tenant_scope(holder.tenant_id), viewer_scope(holder.viewer):
            return await _file(link.attachment_id)


async def _file(request_id: UUID) -> Response:
    found = await requests.take_export(services().db, request_id)
    return archive(storage_key(require_tenant(), request_id), found, "person")


def _check_sees_all() -> None:
    if caller().sees != "all":
        raise Forbidden("A person's data is in any conversation, and you do not see all of them: ask an administrator.")
