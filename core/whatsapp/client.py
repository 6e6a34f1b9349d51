"""The Graph API as one account sees it. Sends end in an outcome (`outcomes.py`), other calls return or raise.

GraphError
├── GraphRefused      Meta said no: `refused` holds the error in our words
└── GraphUnreachable  no answer that can be read; these calls may be repeated
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from urllib.parse import quote, urlsplit

from core.egress import Answer, Download, Egress, EgressError, Timeouts
from core.egress import NotSent as NeverLeft
from core.whatsapp.answers import classify, document, refusal
from core.whatsapp.media import MediaDownload, MediaLocation
from core.whatsapp.outbound import Payload, read_payload
from core.whatsapp.outcomes import NotSent, Refused, SendOutcome, Uncertain
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

META_MEDIA_HOSTS: Final = ("fbsbx.com", "fbcdn.net", "whatsapp.net", "facebook.com")
_MOST_PAGES: Final = 100
_LONGEST_ERROR: Final = 16 * 1024
_TEMPLATE_FIELDS: Final = "name,status,category,language,components,quality_score,rejected_reason,parameter_format"
_NUMBER_FIELDS: Final = "id,display_phone_number,verified_name,quality_rating,status,throughput"
_TRANSFER: Final = Timeouts(read=60.0, write=60.0, total=300.0)


class GraphError(Exception):
    pass


class GraphRefused(GraphError):
    def __init__(self, refused: Refused) -> None:
        super().__init__(f"{refused.error.title} (code {refused.error.code}, HTTP {refused.http_status})")
        self.refused = refused


class GraphUnreachable(GraphError):
    pass


class GraphClient:
    """One account's calls: its token, host and version. `app_secret` adds appsecret_proof to each of them.

    `media_hosts` are hosts, besides Meta's and the base URL's, that may see the token when a file is fetched.
    """

    def __init__(
        self,
        egress: Egress,
        base_url: str,
        version: str,
        token: str,
        app_secret: str | None = None,
        *,
        media_hosts: Sequence[str] = (),
    ) -> None:
        self._egress = egress
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._proof = _proof(token, app_secret)
        base = urlsplit(base_url)
        self._secure = base.scheme == "https"
        self._media_hosts = frozenset({(base.hostname or "").lower(), *(host.lower() for host in media_hosts)})

    async def send(self, phone_number_id: str, payload: Payload) -> SendOutcome:
        """Posts a message once. If this is cancelled, nobody knows whether it left: treat it as Uncertain."""
        try:
            answer = await self._post(f"{_segment(phone_number_id)}/messages", payload)
        except NeverLeft as error:
            return NotSent(str(error))
        except EgressError as error:
            return Uncertain(str(error))
        return classify(answer.status, answer.body, answer.headers)

    async def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        """Blue ticks for this message and those before it; `typing` also shows the dots. Raises GraphError."""
        await self._call("POST", f"{_segment(phone_number_id)}/messages", read_payload(wamid, typing=typing))

    async def media_url(self, media_id: str) -> MediaLocation:
        """Where the file is for the next 5 minutes. Raises GraphError."""
        told = await self._call("GET", _segment(media_id))
        url, size = text(told.get("url")), text(told.get("file_size"))
        if url is None:
            raise GraphUnreachable("Meta's answer names no url for the file")
        return MediaLocation(
            url=url,
            mime_type=text(told.get("mime_type")) or "application/octet-stream",
            sha256=text(told.get("sha256")),
            size=int(size) if size is not None and size.isascii() and size.isdecimal() else None,
        )

    @asynccontextmanager
    async def download_media(
        self, url: str, *, max_bytes: int, sha256: str | None = None
    ) -> AsyncIterator[MediaDownload]:
        """The file's bytes, at most `max_bytes`. Raises GraphError; while reading also EgressError, MediaMismatch."""
        self._check_media_url(url)
        async with self._egress.stream(
            "GET", url, headers=self._headers, max_bytes=max_bytes, redirects=2, timeouts=_TRANSFER
        ) as download:
            if download.status != 200:
                raise GraphRefused(_media_refusal(download.status, await _start_of(download), download.headers))
            yield MediaDownload(download, sha256)

    async def upload_media(self, phone_number_id: str, data: bytes, mime_type: str, filename: str) -> str:
        """The media id, valid 30 days for this number. Raises GraphError."""
        told = await self._ask(
            "POST",
            f"{_segment(phone_number_id)}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, data, mime_type)},
            timeouts=_TRANSFER,
        )
        media_id = text(told.get("id"))
        if media_id is None:
            raise GraphUnreachable("Meta's answer names no id for the uploaded file")
        return media_id

    async def templates(self, waba_id: str) -> list[JsonObject]:
        """Every template of the account, one for each (name, language). Raises GraphError."""
        return await self._pages(f"{_segment(waba_id)}/message_templates", _TEMPLATE_FIELDS)

    async def phone_numbers(self, waba_id: str) -> list[JsonObject]:
        """Every number of the account. Raises GraphError."""
        return await self._pages(f"{_segment(waba_id)}/phone_numbers", _NUMBER_FIELDS)

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
        return await self._ask(method, path, content=_encoded(payload), headers=_JSON)

    async def _ask(self, method: str, path: str, **sent: Any) -> JsonObject:
        try:
            answer = await self._request(method, path, **sent)
        except EgressError as error:
            raise GraphUnreachable(str(error)) from error
        return _told(answer)

    async def _post(self, path: str, payload: Payload) -> Answer:
        return await self._request("POST", path, content=_encoded(payload), headers=_JSON)

    async def _request(
        self, method: str, path: str, *, headers: dict[str, str] | None = None, params: dict[str, Any] | None = None,
        **sent: Any,
    ) -> Answer:
        return await self._egress.request(
            method,
            f"{self._root}/{path}",
            headers=self._headers | (headers or {}),
            params=self._proof | (params or {}),
            **sent,
        )

    def _check_media_url(self, url: str) -> None:
        """The token goes with the request: whoever could choose the host would get it."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        of_meta = any(host == known or host.endswith("." + known) for known in META_MEDIA_HOSTS)
        if not of_meta and host not in self._media_hosts:
            raise GraphUnreachable("the file's url is not on a host that may see the access token")
        if parts.scheme != "https" and (self._secure or of_meta):
            raise GraphUnreachable("the file's url is not https")


_JSON: Final = {"Content-Type": "application/json"}


def _encoded(payload: Payload) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode()


def _segment(identity: str) -> str:
    """An id as one path segment: it may come from a form, and must not name another object or host."""
    if not identity or identity in (".", ".."):
        raise ValueError("the id is empty or a path")
    return quote(identity, safe="")


def _proof(token: str, app_secret: str | None) -> dict[str, str]:
    """Meta, "Secure Graph API calls": hex HMAC-SHA256 of the token, keyed with the app secret."""
    if not app_secret:
        return {}
    return {"appsecret_proof": hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()}


def _told(answer: Answer) -> JsonObject:
    told = document(answer.body)
    if told is None:
        raise GraphUnreachable(f"Meta's answer (HTTP {answer.status}) is not JSON")
    error = mapping(told.get("error"))
    if error is not None:
        raise GraphRefused(refusal(answer.status, error, answer.headers))
    if not 200 <= answer.status < 300:
        raise GraphUnreachable(f"Meta answered HTTP {answer.status}")
    return told


async def _start_of(download: Download) -> bytes:
    """Enough of an error's body to read Meta's code; whatever is longer is no error of Meta's."""
    start = b""
    async for chunk in download:
        start += chunk
        if len(start) > _LONGEST_ERROR:
            break
    return start


def _media_refusal(http_status: int, body: bytes, headers: Mapping[str, str]) -> Refused:
    error = mapping((document(body) or {}).get("error"))
    if error is not None:
        return refusal(http_status, error, headers)
    details = "the file's url has expired: ask for a new one" if http_status == 404 else f"HTTP {http_status}"
    return refusal(http_status, {"code": 131052, "message": details}, headers)
