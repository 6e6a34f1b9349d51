"""The Graph API as one account sees it. Sends end in an outcome (`outcomes.py`), other calls return or raise."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import IO, Final
from urllib.parse import urlsplit

from core.egress import Download, Egress, EgressError, Timeouts
from core.egress import NotSent as NeverLeft
from core.whatsapp.answers import classify, document, refusal
from core.whatsapp.calls import GraphError, GraphRefused, GraphUnreachable, segment
from core.whatsapp.customers import CustomerCalls
from core.whatsapp.media import MediaDownload, MediaLocation
from core.whatsapp.numbers import NumberCalls
from core.whatsapp.outbound import Payload, read_payload
from core.whatsapp.outcomes import NotSent, Refused, SendOutcome, Uncertain
from core.whatsapp.reading import mapping, text
from core.whatsapp.values import JsonObject

__all__ = ["GraphClient", "GraphError", "GraphRefused", "GraphUnreachable"]

META_MEDIA_HOSTS: Final = ("fbsbx.com", "fbcdn.net", "whatsapp.net", "facebook.com")
_LONGEST_ERROR: Final = 16 * 1024
_TEMPLATE_FIELDS: Final = "name,status,category,language,components,quality_score,rejected_reason,parameter_format"
_TRANSFER: Final = Timeouts(read=60.0, write=60.0, total=300.0)


class GraphClient(NumberCalls, CustomerCalls):
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
        timeouts: Timeouts | None = None,
    ) -> None:
        super().__init__(egress, base_url, version, token, app_secret, timeouts=timeouts)
        base = urlsplit(base_url)
        self._secure = base.scheme == "https"
        self._media_hosts = frozenset({(base.hostname or "").lower(), *(host.lower() for host in media_hosts)})

    async def send(self, phone_number_id: str, payload: Payload) -> SendOutcome:
        """Posts a message once. If this is cancelled, nobody knows whether it left: treat it as Uncertain."""
        try:
            answer = await self._post(f"{segment(phone_number_id)}/messages", payload)
        except NeverLeft as error:
            return NotSent(str(error))
        except EgressError as error:
            return Uncertain(str(error))
        return classify(answer.status, answer.body, answer.headers)

    async def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        """Blue ticks for this message and those before it; `typing` also shows the dots. Raises GraphError."""
        await self._call("POST", f"{segment(phone_number_id)}/messages", read_payload(wamid, typing=typing))

    async def media_url(self, media_id: str) -> MediaLocation:
        """Where the file is for the next 5 minutes. Raises GraphError."""
        told = await self._call("GET", segment(media_id))
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
        self, url: str, *, max_bytes: int, sha256: str | None = None, size: int | None = None
    ) -> AsyncIterator[MediaDownload]:
        """The file's bytes, at most `max_bytes`, checked against Meta's hash, or its size where there is no hash.
        Raises GraphError; while reading also EgressError, MediaMismatch."""
        self._check_media_url(url)
        async with self._egress.stream(
            "GET", url, headers=self._headers, max_bytes=max_bytes, redirects=2, timeouts=_TRANSFER
        ) as download:
            if download.status != 200:
                start = self._without_secrets(await _start_of(download))
                raise GraphRefused(_media_refusal(download.status, start, download.headers))
            yield MediaDownload(download, sha256, size)

    async def upload_media(self, phone_number_id: str, file: IO[bytes], mime_type: str, filename: str) -> str:
        """The media id, valid 30 days for this number. The file is read in pieces as they leave. Raises GraphError."""
        told = await self._ask(
            "POST",
            f"{segment(phone_number_id)}/media",
            data={"messaging_product": "whatsapp", "type": mime_type},
            files={"file": (filename, file, mime_type)},
            timeouts=_TRANSFER,
        )
        media_id = text(told.get("id"))
        if media_id is None:
            raise GraphUnreachable("Meta's answer names no id for the uploaded file")
        return media_id

    async def templates(self, waba_id: str) -> list[JsonObject]:
        """Every template of the account, one for each (name, language). Raises GraphError."""
        return await self._pages(f"{segment(waba_id)}/message_templates", _TEMPLATE_FIELDS)

    def _check_media_url(self, url: str) -> None:
        """The token goes with the request: whoever could choose the host would get it."""
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        of_meta = any(host == known or host.endswith("." + known) for known in META_MEDIA_HOSTS)
        if not of_meta and host not in self._media_hosts:
            raise GraphUnreachable("the file's url is not on a host that may see the access token")
        if parts.scheme != "https" and (self._secure or of_meta):
            raise GraphUnreachable("the file's url is not https")


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
