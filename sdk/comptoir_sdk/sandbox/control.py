"""The sandbox's own API under /sandbox/api: phones, faults, delivery, ledger, clock. No token, loopback only."""

import base64
import json
import random
from typing import Any

from pydantic import ValidationError
from quart import Blueprint, Response, request

from comptoir_sdk.sandbox.box import Box
from comptoir_sdk.sandbox.caller import box, choose, numbers
from comptoir_sdk.sandbox.delivery import Delivery
from comptoir_sdk.sandbox.faults import NAMES, PLACES, Switch
from comptoir_sdk.sandbox.graph import answer, json_body
from comptoir_sdk.sandbox.refusals import Refusal

control = Blueprint("control", __name__, url_prefix="/sandbox/api")
control.before_request(choose)


@control.errorhandler(ValidationError)
async def explain(error: Exception) -> Response:
    """A value out of range: which one, and why."""
    assert isinstance(error, ValidationError)  # noqa: S101  narrows what the decorator already says
    reasons = [f"{'.'.join(map(str, problem['loc']))}: {problem['msg']}" for problem in error.errors()]
    return refuse("; ".join(reasons))


@control.errorhandler(Refusal)
async def explain_refusal(error: Exception) -> Response:
    return refuse(str(error))


def refuse(reason: str, status: int = 400) -> Response:
    """`{"error": why}`."""
    return Response(json.dumps({"error": reason}), status, content_type="application/json")


@control.get("/state")
async def state() -> Response:
    """Everything the page needs to draw itself."""
    now = box().clock.now()
    return answer(
        {
            "business": {"name": box().number.business_name, "number": box().number.display_phone_number},
            "numbers": [shown(one) for one in numbers()],
            "phones": [phone.summary(now) for phone in box().phones],
            "webhook": box().webhook_state | {"url": box().callbacks.current.url},
        }
        | switches(box())
    )


def shown(of: Box) -> dict[str, Any]:
    """A number without its keys."""
    public = of.number.model_dump(exclude={"token", "app_secret", "verify_token"})
    return public | {
        "webhook_url": of.callbacks.current.url,
        "subscribed": of.callbacks.subscribed,
        "first": of is numbers().first,
        "page": f"{of.settings.base_url}/?number={of.number.phone_number_id}",
        "facts": of.facts.model_dump(mode="json"),
    }


def switches(of: Box) -> dict[str, Any]:
    known = [{"name": name, "place": place, "explains": PLACES[place]} for name, place in NAMES.items()]
    return {
        "faults": of.faults.shown(),
        "known": known,
        "delivery": of.webhooks.delivery.model_dump(),
        "usual": Delivery().model_dump(),
    }


@control.get("/faults")
async def faults() -> Response:
    return answer(switches(box()))


@control.put("/faults")
async def set_faults() -> Response:
    """`{"faults": {name: {probability, count, seconds}}, "delivery": {…}}`: each part given replaces what was on."""
    body = await json_body()
    if not isinstance(body, dict) or not body.keys() <= {"faults", "delivery"}:
        return refuse('give {"faults": {name: {"probability", "count", "seconds"}}, "delivery": {...}}')
    wanted = {name: Switch.model_validate(switch or {}) for name, switch in (body.get("faults") or {}).items()}
    unknown = wanted.keys() - NAMES.keys()
    if unknown:
        return refuse(f"no fault {', '.join(sorted(unknown))}; known: {', '.join(NAMES)}")
    delivery = Delivery.model_validate(body["delivery"]) if "delivery" in body else None
    if "faults" in body:
        box().faults.switch_off()
        for name, switch in wanted.items():
            box().faults.switch_on(name, switch)
    if delivery is not None:
        box().webhooks.shape(delivery)
    return told()


@control.put("/faults/<name>")
async def set_fault(name: str) -> Response:
    if name not in NAMES:
        return refuse(f"no fault {name!r}; known: {', '.join(NAMES)}", 404)
    box().faults.switch_on(name, Switch.model_validate(await json_body()))
    return told()


@control.delete("/faults")
async def no_faults() -> Response:
    """All faults off, delivery back to its manners."""
    box().faults.switch_off()
    box().webhooks.shape(Delivery())
    return told()


@control.delete("/faults/<name>")
async def no_fault(name: str) -> Response:
    box().faults.switch_off(name)
    return told()


@control.patch("/delivery")
async def set_delivery() -> Response:
    """Change some of the manners of delivery, keep the others."""
    body = await json_body()
    box().webhooks.shape(Delivery.model_validate(box().webhooks.delivery.model_dump() | body))
    return told()


def told() -> Response:
    now = switches(box())
    box().feed.tell("faults", **now)
    return answer(now)


@control.get("/ledger")
async def ledger() -> Response:
    """`?items=0` for the counts alone."""
    return answer(box().ledger.shown(items=request.args.get("items") != "0"))


@control.delete("/ledger")
async def clear_ledger() -> Response:
    box().ledger.clear(box().clock.now())
    return answer({"success": True})


@control.post("/deliver")
async def deliver() -> Response:
    """Signs and posts any payloads: `{payload | payloads | body, copies, shuffle, signature}`.

    `body` is base64 of exact bytes; `signature` overrides the right one (to test its refusal).
    """
    body = await json_body()
    payloads = body.get("payloads") or ([body["payload"]] if "payload" in body else [])
    escape = box().webhooks.delivery.escape_unicode
    raw = [json.dumps(payload, ensure_ascii=escape, separators=(",", ":")).encode() for payload in payloads]
    if "body" in body:
        raw.append(base64.b64decode(body["body"]))
    if not raw:
        return refuse("give payload, payloads or body (base64)")
    raw *= int(body.get("copies", 1))
    if body.get("shuffle"):
        random.shuffle(raw)
    pushed = [box().webhooks.push(data, signature=body.get("signature")).id for data in raw]
    return answer({"emissions": pushed})


@control.post("/clock")
async def clock() -> Response:
    """`{"advance": seconds}`: windows close, links and media expire."""
    body = await json_body()
    try:
        box().clock.advance(float(body.get("advance", 0)))
    except (TypeError, ValueError) as error:
        return refuse(str(error))
    return answer({"now": box().clock.now()})


@control.put("/templates")
async def put_template() -> Response:
    """Adds a template, or replaces the one with this name and language."""
    box().templates.put(await json_body())
    return answer({"success": True})


@control.post("/webhook/verification")
async def verification() -> Response:
    """Meta's GET with the challenge, now."""
    return answer(await box().webhooks.verify())


@control.post("/webhook/retry")
async def retry() -> Response:
    """What waits for its next try goes at once."""
    box().webhooks.retry_now()
    return answer({"success": True})


@control.get("/events")
async def events() -> Response:
    """Live updates, as Server-Sent Events."""
    response = Response(box().feed.follow(), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.timeout = None
    return response
