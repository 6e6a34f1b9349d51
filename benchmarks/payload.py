"""Signed webhook requests, built before any clock starts."""

import base64
import hashlib
import hmac
import json
import os
import time
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Target:
    """Where webhooks go and how they are signed."""

    url: str
    app_secret: str
    phone_number_id: str
    waba_id: str


def wamid() -> str:
    return "wamid." + base64.b64encode(os.urandom(30)).decode()


def body(target: Target, phone: int) -> bytes:
    """One text message of about 600 bytes, in the shape of 2026 (phone and BSUID)."""
    bsuid, now = f"MA.{phone * 7919}", str(int(time.time()))
    message = {"from": str(phone), "from_user_id": bsuid, "id": wamid(), "timestamp": now, "type": "text",
               "text": {"body": "Bonjour, ma commande est-elle expédiée ? Merci de me dire quand elle arrive."}}
    contact = {"profile": {"name": f"Customer {phone % 1000}"}, "wa_id": str(phone), "user_id": bsuid}
    value = {"messaging_product": "whatsapp", "contacts": [contact], "messages": [message],
             "metadata": {"display_phone_number": "212520000000", "phone_number_id": target.phone_number_id}}
    entry = {"id": target.waba_id, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, ensure_ascii=False).encode()


def requests(target: Target, count: int, phones: int = 500) -> list[bytes]:
    """`count` complete HTTP/1.1 requests with distinct wamids, from `phones` customers."""
    return [_request(target, body(target, 212600000000 + i % phones)) for i in range(count)]


def _request(target: Target, payload: bytes) -> bytes:
    url = urlsplit(target.url)
    signature = hmac.new(target.app_secret.encode(), payload, hashlib.sha256).hexdigest()
    head = (f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(payload)}\r\nX-Hub-Signature-256: sha256={signature}\r\n\r\n")
    return head.encode() + payload
