"""What the business sends: the request body checked by Meta's limits, with Meta's refusals."""

import re
from dataclasses import dataclass
from typing import Any

from comptoir_sdk.sandbox import interactive
from comptoir_sdk.sandbox.media import TYPES, MediaStore
from comptoir_sdk.sandbox.refusals import Refusal, invalid, missing, parameter
from comptoir_sdk.sandbox.templates import Templates, buttons, rendered

CALLBACK_DATA_AT_MOST = 512
CAPTION_AT_MOST = 1024
CARDS_AT_MOST = 257
MEMBERS = {
    "text": {"body", "preview_url"}, "reaction": {"message_id", "emoji"},
    "location": {"latitude", "longitude", "name", "address"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A send that passed. `input` is the recipient as it was written; `number` wins over `user_id`."""

    input: str
    number: str | None
    user_id: str | None
    type: str
    content: Any
    reply_to: str | None
    callback_data: str | None

    @property
    def text(self) -> str:
        """The one line by which the ledger recognises equal content."""
        if isinstance(self.content, dict):
            for key in ("body", "text", "emoji", "caption", "link", "id", "name"):
                if isinstance(self.content.get(key), str):
                    return str(self.content[key])
            body = self.content.get("body")
            if isinstance(body, dict):
                return str(body.get("text", ""))
        return ""


def check(body: Any, media: MediaStore, templates: Templates) -> Outgoing:
    """The send, or the refusal Meta would give."""
    if not isinstance(body, dict):
        raise parameter("The request body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise parameter("The parameter messaging_product is required.")
    if body.get("recipient_type", "individual") != "individual":
        raise invalid("recipient_type must be individual: this sandbox has no groups")
    written, number, user_id = _recipient(body)
    kind = str(body.get("type") or "text")
    content = _content(kind, body.get(kind), media, templates)
    return Outgoing(written, number, user_id, kind, content, _reply_to(body, kind), _callback_data(body))


def _recipient(body: dict[str, Any]) -> tuple[str, str | None, str | None]:
    """`to` wins over `recipient` when both are given (cloud API, BSUIDs)."""
    if body.get("to"):
        written = str(body["to"])
        digits = re.sub(r"[\s()+.-]", "", written)
        if not re.fullmatch(r"\d{5,15}", digits):
            raise parameter("Invalid parameter: Param to must be a phone number with its country code.")
        return written, digits, None
    recipient = str(body.get("recipient") or "")
    if not recipient:
        raise parameter("The parameter to is required.")
    if not re.fullmatch(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}", recipient):
        raise parameter("Invalid parameter: Param recipient must be a business-scoped user id.")
    return recipient, None, recipient


def _reply_to(body: dict[str, Any], kind: str) -> str | None:
    context = body.get("context")
    if context is None:
        return None
    if not isinstance(context, dict) or not isinstance(context.get("message_id"), str):
        raise parameter("context['message_id'] must be a message id.")
    if kind == "reaction":
        raise invalid("A reaction cannot carry a context")
    return str(context["message_id"])


def _callback_data(body: dict[str, Any]) -> str | None:
    data = body.get("biz_opaque_callback_data")
    if data is None:
        return None
    if not isinstance(data, str) or len(data) > CALLBACK_DATA_AT_MOST:
        raise parameter(f"Param biz_opaque_callback_data must be at most {CALLBACK_DATA_AT_MOST} characters long.")
    return data


def _content(kind: str, sent: Any, media: MediaStore, templates: Templates) -> Any:
    if kind == "template":
        template = templates.check(sent)
        shown = {"text": rendered(template, sent), "category": template["category"], "buttons": buttons(template)}
        return sent | shown
    if kind in TYPES:
        return _medium(kind, sent, media)
    checks = {
        "text": _text, "reaction": _reaction, "location": _location, "contacts": _contacts,
        "interactive": interactive.check,
    }  # fmt: skip
    if kind not in checks:
        raise parameter(f"Param type must be one of {', '.join(sorted({*checks, *TYPES, 'template'}))} - got '{kind}'.")
    if sent is None:
        raise missing(f"Object '{kind}' is missing.")
    if isinstance(sent, dict) and kind in MEMBERS and (unknown := sent.keys() - MEMBERS[kind]):
        raise parameter(f"Unexpected key \"{min(unknown)}\" on param \"{kind}\".")
    checks[kind](sent)
    return sent


def _text(sent: Any) -> None:
    body = sent.get("body") if isinstance(sent, dict) else None
    if not isinstance(body, str) or not body.strip():
        raise parameter("The parameter text['body'] is required.")
    if len(body) > 4096:
        raise parameter("Param text['body'] must be at most 4096 characters long.")


def _reaction(sent: Any) -> None:
    if not isinstance(sent, dict) or not isinstance(sent.get("message_id"), str):
        raise parameter("The parameter reaction['message_id'] is required.")
    if not isinstance(sent.get("emoji", ""), str) or len(sent.get("emoji", "")) > 16:
        raise invalid("reaction['emoji'] must be one emoji, or empty to remove it")


def _location(sent: Any) -> None:
    try:
        latitude, longitude = float(sent["latitude"]), float(sent["longitude"])
    except (KeyError, TypeError, ValueError) as error:
        raise missing("location needs latitude and longitude") from error
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise invalid("latitude must be within ±90, longitude within ±180")


def _contacts(sent: Any) -> None:
    if not isinstance(sent, list) or not sent:
        raise parameter("Param contacts must be a non-empty array.")
    if len(sent) > CARDS_AT_MOST:
        raise invalid(f"Param contacts takes at most {CARDS_AT_MOST} contacts")
    for contact in sent:
        name = contact.get("name") if isinstance(contact, dict) else None
        if not isinstance(name, dict) or not name.get("formatted_name"):
            raise missing("contacts[].name.formatted_name is missing")
        if len([part for part in name if part != "formatted_name" and name[part]]) == 0:
            raise missing("contacts[].name needs formatted_name and one other part of the name")


def _medium(kind: str, sent: Any, media: MediaStore) -> dict[str, Any]:
    if not isinstance(sent, dict) or not (sent.get("id") or sent.get("link")):
        raise missing(f"{kind} needs an id or a link")
    caption = sent.get("caption")
    if caption and kind in {"audio", "sticker"}:
        raise parameter(f"Param caption is not supported for {kind}.")
    if isinstance(caption, str) and len(caption) > CAPTION_AT_MOST:
        raise parameter(f"Param {kind}['caption'] must be at most {CAPTION_AT_MOST} characters long.")
    if not sent.get("id"):
        if not str(sent["link"]).startswith(("http://", "https://")):
            raise parameter(f"Param {kind}['link'] is not a valid URI.")
        return dict(sent)
    found = media.get(str(sent["id"]))
    if found is None:
        raise Refusal(400, 131009, "(#131009) Parameter value is not valid", f"Media id {sent['id']} is unknown")
    if kind != "document" and found.bare_type not in TYPES[kind]:
        raise Refusal(400, 131053, "(#131053) Media upload error", f"{found.bare_type} cannot be sent as {kind}")
    return sent | {"mime_type": found.mime_type, "file_size": found.size}
