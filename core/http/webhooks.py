"""Webhooks: the tenant's events, signed and sent to systems of others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from quart import Response

from core.auth.access import Permitted
from core.http.myself import caller
from core.http.operation import Api
from core.http.resources import Listing
from core.http.services import services
from core.http.webhook_models import (
    Attempt,
    AttemptQuery,
    EventTypes,
    NewWebhook,
    Overlap,
    Since,
    Webhook,
    WebhookChange,
    WebhookWithSecret,
)
from core.outward import attempts, places
from core.outward.endpoints import Change
from core.outward.events import TYPES

_MANAGE, _TAGS = Permitted("webhooks.manage"), ("Webhooks",)
_ONE = "/webhooks/<uuid:webhook_id>"


def register(api: Api) -> None:
    """Add the routes."""
    _endpoints(api)
    _deliveries(api)


def _endpoints(api: Api) -> None:
    @api.route("GET", "/webhooks", _MANAGE, "List webhooks", responses={200: Listing[Webhook]}, tags=_TAGS)
    async def list_webhooks() -> dict[str, Any]:
        """All of them: there are at most 20. Secrets are never shown again."""
        return {"items": await services().webhooks.list(caller().tenant_id), "next": None}

    @api.route("GET", "/webhooks/event-types", _MANAGE, "What webhooks can hear of", responses={200: EventTypes},
               tags=_TAGS)  # fmt: skip
    async def list_webhook_event_types() -> dict[str, Any]:
        """`allowed` says whether you hold what an event needs. New types are added as time goes by."""
        return {"items": [{"type": name, "told": one.told, "needs": one.needs, "allowed": caller().may(one.needs)}
                          for name, one in TYPES.items()]}  # fmt: skip

    @api.route("GET", _ONE, _MANAGE, "One webhook", responses={200: Webhook}, tags=_TAGS)
    async def get_webhook(webhook_id: UUID) -> dict[str, Any]:
        return await services().webhooks.get(caller().tenant_id, webhook_id)

    @api.route("POST", "/webhooks", _MANAGE, "Add a webhook", body=NewWebhook, responses={201: WebhookWithSecret},
               tags=_TAGS, problems=[409])  # fmt: skip
    async def create_webhook(body: NewWebhook) -> tuple[dict[str, Any], int]:
        """It hears of what happens from now on, in order and at least once. `secret` is shown now and never again: its
        receiver verifies with it, as Standard Webhooks has it. 403 for events that you may not see yourself."""
        return await services().webhooks.create(caller(), body.name, body.url, body.types), 201

    @api.route("PATCH", _ONE, _MANAGE, "Change a webhook", body=WebhookChange, responses={200: Webhook}, tags=_TAGS)
    async def update_webhook(webhook_id: UUID, body: WebhookChange) -> dict[str, Any]:
        """`state` paused sends nothing and loses nothing: what happened meanwhile follows when it is on again."""
        change = Change(body.name, body.url, body.types, body.state)
        return await services().webhooks.change(caller(), webhook_id, change)

    @api.route("DELETE", _ONE, _MANAGE, "Remove a webhook", responses={204: None}, tags=_TAGS)
    async def delete_webhook(webhook_id: UUID) -> None:
        """With the record of its attempts."""
        await services().webhooks.delete(caller().tenant_id, webhook_id)

    @api.route("POST", f"{_ONE}/secret", _MANAGE, "Replace a webhook's secret", body=Overlap,
               responses={200: WebhookWithSecret}, tags=_TAGS)  # fmt: skip
    async def replace_webhook_secret(webhook_id: UUID, body: Overlap) -> dict[str, Any]:
        """For `overlap_hours` each delivery is signed with both, so that no receiver misses one; 0 when the old secret
        leaked."""
        return await services().webhooks.rotate(caller().tenant_id, webhook_id, timedelta(hours=body.overlap_hours))


def _deliveries(api: Api) -> None:
    @api.route("POST", f"{_ONE}/test", _MANAGE, "Send a test event", responses={202: None}, tags=_TAGS, problems=[409])
    async def test_webhook(webhook_id: UUID) -> Response:
        """Of type `webhook.test`, once, within a second or so, also when the webhook is paused or off; the attempts
        tell what came of it."""
        await attempts.ask_for_test(services().db, caller().tenant_id, webhook_id)
        return Response("", 202)

    @api.route("GET", f"{_ONE}/attempts", _MANAGE, "What became of deliveries", query=AttemptQuery,
               responses={200: Listing[Attempt]}, tags=_TAGS)  # fmt: skip
    async def list_webhook_attempts(webhook_id: UUID, query: AttemptQuery) -> dict[str, Any]:
        """The newest first, of the last seven days."""
        found = await attempts.read(services().db, caller().tenant_id, webhook_id, query.outcome, query.limit,
                                    query.cursor)  # fmt: skip
        return found.as_json()

    @api.route("POST", f"{_ONE}/attempts/<uuid:attempt_id>/again", _MANAGE, "Send one again", responses={202: None},
               tags=_TAGS, problems=[409])  # fmt: skip
    async def resend_webhook_event(webhook_id: UUID, attempt_id: UUID) -> Response:
        """The event of this attempt, once, beside the order and under the `webhook-id` it had. What was deleted
        since is not sent."""
        await attempts.ask_again(services().db, caller().tenant_id, webhook_id, attempt_id)
        return Response("", 202)

    @api.route("POST", f"{_ONE}/replay", _MANAGE, "Send everything since a time again", body=Since,
               responses={200: Webhook}, tags=_TAGS)  # fmt: skip
    async def replay_webhook(webhook_id: UUID, body: Since) -> dict[str, Any]:
        """Goes on from there, in order, each event under the `webhook-id` it had. With the present time it leaves
        unsent what waits."""
        await places.start_from(services().db, caller().tenant_id, webhook_id, body.since)
        return await services().webhooks.get(caller().tenant_id, webhook_id)

    @api.route("POST", f"{_ONE}/skip", _MANAGE, "Leave out the event that fails", responses={200: Webhook}, tags=_TAGS,
               problems=[409])  # fmt: skip
    async def skip_webhook_event(webhook_id: UUID) -> dict[str, Any]:
        """For a receiver that can never take it. 409 when nothing fails."""
        await places.skip(services().db, caller().tenant_id, webhook_id)
        return await services().webhooks.get(caller().tenant_id, webhook_id)
