"""Webhook values as Meta sends them in 2026: who wrote (number and/or BSUID), what, and what became of it."""

from typing import Any

from comptoir_sdk.sandbox.identifiers import wamid
from comptoir_sdk.sandbox.number import Number
from comptoir_sdk.sandbox.phones import ChatMessage, Phone

STATUS_WITHOUT_CONTACT = {"failed"}
TIMED = {
    "account_alerts", "account_update", "business_capability_update", "phone_number_name_update",
    "phone_number_quality_update",
}  # fmt: skip
"""Fields whose entries carry the time: those about an account. Source: Meta, "Webhooks", the example of each field."""


def envelope(number: Number, changes: list[dict[str, Any]], now: float) -> dict[str, Any]:
    """The outermost shape of every WhatsApp webhook."""
    timed = {"time": int(now)} if any(one["field"] in TIMED for one in changes) else {}
    return {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, **timed, "changes": changes}]}


def change(value: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """One update of one field."""
    return {"value": value, "field": field}


def _value(number: Number) -> dict[str, Any]:
    return {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": number.display_phone_number,
            "phone_number_id": number.phone_number_id,
        },
    }


def contact(phone: Phone, *, username: bool = True) -> dict[str, Any]:
    """`contacts[]`: no `wa_id` while the number is hidden, no username on a `sent` status."""
    profile = {"name": phone.name}
    if phone.username and username:
        profile["username"] = phone.username
    shown: dict[str, Any] = {"profile": profile}
    if phone.shown_number:
        shown["wa_id"] = phone.shown_number
    return shown | {"user_id": phone.bsuid}


def inbound(number: Number, phone: Phone, message: ChatMessage, context: dict[str, Any]) -> dict[str, Any]:
    """`messages[]`: the customer wrote."""
    shown: dict[str, Any] = {"from": phone.shown_number} if phone.shown_number else {}
    shown |= {"from_user_id": phone.bsuid, "id": message.wamid, "timestamp": str(int(message.at))}
    if context:
        shown["context"] = context
    shown |= {"type": message.type, message.type: message.content}
    return _value(number) | {"contacts": [contact(phone)], "messages": [shown]}


def context_of(number: Number, phone: Phone, quoted: ChatMessage | None, wamid: str) -> dict[str, Any]:
    """`context` of a reply: who wrote what is quoted, and its id."""
    if quoted is not None and quoted.side == "customer":
        author: dict[str, Any] = {"from": phone.shown_number} if phone.shown_number else {}
        return author | {"from_user_id": phone.bsuid, "id": wamid}
    return {"from": number.display_phone_number, "id": wamid}


def outcome(
    number: Number,
    phone: Phone,
    message: ChatMessage,
    status: str,
    at: float,
    *,
    sent_to_number: bool,
    old_conversation: bool = False,
) -> dict[str, Any]:
    """`statuses[]`: what became of a message the business sent."""
    shown: dict[str, Any] = {"id": message.wamid, "status": status, "timestamp": str(int(at))}
    if sent_to_number:
        shown["recipient_id"] = phone.number
    elif phone.shown_number and status != "failed":
        shown["recipient_id"] = phone.shown_number
    if not (sent_to_number and status == "failed"):
        shown["recipient_user_id"] = phone.bsuid
    if message.callback_data is not None:
        shown["biz_opaque_callback_data"] = message.callback_data
    if status in {"sent", "delivered"}:
        shown |= _price(message, at, old_conversation)
    if status == "failed" and message.error:
        shown["errors"] = [message.error]
    value = _value(number)
    if status not in STATUS_WITHOUT_CONTACT:
        value["contacts"] = [contact(phone, username=status != "sent")]
    return value | {"statuses": [shown]}


def _price(message: ChatMessage, at: float, old_conversation: bool) -> dict[str, Any]:
    """Per-message pricing, service messages charged since October 2026; `conversation` up to v23 only."""
    category = "service"
    if message.type == "template" and isinstance(message.content, dict):
        category = str(message.content.get("category", "utility")).lower()
    price: dict[str, Any] = {
        "pricing": {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
    }
    if old_conversation:
        price["conversation"] = {
            "id": message.wamid[-32:],
            "expiration_timestamp": str(int(at) + 86400),
            "origin": {"type": category},
        }
    return price


def corrected(number: Number, phone: Phone, raw: dict[str, Any]) -> dict[str, Any]:
    """`messages[]` of type edit or revoke: the customer changed or deleted what they wrote."""
    return _value(number) | {"contacts": [contact(phone)], "messages": [_author(phone) | raw]}


def echo(number: Number, phone: Phone, raw: dict[str, Any]) -> dict[str, Any]:
    """`message_echoes[]`: somebody wrote, edited or deleted in the number's own app."""
    to: dict[str, Any] = {"to": phone.shown_number} if phone.shown_number else {}
    told = {"from": number.display_phone_number} | to | {"to_user_id": phone.bsuid} | raw
    return _value(number) | {"contacts": [contact(phone)], "message_echoes": [told]}


def moved(
    number: Number, phone: Phone, old_number: str | None, old_bsuid: str, at: float
) -> list[tuple[str, dict[str, Any]]]:
    """A new number: (field, value) of each webhook that tells of it and of the new user id."""
    before: dict[str, Any] = {"from": old_number} if old_number and not phone.hidden else {}
    now: dict[str, Any] = {"wa_id": phone.shown_number} if phone.shown_number else {}
    told = []
    if before and now:
        system = {"type": "user_changed_number", "body": f"{phone.name} changed from {old_number} to {phone.number}"}
        told.append(system | now)
    told.append({"type": "user_changed_user_id", "user_id": phone.bsuid,
                 "body": f"{phone.name} changed from {old_bsuid} to {phone.bsuid}"} | now)  # fmt: skip
    values = [("messages", _value(number) | {"messages": [before | {
        "from_user_id": old_bsuid, "id": wamid(phone.address), "timestamp": str(int(at)), "type": "system",
        "system": system}]}) for system in told]  # fmt: skip
    update = now | {"detail": f"User id of {phone.name} has been updated.", "timestamp": str(int(at)),
                    "user_id": {"previous": old_bsuid, "current": phone.bsuid}}  # fmt: skip
    return [*values, ("user_id_update", _value(number) | {"contacts": [contact(phone)], "user_id_update": [update]})]


def preference(number: Number, phone: Phone, value: str, at: float) -> dict[str, Any]:
    """`user_preferences[]`: what the customer wants of marketing messages."""
    who: dict[str, Any] = {"wa_id": phone.shown_number} if phone.shown_number else {}
    told = who | {"user_id": phone.bsuid, "detail": f"User requested to {value} marketing messages",
                  "category": "marketing_messages", "value": value, "timestamp": int(at)}  # fmt: skip
    return _value(number) | {"contacts": [contact(phone)], "user_preferences": [told]}


def _author(phone: Phone) -> dict[str, Any]:
    shown: dict[str, Any] = {"from": phone.shown_number} if phone.shown_number else {}
    return shown | {"from_user_id": phone.bsuid}
