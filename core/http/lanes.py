"""How the send lanes stand: for an organisation's own numbers, and for the operator all that are busy or held up."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from core.auth.access import Permitted
from core.db.scope import require_tenant
from core.http.language import reading_language
from core.http.operation import Api
from core.http.platform import OPERATE
from core.http.resources import Listing, Resource
from core.http.services import services
from core.http.text import Paging
from core.messaging.lanes.standing import standing, standing_of_all


class LaneError(Resource):
    """`code` is Meta's, null when the trouble is another."""

    code: int | None = Field(examples=[130429])
    title: str = Field(examples=["Too many messages at once"])
    cause: str
    cure: str


class LanePause(Resource):
    """`until` null: until somebody does what `error` says."""

    until: datetime | None
    error: LaneError


class LaneNumber(Resource):
    id: str
    display_phone_number: str = Field(examples=["212520000000"])
    verified_name: str = Field(examples=["Atlas Store"])
    status: Literal["connected", "token_dead", "disabled"]


class LaneTenant(Resource):
    id: str
    name: str = Field(examples=["Atlas Store"])


class Lane(Resource):
    """`replies` and `bulk` wait, of them `delayed` because Meta asked for hours. `allowed_per_second` is what Meta
    allows, in and out together."""

    account: LaneNumber
    tenant: LaneTenant
    replies: int = Field(examples=[3])
    bulk: int = Field(examples=[1200])
    delayed: int = Field(examples=[0])
    oldest_at: datetime | None
    oldest_seconds: float = Field(examples=[1.5])
    sent_last_minute: int = Field(examples=[4300])
    allowed_per_second: int = Field(examples=[80])
    paused: LanePause | None
    bulk_paused: LanePause | None


class LaneStandings(Resource):
    items: list[Lane]


class LanesQuery(Paging):
    pass


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/lanes", Permitted("accounts.manage"), "How the numbers send", responses={200: LaneStandings},
               tags=("Numbers",))  # fmt: skip
    async def list_lanes() -> dict[str, Any]:
        """Each number of the organisation, whoever waits longest first."""
        return {"items": await standing(services().db, require_tenant(), await reading_language())}

    @api.route("GET", "/platform/lanes", OPERATE, "How all numbers send", query=LanesQuery,
               responses={200: Listing[Lane]}, tags=["platform"])  # fmt: skip
    async def list_platform_lanes(query: LanesQuery) -> dict[str, Any]:
        """Those that send, wait or are held up, whoever has been due longest first. Queues move: a number may come
        again on a later page, and none that still waits is passed over."""
        found = await standing_of_all(services().db, await reading_language(), query.limit, query.cursor)
        return found.as_json()
