"""`ctx.push`: a word to a browser of which no page is open."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from comptoir_sdk import Invalid, Unavailable

from core.db.pool import Database
from core.egress import Egress, EgressError, Timeouts
from core.push.sealing import LARGEST, Keys, NoAddress, seal
from core.push.vapid import Sender
from core.secrets import Vault

_GONE: Final = frozenset({404, 410})
_REFUSED: Final = frozenset({400, 401, 403})
"""Other keys than those it was subscribed with: no repeat mends that."""
_TIMEOUT: Final = 10.0


@dataclass(frozen=True)
class PushDoor:
    db: Database
    vault: Vault
    egress: Egress
    contact: str

    async def public_key(self) -> str:
        return (await self._sender()).public_key

    async def send(self, subscription: Mapping[str, Any], message: Mapping[str, Any], *, seconds: int = 86_400,
                   topic: str | None = None) -> bool:
        url, keys = _address(subscription)
        told = json.dumps(dict(message), ensure_ascii=False, default=str).encode()
        if len(told) > LARGEST:
            raise Invalid(f"A push message has at most {LARGEST} bytes.")
        signed = (await self._sender()).authorization(url)
        headers = {"TTL": str(seconds), "Urgency": "high", "Content-Encoding": "aes128gcm", "Authorization": signed,
                   "Content-Type": "application/octet-stream",
                   **({"Topic": topic} if topic else {})}  # fmt: skip
        try:
            answer = await self.egress.request("POST", url, headers=headers, content=seal(told, keys),
                                               timeouts=Timeouts(total=_TIMEOUT))
        except EgressError as error:
            raise Unavailable(f"The push service was not reached: {error}") from error
        if answer.status in _GONE:
            return False
        if answer.status in _REFUSED:
            raise Invalid(f"The push service does not take it: it answered {answer.status}.")
        if not 200 <= answer.status < 300:
            raise Unavailable(f"The push service answered {answer.status}.")
        return True

    async def _sender(self) -> Sender:
        async with self.db.system.acquire() as connection:
            return Sender(await self.vault.signing_key(connection, "vapid"), self.contact)


def _address(subscription: Mapping[str, Any]) -> tuple[str, Keys]:
    """Raises Invalid."""
    keys = subscription.get("keys")
    url = subscription.get("endpoint")
    if not isinstance(keys, Mapping) or not isinstance(url, str):
        raise Invalid("A push subscription has an endpoint and keys, as the browser's toJSON() tells them.")
    try:
        return url, Keys.of(str(keys.get("p256dh")), str(keys.get("auth")))
    except NoAddress as error:
        raise Invalid(f"That is no push subscription: {error}.") from error


