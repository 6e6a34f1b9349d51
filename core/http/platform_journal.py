"""The journal as the operator reads it: everybody's deliveries, each look at a content audited; replays of a range."""

from typing import Any
from uuid import UUID

from quart import Response

from core import audit
from core.db.pool import Connection
from core.db.scope import viewer_scope
from core.errors import Invalid
from core.http.journal_models import (
    Delivery,
    DeliveryQuery,
    Dismissal,
    Explanations,
    NewReplay,
    Quarantined,
    QuarantineQuery,
    QuarantineReason,
    Reasons,
    Replay,
    WamidQuery,
    WholeDelivery,
    row_number,
)
from core.http.myself import caller
from core.http.operation import Api
from core.http.platform import OPERATE
from core.http.resources import Listing
from core.http.services import services
from core.http.text import Paging
from core.messaging.deliveries import explain, find, quarantined, replays
from core.messaging.deliveries.replays import Range

_TAGS = ("platform",)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/platform/journal/deliveries", OPERATE, "Find deliveries of everybody", query=DeliveryQuery,
               responses={200: Listing[Delivery]}, tags=_TAGS)  # fmt: skip
    async def find_platform_deliveries(query: DeliveryQuery) -> dict[str, Any]:
        """By wamid, phone or time, newest first; also what belongs to nobody."""
        found = await find.find(services().db, query.wanted, None, limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("GET", "/platform/journal/deliveries/<delivery_id>", OPERATE, "A delivery, whole",
               responses={200: WholeDelivery}, tags=_TAGS)  # fmt: skip
    async def get_platform_delivery(delivery_id: str) -> dict[str, Any]:
        """As Meta sent it, without its signature. Everybody whose words it holds finds this look in their audit log."""
        found = await find.get(services().db, row_number(delivery_id), None)
        async with services().db.system_transaction() as connection:
            await _record_look(connection, await find.tenants_in(connection, found["id"]), "delivery", found["id"])
        return found

    @api.route("GET", "/platform/journal/explanations", OPERATE, "Explain a wamid of anybody", query=WamidQuery,
               responses={200: Explanations}, tags=_TAGS)  # fmt: skip
    async def explain_platform_wamid(query: WamidQuery) -> dict[str, Any]:
        """One explanation for each organisation that it concerns; it tells times and outcomes, not what was written."""
        return {"items": await explanations(query.wamid)}

    _register_quarantine(api)
    _register_replays(api)


async def explanations(wamid: str) -> list[dict[str, Any]]:
    """For each owner, and for what belongs to nobody."""
    db = services().db
    found = []
    for tenant_id in await explain.owners_of(db, wamid):
        with viewer_scope(None):  # in another's organisation the operator is no member
            told = await explain.explain_wamid(db, tenant_id, wamid, services().hearing)
        found.append({**told, "tenant": await explain.name_of(db, tenant_id)})
    if unowned := await explain.set_aside_unowned(db, wamid):
        found.append({"message": None, "wamid": wamid, "steps": unowned, "tenant": None})
    return found


async def _record_look(connection: Connection, tenants: list[UUID], kind: str, subject: object) -> None:
    for chain in sorted({audit.INSTALLATION, *tenants}):
        await audit.record_for(connection, chain, "delivery.read", kind, subject)


def _register_quarantine(api: Api) -> None:
    @api.route("GET", "/platform/quarantine", OPERATE, "List what was set aside of everybody", query=QuarantineQuery,
               responses={200: Listing[Quarantined]}, tags=_TAGS)  # fmt: skip
    async def list_platform_quarantine(query: QuarantineQuery) -> dict[str, Any]:
        """Newest first; also what belongs to nobody."""
        found = await quarantined.list_items(services().db, None, reason=query.reason, state=query.state,
                                             limit=query.limit, cursor=query.cursor)  # fmt: skip
        return found.as_json()

    @api.route("GET", "/platform/quarantine/reasons", OPERATE, "Why something was set aside of anybody",
               responses={200: Reasons}, tags=_TAGS)  # fmt: skip
    async def list_platform_quarantine_reasons() -> dict[str, Any]:
        """Of what is open, the most frequent first."""
        return {"items": await quarantined.reasons(services().db, None)}

    @api.route("POST", "/platform/quarantine/replays", OPERATE, "Apply everything of a reason again, of everybody",
               body=QuarantineReason, responses={202: None}, tags=_TAGS)  # fmt: skip
    async def replay_platform_quarantine(body: QuarantineReason) -> Response:
        """By a worker. What fails again stays in the list."""
        await quarantined.replay_all(services().db, body.reason, None)
        return Response("", 202)

    @api.route("POST", "/platform/quarantine/<quarantine_id>/replay", OPERATE, "Apply it again, whoever's it is",
               responses={200: Quarantined}, tags=_TAGS, problems=(409,))  # fmt: skip
    async def replay_platform_quarantined(quarantine_id: str) -> dict[str, Any]:
        """It is `replayed` then, or `open` still when it failed again."""
        return await quarantined.replay_one(services().db, row_number(quarantine_id), None)

    @api.route("POST", "/platform/quarantine/<quarantine_id>/dismissal", OPERATE, "Dismiss it, whoever's it is",
               body=Dismissal, responses={200: Quarantined}, tags=_TAGS, problems=(409,))  # fmt: skip
    async def dismiss_platform_quarantined(quarantine_id: str, body: Dismissal) -> dict[str, Any]:
        """With a note; it stays in the list and is never applied."""
        return await quarantined.dismiss(services().db, row_number(quarantine_id), None, body.note, caller().name)


def _register_replays(api: Api) -> None:
    @api.route("GET", "/platform/journal/replays", OPERATE, "List replays", query=Paging,
               responses={200: Listing[Replay]}, tags=_TAGS)  # fmt: skip
    async def list_replays(query: Paging) -> dict[str, Any]:
        """Newest first, with how far each has come."""
        return (await replays.list_replays(services().db, limit=query.limit, cursor=query.cursor)).as_json()

    @api.route("POST", "/platform/journal/replays", OPERATE, "Replay a range of the journal", body=NewReplay,
               responses={202: Replay}, tags=_TAGS)  # fmt: skip
    async def create_replay(body: NewReplay) -> tuple[dict[str, Any], int]:
        """By the workers, behind whatever arrives meanwhile. What is stored is left alone; what is missing comes back,
        also what was deleted since."""
        if body.until <= body.since:
            raise Invalid("`until` must be after `since`.", errors=[{"loc": ["until"], "msg": "is not after since"}])
        wanted = Range(body.since, body.until, body.tenant, body.dry_run)
        return await replays.begin(services().db, wanted, caller().name), 202

    @api.route("GET", "/platform/journal/replays/<uuid:replay_id>", OPERATE, "A replay", responses={200: Replay},
               tags=_TAGS)  # fmt: skip
    async def get_replay(replay_id: UUID) -> dict[str, Any]:
        """How far it has come."""
        return await replays.get(services().db, replay_id)

    @api.route("DELETE", "/platform/journal/replays/<uuid:replay_id>", OPERATE, "Stop a replay",
               responses={200: Replay}, tags=_TAGS)  # fmt: skip
    async def cancel_replay(replay_id: UUID) -> dict[str, Any]:
        """What it has applied stays applied."""
        return await replays.cancel(services().db, replay_id)
