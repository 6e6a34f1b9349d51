"""Asking the Graph API, for whatever reason: one account's token, host and version, on the guarded way out.

GraphError
├── GraphRefused      Meta said no: `refused` holds the error in our words
└── GraphUnreachable  no answer that can be read; these calls may be repeated
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final
from urllib.parse import quote

from core.egress import Answer, Egress, EgressError, Timeouts
from core.whatsapp.answers import document, refusal
from core.whatsapp.outbound import Payload
from core.whatsapp.outcomes import Refused
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

_MOST_PAGES: Final = 100
_SHORTEST_SECRET: Final = 8
_JSON: Final = {"Content-Type": "application/json"}


class GraphError(Exception):
    pass


class GraphRefused(GraphError):
    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.error.title} (code {refused.error.code}, HTTP {refused.http_status})")
        self.refused = refused


class GraphUnreachable(GraphError):
    """`http_status` when there was an answer, of whatever kind; the cause is an EgressError when there was none."""

    def __init__(self, reason: str, http_status: int | None = None) -> None:
        super().__init__(reason)
        self.http_status = http_status


class GraphCalls:
    """One account's token, host and version. `app_secret` adds appsecret_proof to each call.

    `timeouts` bound each call; those of the egress do when there are none.
    """

    def __init__(
        self, egress: Egress, base_url: str, version: str, token: str, app_secret: str | None = None, *,
        timeouts: Timeouts | None = None,
    ) -> None:  # fmt: skip
        self._egress, self._timeouts = egress, timeouts
        self._base_url, self._root = base_url.rstrip("/"), f"{base_url.rstrip('/')}/{version}"
        self._token = token
        self._headers = {"Authorization": f"Bearer {token}"}
        self._proof = _proof(token, app_secret)
        self._hidden = [word.encode() for word in (token, app_secret, *self._proof.values())
                        if word and len(word) >= _SHORTEST_SECRET]  # fmt: skip

    @property
    def token(self) -> str:
        """In the clear: for another client of the same number, never for an answer or a log."""
        return self._token

    async def _pages(self, path: str, fields: str) -> list[JsonObject]:
        params: dict[str, Any] = {"fields": fields, "limit": 100}
        found: list[JsonObject] = []
        for _ in range(_MOST_PAGES):
            page = await self._ask("GET", path, params=params)
            data = page.get("data")
            found += [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
            paging = mapping(page.get("paging")) or {}
            after = text((mapping(paging.get("cursors")) or {}).get("after"))
            # Meta also gives `next`, a whole URL with the token in it; the cursor alone is enough.
            if after is None or "next" not in paging:
                return found
            params["after"] = after
        raise GraphUnreachable(f"Meta's list did not end after {_MOST_PAGES} pages")

    async def _call(self, method: str, path: str, payload: Payload | None = None) -> JsonObject:
        if payload is None:
            return await self._ask(method, path)
        return await self._ask(method, path, content=encoded(payload), headers=_JSON)

    async def _ask(self, method: str, path: str, **sent: Any) -> JsonObject:
        try:
            answer = await self._request(method, path, **sent)
        except EgressError as error:
            raise GraphUnreachable(str(error)) from error
        return told_of(answer)

    async def _post(self, path: str, payload: Payload) -> Answer:
        return await self._request("POST", path, content=encoded(payload), headers=_JSON)

    async def _request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None, proven: bool = True, **sent: Any,
    ) -> Answer:  # fmt: skip
        answer = await self._egress.request(
            method,
            f"{self._root}/{path}",
            headers={**self._headers, **(headers or {})},
            params={**(self._proof if proven else {}), **(params or {})},
            **({"timeouts": self._timeouts} | sent),
        )
        return replace(answer, body=self._without_secrets(answer.body))

    def _without_secrets(self, body: bytes) -> bytes:
        # "Malformed access token EAAG…": Meta's words are kept and shown, the token in them is not.
        for hidden in self._hidden:
            body = body.replace(hidden, b"[hidden]")
        return body


def encoded(payload: Payload) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def segment(identity: str) -> str:
    """An id as one path segment: it may come from a form, and must not name another object or host."""
    if not identity or identity in (".", ".."):
        raise ValueError("the id is empty or a path")
    return quote(identity, safe="")


def _proof(token: str, app_secret: str | None) -> dict[str, str]:
    """Meta, "Secure Graph API calls": hex HMAC-SHA256 of the token, keyed with the app secret."""
    if not app_secret:
        return {}
    return {"appsecret_proof": hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()}


def told_of(answer: Answer) -> JsonObject:
    told = document(answer.body)
    if told is None:
        raise GraphUnreachable(f"Meta's answer (HTTP {answer.status}) is not JSON", answer.status)
    error = mapping(told.get("error"))
    if error is not None:
        raise GraphRefused(refusal(answer.status, error, answer.headers))
    if not 200 <= answer.status < 300:
        raise GraphUnreachable(f"Meta answered HTTP {answer.status}", answer.status)
    return told
