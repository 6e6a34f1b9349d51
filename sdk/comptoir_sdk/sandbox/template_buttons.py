"""A template's buttons as a send fills them in, with Meta's refusals."""

import re
from typing import Any

from comptoir_sdk.sandbox.refusals import Refusal, invalid, missing

PARAMETER = {
    "quick_reply": {"payload"}, "url": {"text"}, "copy_code": {"coupon_code"}, "flow": {"action"},
    "catalog": {"action"}, "mpm": {"action"}, "order_details": {"action"}, "voice_call": {"ttl_minutes", "payload"},
}  # fmt: skip


def check(template: dict[str, Any], given: list[Any]) -> None:
    """Raises 131008/131009 for a wrong component, 132000 when a button's variable is missing."""
    offered = [button for part in template["components"] for button in part.get("buttons", [])]
    sent = {}
    for component in given:
        if isinstance(component, dict) and str(component.get("type", "")).lower() == "button":
            sent[_index(component, len(offered))] = component
            _check(component)
    for index, button in enumerate(offered):
        if re.search(r"\{\{", str(button.get("url", ""))) and index not in sent:
            details = f"buttons: Button at index {index} of type Url requires a parameter"
            raise Refusal(400, 131008, "(#131008) Required parameter is missing", details)


def _index(component: dict[str, Any], count: int) -> int:
    try:
        index = int(component["index"])
    except (KeyError, TypeError, ValueError) as error:
        raise missing("buttons: index is missing") from error
    if not 0 <= index < count:
        words = "(#132000) Number of parameters does not match the expected number of params"
        raise Refusal(400, 132000, words, f"Button at index {index} does not exist in the template")
    return index


def _check(component: dict[str, Any]) -> None:
    kind = str(component.get("sub_type", ""))
    if kind.lower() not in PARAMETER:
        raise invalid(f"buttons: sub_type must be one of {', '.join(PARAMETER)}")
    for value in component.get("parameters") or []:
        if value.get("type") not in PARAMETER[kind.lower()]:
            raise invalid(f"buttons: a {kind} button does not take a parameter of type {value.get('type')}")
        if not value.get(value.get("type")):
            raise missing(f"buttons: parameter {value.get('type')} is empty")
