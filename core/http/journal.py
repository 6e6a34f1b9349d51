"""The journal as a tenant reads it: its own items of what Meta delivered, what became of them, what was set aside."""

from typing import Any
from uuid import UUID

from quart import Response

from core.auth.access import Permitted
from core.db.scope import require_tenant
from core.http.journal_models import (
    Delivery,
    DeliveryQuery,
    Dismissal,
    Explanation,
    Quarantined,
    QuarantineQuery,
    QuarantineReason,
    Reasons,
    WamidQuery,
    WholeDelivery,
    row_number,
)
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing
from core.http.services import services
from core.messaging.deliveries import explain, find, quarantined

_READ, _REPLAY, _EXPLAIN = Permitted("journal.read"), Permitted("journal.replay"), Permitted("messages.explain")
_TAGS = ("Journal",)


def register(api: Api) -> None:
    """Add the routes."""

    @api.route("GET", "/messages/<uuid:message_id>/explanation", _EXPLAIN, "Explain a message",
               responses={200: Explanation}, tags=_TAGS)  # fmt: skip
    async def explain_message(message_id: UUID) -> dict[str, Any]:
        """What became of it, in the order of time: deliveries, events, plugins, attempts, statuses."""
        return await explain.explain_message(services().db, require_tenant(), message_id, services().hearing)

    @api.route("GET", "/explanation", _EXPLAIN, "Explain a wamid", query=WamidQuery, responses={200: Explanation},
               tags=_TAGS, problems=(404,))  # fmt: skip
    async def explain_wamid(query: WamidQuery) -> dict[str, Any]:
        """Also one that is not in the ledger: set aside, or a status of a message that was never sent from here."""
        return await explain.explain_wamid(services().db, require_tenant(), query.wamid, services().hearing)

    @api.route("GET", "/journal/deliveries", _READ, "Find deliveries", query=DeliveryQuery,
               responses={200: Listing[Delivery]}, tags=_TAGS)  # fmt: skip
    async def find_deliveries(query: DeliveryQuery) -> dict[str, Any]:
        """By wamid, phone or time, newest first; of each only the organisation's own items."""
        found = await find.find(services().db, query.wanted, require_tenant(), limit=query.limit, cursor=query.cursor)
        return found.as_json()

    @api.route("GET", "/journal/deliveries/<delivery_id>", _READ, "A delivery", responses={200: WholeDelivery},
               tags=_TAGS)  # fmt: skip
    async def get_delivery(delivery_id: str) -> dict[str, Any]:
        """With what it said about the organisation's own numbers."""
        return await find.get(services().db, row_number(delivery_id), require_tenant())

    _register_quarantine(api)


def _register_quarantine(api: Api) -> None:
    @api.route("GET", "/quarantine", _READ, "List what was set aside", query=QuarantineQuery,
               responses={200: Listing[Quarantined]}, tags=_TAGS)  # fmt: skip
    async def list_quarantine(query: QuarantineQuery) -> dict[str, Any]:
        """Newest first. What could not be applied, with its reason; nothing of it is lost."""
        found = await quarantined.list_items(services().db, require_tenant(), reason=query.reason, state=query.state,
                                             limit=query.limit, cursor=query.cursor)  # fmt: skip
        return found.as_json()

    @api.route("GET", "/quarantine/reasons", _READ, "Why something was set aside", responses={200: Reasons},
               tags=_TAGS)  # fmt: skip
    async def list_quarantine_reasons() -> dict[str, Any]:
        """Of what is open, the most frequent first."""
        return {"items": await quarantined.reasons(services().db, require_tenant())}

    @api.route("POST", "/quarantine/replays", _REPLAY, "Apply everything of a reason again", body=QuarantineReason,
               responses={202: None}, tags=_TAGS)  # fmt: skip
    async def replay_quarantine(body: QuarantineReason) -> Response:
        """By a worker. What fails again stays in the list."""
        await quarantined.replay_all(services().db, body.reason, require_tenant())
        return Response("", 202)

    @api.route("POST", "/quarantine/<quarantine_id>/replay", _REPLAY, "Apply it again",
               responses={200: Quarantined}, tags=_TAGS, problems=(409,))  # fmt: skip
    async def replay_quarantined(quarantine_id: str) -> dict[str, Any]:
        """It is `replayed` then, or `open` still when it failed again."""
        return await quarantined.replay_one(services().db, row_number(quarantine_id), require_tenant())

    @api.route("POST", "/quarantine/<quarantine_id>/dismissal", _REPLAY, "Dismiss it", body=Dismissal,
               responses={200: Quarantined}, tags=_TAGS, problems=(409,))  # fmt: skip
    async def dismiss_quarantined(quarantine_id: str, body: Dismissal) -> dict[str, Any]:
        """With a note; it stays in the list and is never applied."""
        number, tenant_id = row_number(quarantine_id), require_tenant()
        return await quarantined.dismiss(services().db, number, tenant_id, body.note, caller().name)
