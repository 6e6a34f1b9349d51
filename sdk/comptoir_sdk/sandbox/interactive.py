"""Limits of interactive messages (buttons, lists, link buttons), with Meta's refusals."""

from collections.abc import Callable
from typing import Any

from comptoir_sdk.sandbox import asking, commerce
from comptoir_sdk.sandbox.lengths import length
from comptoir_sdk.sandbox.refusals import invalid, missing, parameter

BODY_AT_MOST = {"list": 4096}
KINDS = {
    "button", "list", "cta_url", "location_request_message", "request_contact_info", "address_message", "flow",
    "product", "product_list", "catalog_message", "carousel", "call_permission_request", "voice_call",
    "order_details", "order_status",
}  # fmt: skip
MEMBERS = {"type", "header", "body", "footer", "action"}
BODY_OPTIONAL = {"product", "carousel", "call_permission_request"}


def check(sent: Any) -> None:
    """Raises Meta's refusal when the interactive object breaks a limit (cloud API, interactive messages)."""
    if not isinstance(sent, dict):
        raise missing("Object 'interactive' is missing.")
    kind = sent.get("type")
    if kind not in KINDS:
        raise invalid(f"Interactive type '{kind}' is not one of {', '.join(sorted(KINDS))}")
    _check_texts(sent, kind)
    action = sent.get("action")
    if not isinstance(action, dict):
        raise missing(f"Interactive message of type {kind} needs an action")
    if unknown := sent.keys() - MEMBERS:
        raise parameter(f"Unexpected key \"{min(unknown)}\" on param \"interactive\".")
    if kind in asking.NAMES:
        asking.check(kind, sent)
    elif kind == "product_list":
        commerce.product_list(sent)
    else:
        ACTIONS[kind](action)


def _check_texts(sent: dict[str, Any], kind: str) -> None:
    body = sent.get("body")
    if body is None and kind not in BODY_OPTIONAL:
        raise missing(f"Interactive message of type {kind} needs a body")
    if body is not None:
        length("Body text", body.get("text"), 1, BODY_AT_MOST.get(kind, 1024))
    if sent.get("footer"):
        length("Footer text", sent["footer"].get("text"), 1, 60)
    header = sent.get("header")
    if header and header.get("type") == "text":
        length("Header text", header.get("text"), 1, 60)
    if header and kind == "list" and header.get("type") != "text":
        raise invalid("Header of a list message must be of type text")


def _check_buttons(buttons: Any) -> None:
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise invalid("Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3")
    replies = [button.get("reply") or {} for button in buttons]
    for reply in replies:
        length("Button title", reply.get("title"), 1, 20)
        length("Button id", reply.get("id"), 1, 256)
    if len({reply["id"] for reply in replies}) < len(replies) or len({r["title"] for r in replies}) < len(replies):
        raise invalid("Duplicate button id or title: they must be unique within a message")


def _check_list(action: dict[str, Any]) -> None:
    length("Button label", action.get("button"), 1, 20)
    sections = action.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise invalid("Invalid sections count. Min allowed sections: 1, Max allowed sections: 10")
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(rows) <= 10:
        raise invalid(f"Total row count exceed max allowed count: 10 (got {len(rows)})")
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            length("Section title", section.get("title"), 1, 24)
    for row in rows:
        length("Row id", row.get("id"), 1, 200)
        length("Row title", row.get("title"), 1, 24)
        if row.get("description"):
            length("Row description", row["description"], 1, 72)


def _check_link(parameters: Any) -> None:
    if not isinstance(parameters, dict) or not str(parameters.get("url", "")).startswith(("https://", "http://")):
        raise invalid("cta_url needs parameters.url with an http(s) address")
    length("Button label", parameters.get("display_text"), 1, 20)


ACTIONS: dict[str, Callable[[dict[str, Any]], None]] = {
    "button": lambda action: _check_buttons(action.get("buttons")),
    "list": _check_list,
    "cta_url": lambda action: _check_link(action.get("parameters")),
    "product": commerce.product,
    "catalog_message": commerce.catalog,
    "carousel": commerce.carousel,
    "order_details": commerce.order_details,
    "order_status": commerce.order_status,
}
