"""Every message that Meta was seen to send, and every one that we may send, as the API shows them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.messaging.drafts import read as read_draft
from core.messaging.intake.batch import Delivery
from core.messaging.intake.routing import read
from core.whatsapp.values import InboundMessage
from tests.whatsapp.sendable import EVERY

from .double import Double, Resource

_WHATSAPP = Path(__file__).parents[1] / "whatsapp"
PAYLOADS = sorted([*(_WHATSAPP / "corpus").glob("*.json"), *(_WHATSAPP / "payloads").glob("*.json")])
MEDIA = ("image", "video", "audio", "document", "sticker")


def inbound(double: Double) -> Iterator[Resource]:
    """The fields of each message of the payloads, with its file stored."""
    for path in PAYLOADS:
        for _, item in read([Delivery(1, "app", datetime.now(UTC), path.read_bytes())]):
            if isinstance(item, InboundMessage):
                quoted = item.context.quoted if item.context else None
                yield {"type": item.type, "body": item.body, "content": item.content, "context_wamid": quoted,
                       "attachments": _files(double, item), "context": _context(item), "payload": path.name}


def outbound(double: Double) -> Iterator[Resource]:
    """The fields of each message that may be sent."""
    for name, (type, told) in EVERY.items():
        body, content = read_draft(type, json.loads(json.dumps(told)))
        target = told["message_id"] if type == "reaction" else None
        yield {"type": type, "body": body, "content": content, "direction": "outbound", "context_wamid": target,
               "payload": name}  # fmt: skip


def _context(item: InboundMessage) -> Any:
    told = item.context
    return told and {"forwarded": told.forwarded, "often_forwarded": told.often_forwarded, "product": told.product,
                     "referral": told.referral}  # fmt: skip


def _files(double: Double, item: InboundMessage) -> list[Resource]:
    if item.media is None:
        return []
    if item.media.kind in ("image", "sticker"):
        return [double.files.photo()]
    if item.media.kind == "audio":
        return [double.files.voice() | {"voice": item.media.voice, "filename": item.media.filename}]
    return [double.files.attachment(item.media.mime_type, b"x", filename=item.media.filename)]
