"""The Graph API: blocked customers, and links by which they begin to write."""

import json
from typing import Any

from quart import Blueprint, Response, request

from comptoir_sdk.sandbox.caller import box, enter
from comptoir_sdk.sandbox.graph import answer, check_number, json_body
from comptoir_sdk.sandbox.phones import Phone
from comptoir_sdk.sandbox.qr_links import unknown
from comptoir_sdk.sandbox.refusals import missing, parameter

graph_customers = Blueprint("graph_customers", __name__)
graph_customers.before_request(enter)


@graph_customers.get("/<node>/block_users")
async def blocked(node: str) -> Response:
    check_number(node)
    found = [{"messaging_product": "whatsapp", **who(phone)} for phone in box().phones if phone.blocked]
    return answer({"data": found})


@graph_customers.post("/<node>/block_users")
async def block(node: str) -> Response:
    """Only who wrote in the last 24 hours. What failed is told beside what was done, with HTTP 400."""
    check_number(node)
    return apply(await json_body(), True)


@graph_customers.delete("/<node>/block_users")
async def unblock(node: str) -> Response:
    check_number(node)
    return apply(await json_body(), False)


def apply(body: Any, blocking: bool) -> Response:
    if not isinstance(body, dict) or body.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    users = body.get("block_users")
    if not isinstance(users, list) or not users:
        raise missing("block_users is missing")
    done, failed = [], []
    for user in users:
        told = user.get("user") or user.get("user_id") or ""
        phone = box().phones.recipient(str(told).lstrip("+") if user.get("user") else None, user.get("user_id"))
        reason = refusal(phone, blocking)
        if phone is None or reason:
            failed.append({"input": told, "errors": [reason]})
        else:
            phone.blocked = blocking
            done.append({"input": told, **who(phone)})
    box().snapshot.touch()
    told = {"added_users" if blocking else "removed_users": done} | ({"failed_users": failed} if failed else {})
    result = {"messaging_product": "whatsapp", "block_users": told}
    if not failed:
        return answer(result)
    error = {"message": "(#139100) Failed to block/unblock some users", "type": "OAuthException", "code": 139100,
             "error_data": {"details": "Some users could not be blocked or unblocked"}}  # fmt: skip
    return Response(json.dumps(result | {"error": error}), 400, content_type="application/json; charset=UTF-8")


def refusal(phone: Phone | None, blocking: bool) -> dict[str, Any] | None:
    if phone is None:
        return {"message": "Message undeliverable", "code": 131026, "error_data": {"details": "Not a WhatsApp user"}}
    if blocking and not phone.window_open(box().clock.now()):
        details = "The user has not messaged your business in the last 24 hours"
        return {"message": "Re-engagement message", "code": 131047, "error_data": {"details": details}}
    return None


def who(phone: Phone) -> dict[str, Any]:
    return {"wa_id": phone.shown_number} if phone.shown_number else {"user_id": phone.bsuid}


@graph_customers.get("/<node>/message_qrdls")
async def links(node: str) -> Response:
    check_number(node)
    return answer({"data": [box().qr_links.shown(code) for code in box().qr_links.messages]})


@graph_customers.post("/<node>/message_qrdls")
async def write_link(node: str) -> Response:
    check_number(node)
    made = box().qr_links.write(await json_body())
    box().snapshot.touch()
    return answer(made)


@graph_customers.get("/<node>/message_qrdls/<code>")
async def link(node: str, code: str) -> Response:
    check_number(node)
    if code not in box().qr_links.messages:
        raise unknown(code)
    return answer({"data": [box().qr_links.shown(code, "PNG" if "format(PNG)" in request.args.get("fields", "")
                                                 else None)]})  # fmt: skip


@graph_customers.delete("/<node>/message_qrdls/<code>")
async def remove_link(node: str, code: str) -> Response:
    check_number(node)
    box().qr_links.remove(code)
    box().snapshot.touch()
    return answer({"success": True})
