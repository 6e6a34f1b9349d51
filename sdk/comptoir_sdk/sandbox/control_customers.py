"""The control API's rarer acts: messages edited and deleted, the business's own app, new numbers, wishes."""

from typing import Any

from quart import Blueprint, Response

from comptoir_sdk.sandbox import identifiers, payloads
from comptoir_sdk.sandbox.caller import box, choose
from comptoir_sdk.sandbox.control import refuse
from comptoir_sdk.sandbox.control_phones import NoSuchPhone, content, created, explain, explain_absence, the_phone
from comptoir_sdk.sandbox.graph import answer, json_body
from comptoir_sdk.sandbox.phones import ChatMessage, Phone, PhoneRefused, bubble
from comptoir_sdk.sandbox.refusals import Refusal

control_customers = Blueprint("control_customers", __name__, url_prefix="/sandbox/api/phones/<phone_id>")
control_customers.before_request(choose)
control_customers.register_error_handler(PhoneRefused, explain)
control_customers.register_error_handler(Refusal, explain)
control_customers.register_error_handler(NoSuchPhone, explain_absence)
WISHES = ("stop", "resume", "signup")


@control_customers.post("/edits")
async def edit(phone_id: str) -> Response:
    """The author changes a text: `{"message": wamid, "text": T}`. The business's own is edited in its app."""
    phone, body = the_phone(phone_id), await json_body()
    message, text = _message(phone, body), body.get("text")
    if message.type != "text" or not isinstance(text, str) or not text:
        return refuse("give the new text of a text message")
    message.content = {"body": text}
    _correct(phone, message, "edit", {"message": {"type": "text", "text": message.content}})
    return answer(bubble(message))


@control_customers.post("/revocations")
async def revoke(phone_id: str) -> Response:
    """The author takes a message back: `{"message": wamid}`."""
    phone = the_phone(phone_id)
    message = _message(phone, await json_body())
    _correct(phone, message, "revoke", {})
    return answer(bubble(message))


@control_customers.post("/echoes")
async def echo(phone_id: str) -> Response:
    """The business writes from its WhatsApp Business app: `{"type": T, T: …}`, as a customer does."""
    phone, body = the_phone(phone_id), await json_body()
    kind = str(body.get("type") or "text")
    if kind not in body:
        return refuse(f'the message has no {kind!r}: give {{"type": "{kind}", "{kind}": ...}}')
    wamid = identifiers.wamid(phone.address)
    message = ChatMessage(wamid, "business", kind, content(kind, body[kind]), box().clock.now(), "sent")
    box().phones.keep(phone, message)
    told = {"id": wamid, "timestamp": str(int(message.at)), "type": kind, kind: message.content}
    box().webhooks.emit(f"echo:{kind}", wamid, payloads.echo(box().number, phone, told), "smb_message_echoes")
    _show(phone, message)
    return created(bubble(message))


@control_customers.put("/number")
async def move(phone_id: str) -> Response:
    """The customer changes number, and so user id: `{"number": N}`. Two system messages and a field tell of it."""
    phone, body = the_phone(phone_id), await json_body()
    old_number, old_bsuid = box().phones.move(phone, body.get("number"))
    for field, value in payloads.moved(box().number, phone, old_number, old_bsuid, box().clock.now()):
        box().webhooks.emit(f"move:{field}", "", value, field)
    box().snapshot.touch()
    return answer(phone.summary(box().clock.now()))


@control_customers.put("/preferences")
async def wish(phone_id: str) -> Response:
    """The customer stops, resumes or signs up for marketing messages: `{"value": "stop"}`."""
    phone, value = the_phone(phone_id), (await json_body()).get("value")
    if value not in WISHES:
        return refuse(f"value wants one of {', '.join(WISHES)}")
    told = payloads.preference(box().number, phone, value, box().clock.now())
    box().webhooks.emit(f"preference:{value}", "", told, "user_preferences")
    return answer({"value": value})


def _message(phone: Phone, body: dict[str, Any]) -> ChatMessage:
    found = box().phones.message(str(body.get("message") or ""))
    if found is None or found[0] is not phone:
        raise PhoneRefused("give the wamid of a message of this phone's thread")
    return found[1]


def _correct(phone: Phone, message: ChatMessage, kind: str, told: dict[str, Any]) -> None:
    now = box().clock.now()
    raw = {"id": identifiers.wamid(phone.address), "timestamp": str(int(now)), "type": kind,
           kind: {"original_message_id": message.wamid, **told}}  # fmt: skip
    if message.side == "customer":
        box().webhooks.emit(kind, message.wamid, payloads.corrected(box().number, phone, raw))
    else:
        value = payloads.echo(box().number, phone, raw)
        box().webhooks.emit(f"echo:{kind}", message.wamid, value, "smb_message_echoes")
    _show(phone, message)


def _show(phone: Phone, message: ChatMessage) -> None:
    box().feed.tell("message", phone=phone.id, message=bubble(message))
    box().snapshot.touch()
