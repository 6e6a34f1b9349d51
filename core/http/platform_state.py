"""The operator's console: how the installation does."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from core.http.operation import Api
from core.http.platform import OPERATE
from core.http.resources import Resource
from core.http.services import services
from core.platform.health import health


class Versions(Resource):
    comptoir: str
    sdk: str
    postgresql: str
    python: str


class Stages(Resource):
    """Seconds are the age of the oldest thing that waits."""

    journal_waiting: int
    journal_lag_seconds: float
    events_waiting: int
    events_lag_seconds: float
    last_event_at: datetime | None
    sends_waiting: int
    sends_uncertain: int
    quarantined: int
    media_waiting: int
    installed_at: datetime


class Queue(Resource):
    """`core`, and one for each plugin."""

    queue: str
    waiting: int
    running: int
    failed_1d: int
    oldest_due_seconds: float


class MailState(Resource):
    """`last_error` of the last day."""

    kind: Literal["folder", "smtp"]
    waiting: int
    failed_1d: int
    last_error: str | None


class MasterKey(Resource):
    """`missing`: data keys need it, and this process does not have it."""

    id: str = Field(examples=["60f8ec6d"])
    data_keys: int
    state: Literal["current", "previous", "missing"]


class UnknownWebhook(Resource):
    """Something of Meta's that nobody here understands, by number and day. `kind` is a message's type, or empty."""

    day: date
    phone_number_id: str
    field: str
    kind: str
    count: int
    last_delivery_id: int | None


class Health(Resource):
    versions: Versions
    database_bytes: int
    stages: Stages
    queues: list[Queue]
    mail: MailState
    unknown_webhooks: list[UnknownWebhook]
    master_keys: list[MasterKey]


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/platform/health", OPERATE, "How the installation does", responses={200: Health},
               tags=["platform"])  # fmt: skip
    async def get_platform_health() -> dict[str, Any]:
        """How far each stage is behind, what waits and what failed."""
        own = services()
        return await health(own.db, own.vault.masters, own.mail_kind)
