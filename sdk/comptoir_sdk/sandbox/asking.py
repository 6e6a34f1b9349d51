"""Limits of interactive messages that ask: a place, a number, an address, a form, a call; with Meta's refusals."""

from typing import Any

from comptoir_sdk.sandbox.lengths import length, text
from comptoir_sdk.sandbox.refusals import invalid, missing

NAMES = {
    "location_request_message": "send_location", "request_contact_info": "request_contact_info",
    "address_message": "address_message", "flow": "flow", "call_permission_request": "call_permission_request",
    "voice_call": "voice_call",
}  # fmt: skip


def check(kind: str, sent: dict[str, Any]) -> None:
    """Raises Meta's refusal."""
    action = sent["action"]
    if action.get("name") != NAMES[kind]:
        raise invalid(f"action.name must be {NAMES[kind]}")
    parameters = action.get("parameters")
    if kind == "location_request_message" and (sent.get("header") or sent.get("footer")):
        raise invalid("A location request has neither header nor footer")
    if kind == "address_message":
        text("country", (parameters or {}).get("country"), 2)
    if kind == "flow":
        _flow(parameters)
    if kind == "voice_call" and parameters:
        _call(parameters)


def _flow(parameters: Any) -> None:
    if not isinstance(parameters, dict) or bool(parameters.get("flow_id")) is bool(parameters.get("flow_name")):
        raise missing("A flow needs flow_id or flow_name, and not both")
    if parameters.get("flow_message_version") != "3":
        raise invalid("flow_message_version must be 3")
    text("flow_cta", parameters.get("flow_cta"), 30)
    if parameters.get("flow_action", "navigate") not in {"navigate", "data_exchange"}:
        raise invalid("flow_action must be navigate or data_exchange")


def _call(parameters: dict[str, Any]) -> None:
    if "display_text" in parameters:
        length("display_text", parameters["display_text"], 1, 20)
    minutes = parameters.get("ttl_minutes", 1)
    if not isinstance(minutes, int) or not 1 <= minutes <= 43200:
        raise invalid("ttl_minutes must be from 1 to 43200")
