"""The Graph API: sending, read receipts, numbers, templates, history."""

import hmac
import json
from typing import Any

from quart import Blueprint, Response, current_app, request

from comptoir_sdk.sandbox import misbehaviour, outgoing
from comptoir_sdk.sandbox.box import Box
from comptoir_sdk.sandbox.phones import ChatMessage
from comptoir_sdk.sandbox.refusals import Refusal, invalid, missing, parameter, token_refused, unknown_object

graph = Blueprint("graph", __name__)
PHONE_FIELDS = ("id", "verified_name", "display_phone_number", "quality_rating", "code_verification_status",
                "platform_type", "throughput", "webhook_configuration")  # fmt: skip


def box() -> Box:
    """The box behind this application."""
    found: Box = current_app.extensions["sandbox"]
    return found


def check_token() -> None:
    """The Bearer token, or `access_token` as Graph also takes it; raises 401/190."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme not in {"Bearer", "OAuth"}:
        given = request.args.get("access_token", "")
    if not hmac.compare_digest(given.encode(), box().settings.token.encode()):
        raise token_refused()


def check_number(node: str) -> None:
    """The business number's id; raises 100/33."""
    if node != box().settings.phone_number_id:
        raise unknown_object(node, request.method.lower())


def check_account(node: str) -> None:
    """The WABA's id; raises 100/33."""
    if node != box().settings.waba_id:
        raise unknown_object(node, request.method.lower())


async def json_body() -> Any:
    """The request body, or Graph's complaint about it."""
    raw = await request.get_data()
    if not raw:
        return {}
    try:
        return json.loads(raw)
    except ValueError as error:
        raise parameter("Invalid JSON in the request body.") from error


@graph.post("/<node>/messages")
async def send(node: str) -> Response:
    check_token()
    check_number(node)
    body = await json_body()
    if isinstance(body, dict) and body.get("status"):
        return mark_read(body)
    before = box().faults.draw("send")
    if before is not None:
        return await misbehaviour.strike(before)
    sent = outgoing.check(body, box().media, box().templates)
    fault = box().faults.draw("accepted") or box().faults.draw("status")
    phone, message = box().accept(sent, fault, fault.name if fault else "200")
    box().statuses.follow(phone, message)
    await box().statuses.overtake(phone, message)
    answer = json.dumps(accepted(sent, message)).encode()
    if fault is not None and fault.name not in STATUS_FAULTS:
        return await misbehaviour.strike(fault, answer)
    return Response(answer, content_type="application/json")


STATUS_FAULTS = {"undeliverable_131026", "healthy_ecosystem_131049", "media_131053", "window_closed_131047"}


def accepted(sent: outgoing.Outgoing, message: ChatMessage) -> dict[str, Any]:
    """Meta's answer: 200 means accepted, not sent."""
    who = {"wa_id": sent.number} if sent.number else {"user_id": sent.user_id}
    taken: dict[str, Any] = {"id": message.wamid}
    if sent.type == "template":
        taken["message_status"] = "accepted"
    return {"messaging_product": "whatsapp", "contacts": [{"input": sent.input} | who], "messages": [taken]}


def mark_read(body: dict[str, Any]) -> Response:
    if body.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    if body["status"] != "read":
        raise parameter("Param status must be one of {READ}")
    if not isinstance(body.get("message_id"), str):
        raise missing("message_id is missing")
    if not box().mark_read(body["message_id"], isinstance(body.get("typing_indicator"), dict)):
        raise invalid("message_id is not a message that a customer sent to this number")
    return answer({"success": True})


@graph.get("/<node>/message_templates")
async def templates(node: str) -> Response:
    check_token()
    check_account(node)
    fault = box().faults.draw("templates")
    if fault is not None:
        return await misbehaviour.strike(fault)
    query = {key: value for key, value in request.args.items() if key not in {"after", "before", "access_token"}}
    url = request.base_url + "?" + "&".join(f"{key}={value}" for key, value in query.items())
    return answer(box().templates.page(dict(request.args.items()), url))


@graph.get("/<node>/phone_numbers")
async def numbers(node: str) -> Response:
    check_token()
    check_account(node)
    return answer({"data": [number(None)], "paging": {"cursors": {"before": "MAZDZD", "after": "MAZDZD"}}})


@graph.get("/<node>/subscribed_apps")
async def subscriptions(node: str) -> Response:
    check_token()
    check_account(node)
    app = {"id": "670843887433847", "name": "Sandbox app", "link": "https://example.invalid/sandbox"}
    shown: dict[str, Any] = {"whatsapp_business_api_data": app}
    if box().webhooks.url != box().settings.webhook_url:
        shown["override_callback_uri"] = box().webhooks.url
    return answer({"data": [shown]})


@graph.post("/<node>/subscribed_apps")
async def subscribe(node: str) -> Response:
    """Subscribes; an override is verified first, as Meta does, and kept only when it echoes the challenge."""
    check_token()
    check_account(node)
    body = await json_body()
    webhooks, old = box().webhooks, (box().webhooks.url, box().webhooks.verify_token)
    if body.get("override_callback_uri"):
        webhooks.move(body["override_callback_uri"], body.get("verify_token", ""))
        found = await webhooks.verify()
        if not found["ok"]:
            webhooks.move(*old)
            reason = f"HTTP Status Code = {found['status']}; {found['error']}"
            raise Refusal(400, 2200, f"(#2200) Callback verification failed with the following errors: {reason}")
    else:
        webhooks.move(box().settings.webhook_url, box().settings.verify_token)
    return answer({"success": True})


@graph.get("/debug_token")
async def debug_token() -> Response:
    check_token()
    valid = hmac.compare_digest(request.args.get("input_token", "").encode(), box().settings.token.encode())
    scopes = ["whatsapp_business_management", "whatsapp_business_messaging"]
    shown = {"app_id": "670843887433847", "type": "SYSTEM_USER", "application": "Sandbox app", "expires_at": 0,
             "is_valid": valid, "scopes": scopes if valid else []}  # fmt: skip
    return answer({"data": shown})


@graph.get("/<node>/message_history")
async def history(node: str) -> Response:
    """Delivery events of sent messages, by `message_id`: what reconciliation reads after a lost answer."""
    check_token()
    check_number(node)
    wanted = request.args.get("message_id")
    if not wanted:
        raise parameter("The parameter message_id is required.")
    found = box().phones.message(wanted)
    shown = [] if found is None or found[1].side != "business" else [events(found[1])]
    return answer({"data": shown})


def events(message: ChatMessage) -> dict[str, Any]:
    told = [
        {"id": f"{position}", "delivery_status": status.upper(), "timestamp": int(at)}
        for position, (status, at) in enumerate(message.history, 1)
    ]
    return {"id": message.wamid[-20:], "message_id": message.wamid, "events": {"data": told}}


def number(fields: str | None) -> dict[str, Any]:
    """The business number, with the fields asked for."""
    settings = box().settings
    everything: dict[str, Any] = {
        "id": settings.phone_number_id,
        "verified_name": settings.business_name,
        "display_phone_number": f"+{settings.display_phone_number}",
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": "CONNECTED",
        "platform_type": "CLOUD_API",
        "account_mode": "SANDBOX",
        "is_official_business_account": False,
        "is_on_biz_app": False,
        "whatsapp_business_manager_messaging_limit": "TIER_UNLIMITED",
        "throughput": {"level": "STANDARD"},
        "webhook_configuration": {"application": box().webhooks.url},
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
    }
    wanted = [name.split("{")[0].strip() for name in fields.split(",")] if fields else list(PHONE_FIELDS)
    return {name: everything[name] for name in ("id", *wanted) if name in everything}


def account(fields: str | None) -> dict[str, Any]:
    """The WABA, with the fields asked for."""
    everything = {
        "id": box().settings.waba_id,
        "name": box().settings.business_name,
        "currency": "MAD",
        "timezone_id": "90",
        "message_template_namespace": "5a3b6f1e_0000_4000_8000_7e57ab1e0001",
        "business_verification_status": "verified",
    }
    wanted = [name.strip() for name in fields.split(",")] if fields else ["name", "timezone_id"]
    return {name: everything[name] for name in ("id", *wanted) if name in everything}


def answer(value: Any) -> Response:
    """JSON as Graph sends it."""
    return Response(json.dumps(value), content_type="application/json; charset=UTF-8")
