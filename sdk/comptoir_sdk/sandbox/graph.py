"""The Graph API: sending, read receipts, templates, history."""

import json
from typing import Any

from quart import Blueprint, Response, request

from comptoir_sdk.sandbox import misbehaviour, outgoing
from comptoir_sdk.sandbox.caller import box, enter
from comptoir_sdk.sandbox.phones import ChatMessage
from comptoir_sdk.sandbox.refusals import invalid, missing, parameter, unknown_object

graph = Blueprint("graph", __name__)
graph.before_request(enter)


def check_number(node: str) -> None:
    """The business number's id; raises 100/33."""
    if node != box().number.phone_number_id:
        raise unknown_object(node, request.method.lower())


def check_account(node: str) -> None:
    """The WABA's id; raises 100/33."""
    if node != box().number.waba_id:
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
    check_account(node)
    fault = box().faults.draw("templates")
    if fault is not None:
        return await misbehaviour.strike(fault)
    query = {key: value for key, value in request.args.items() if key not in {"after", "before", "access_token"}}
    url = request.base_url + "?" + "&".join(f"{key}={value}" for key, value in query.items())
    return answer(box().templates.page(dict(request.args.items()), url))


@graph.get("/<node>/message_history")
async def history(node: str) -> Response:
    """Delivery events of sent messages, by `message_id`: what reconciliation reads after a lost answer."""
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


def answer(value: Any) -> Response:
    """JSON as Graph sends it."""
    return Response(json.dumps(value), content_type="application/json; charset=UTF-8")
