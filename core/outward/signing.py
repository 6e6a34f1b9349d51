"""Signatures of webhooks as Standard Webhooks (standardwebhooks.com) has them: HMAC-SHA256 of id, time and body."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from core.secrets import Place

PREFIX: Final = "whsec_"


def fresh_secret() -> str:
    """192 bits at least, says the standard: these are 256."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signed(secrets_: Sequence[str], message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers: one signature for each secret that is valid now, the newest first."""
    timestamp = str(int(at.timestamp()))
    content = b".".join((message_id.encode(), timestamp.encode(), body))
    return {"webhook-id": message_id, "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(_signature(secret, content) for secret in secrets_)}


def _signature(secret: str, content: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return f"v1,{base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()}"


def endpoint_place(tenant_id: UUID, endpoint_id: UUID) -> Place:
    """Each of webhook_endpoints.secrets_sealed."""
    return Place(tenant_id, "webhook_endpoints", str(endpoint_id), "secret")


def frame_place(tenant_id: UUID, frame_id: UUID) -> Place:
    """frames.secret_sealed"""
    return Place(tenant_id, "frames", str(frame_id), "secret")
