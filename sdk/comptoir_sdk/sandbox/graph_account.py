"""The Graph API: what a setup doctor asks and does. Token, number, WABA, subscriptions, overrides, profile."""

from typing import Any

from quart import Blueprint, Response, g, request

from comptoir_sdk.sandbox import misbehaviour, readings
from comptoir_sdk.sandbox.callbacks import Callback, admit
from comptoir_sdk.sandbox.caller import box, enter, given_token, numbers
from comptoir_sdk.sandbox.graph import answer, check_account, check_number, json_body
from comptoir_sdk.sandbox.graph_media import link
from comptoir_sdk.sandbox.refusals import Refusal, parameter, unknown_object

graph_account = Blueprint("graph_account", __name__)
graph_account.before_request(enter)


@graph_account.get("/debug_token")
async def debug_token() -> Response:
    """What a token may do. A token may ask about itself, an app about those of its numbers."""
    found = numbers().with_token(request.args.get("input_token", ""))
    g.box = found[0] if found else box()
    if struck := await broken():
        return struck
    return answer({"data": readings.token(box() if found else None)})


@graph_account.get("/<node>")
async def look(node: str) -> Response:
    """The number, the account, a template or a medium's link: Graph reads any object by its id."""
    fields = request.args.get("fields")
    if node in {box().number.phone_number_id, box().number.waba_id}:
        if struck := await broken():
            return struck
        return answer((readings.number if node == box().number.phone_number_id else readings.waba)(box(), fields))
    template = box().templates.get(node)
    return answer(template) if template is not None else await link(node)


@graph_account.post("/<node>")
@graph_account.post("/<node>/")
async def change_number(node: str) -> Response:
    """`webhook_configuration`: an address for this number alone, verified first; an empty one ends it."""
    check_number(node)
    body = await json_body()
    wanted = body.get("webhook_configuration") if isinstance(body, dict) else None
    if not isinstance(wanted, dict):
        raise parameter("This sandbox takes webhook_configuration here and nothing else.")
    box().callbacks.override = await verified(wanted) if wanted.get("override_callback_uri") else None
    box().snapshot.touch()
    return answer({"success": True})


@graph_account.get("/<node>/phone_numbers")
async def phone_numbers(node: str) -> Response:
    check_account(node)
    listed = [readings.number(one, request.args.get("fields")) for one in numbers().in_waba(node)]
    return answer({"data": listed, "paging": {"cursors": {"before": "MAZDZD", "after": "MAZDZD"}}})


@graph_account.get("/<node>/subscribed_apps")
async def subscriptions(node: str) -> Response:
    check_account(node)
    if struck := await broken():
        return struck
    return answer({"data": readings.subscriptions(box())})


@graph_account.post("/<node>/subscribed_apps")
async def subscribe(node: str) -> Response:
    """Subscribes; an override is verified first, as Meta does, and kept only when it echoes the challenge."""
    check_account(node)
    if fault := box().faults.draw("subscribe"):
        return await misbehaviour.strike(fault)
    body = await json_body()
    box().callbacks.subscribe(await verified(body) if body.get("override_callback_uri") else None)
    box().snapshot.touch()
    return answer({"success": True})


@graph_account.delete("/<node>/subscribed_apps")
async def unsubscribe(node: str) -> Response:
    """From now on nothing is delivered."""
    check_account(node)
    box().callbacks.unsubscribe()
    box().snapshot.touch()
    return answer({"success": True})


@graph_account.get("/<node>/subscriptions")
async def app_subscriptions(node: str) -> Response:
    """Which webhook fields the app asks for. Only the app itself may know, by its own `id|secret`."""
    if node != box().number.app_id or "|" not in given_token():
        raise unknown_object(node, "get")
    if struck := await broken():
        return struck
    return answer({"data": [readings.app_subscription(box())]})


@graph_account.get("/<node>/whatsapp_business_profile")
async def profile(node: str) -> Response:
    check_number(node)
    if struck := await broken("profile"):
        return struck
    return answer({"data": [box().profile.shown(request.args.get("fields"))]})


@graph_account.post("/<node>/whatsapp_business_profile")
async def change_profile(node: str) -> Response:
    check_number(node)
    if struck := await broken("profile"):
        return struck
    box().profile.write(await json_body())
    box().snapshot.touch()
    return answer({"success": True})


async def broken(*places: str) -> Response | None:
    """The answer of a fault that spoils any reading, or one of `places`."""
    for place in ("read", *places):
        fault = box().faults.draw(place)
        if fault is not None:
            return await misbehaviour.strike(fault)
    return None


async def verified(body: dict[str, Any]) -> Callback:
    """The override, once its address has echoed our challenge; raises 2200."""
    callback = Callback(str(body["override_callback_uri"]), str(body.get("verify_token", "")))
    admit(callback.url, allow_remote=box().settings.allow_remote)
    found = await box().webhooks.verify(callback)
    if not found["ok"]:
        reason = f"HTTP Status Code = {found['status']}; {found['error']}"
        raise Refusal(400, 2200, f"(#2200) Callback verification failed with the following errors: {reason}")
    return callback
