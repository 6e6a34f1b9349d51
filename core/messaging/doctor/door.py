"""Our own door, called from outside as Meta calls it: the handshake, then a signed delivery that must be journalled."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from core.db.pool import Database
from core.egress import Answer, Egress, EgressError, Timeouts
from core.egress.addresses import is_public, literal
from core.egress.backend import Resolver, system_resolver
from core.messaging.doctor.reply import Why, broken
from core.whatsapp.signature import sign

PATH: Final = "/webhooks/whatsapp/"
REFRESH_SECONDS: Final = 3.5
"""A receiver hears of a changed secret or verify token within this time."""
_TIMEOUTS: Final = Timeouts(connect=3, read=4, write=4, pool=2, total=5)
_LONGEST: Final = 64 * 1024
_STRANGER: Final = "examination"
"""No app is called so for our purposes: the door refuses it, and is known by how it does."""
_HEAD: Final = "select coalesce(max(id), 0) from journal"
_SEEN: Final = "select exists (select from journal where id > $1 and app_slug = $2 and body = $3)"

Reach = Literal["public", "private", "plain"]
"""Who can call an address: everybody, whoever shares our network, or nobody by https."""


@dataclass(frozen=True, slots=True)
class AppKeys:
    """What Meta knows of our app: where it calls, the word of the handshake, and what signs."""

    slug: str
    verify_token: str = field(repr=False)
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Crossing:
    """One request: the HTTP status with whether the body was the right one, or why there is none."""

    status: int | None = None
    right: bool = False
    why: Why | None = None


@dataclass(frozen=True, slots=True)
class Trip:
    """`delivery` is None when the handshake failed already, or when there is no app yet."""

    handshake: Crossing
    delivery: Crossing | None = None


class Door:
    """The receiver behind `public_url`. The one egress that may reach it is used for nothing that a tenant names.

    `also` are other addresses of the same receiver, such as its own port on this machine.
    """

    def __init__(
        self, db: Database, public_url: str, *, also: Sequence[str] = (), resolve: Resolver = system_resolver
    ) -> None:
        self._db, self._resolve, self._base = db, resolve, public_url.rstrip("/") + PATH
        self._spellings = (self._base, *(url.rstrip("/") + PATH for url in also))
        self._egress = Egress([_address(public_url)], timeouts=_TIMEOUTS, resolve=resolve, connections=8)

    def url(self, slug: str) -> str:
        """Where Meta delivers for this app."""
        return self._base + slug

    def spellings(self, slug: str) -> frozenset[str]:
        """Every address at which this app's deliveries reach us."""
        return frozenset(base + slug for base in self._spellings)

    async def aclose(self) -> None:
        await self._egress.aclose()

    async def reach(self) -> Reach:
        """Who can call us, as far as the name alone tells."""
        parts = urlsplit(self._base)
        host = parts.hostname or ""
        if parts.scheme != "https":
            return "plain"
        try:
            async with asyncio.timeout(_TIMEOUTS.connect):
                found = [literal(told) for told in await self._resolve(host, parts.port or 443)]
        except (OSError, TimeoutError):
            return "public"  # the crossing will say that the name is unknown
        return "public" if any(address is not None and is_public(address) for address in found) else "private"

    async def knock(self) -> Crossing:
        """Is this door ours at all? Asked for an app that does not exist, it refuses in its own words."""
        told = await self._cross("GET", self.url(_STRANGER), b"verify token")
        return Crossing(told.status, told.status == 403 and told.right, told.why)

    async def trip(self, app: AppKeys) -> Trip:
        """Through the door and back. Once more when refused, for the receiver may not know the app's keys yet."""
        found = await self._trip(app)
        last = found.delivery or found.handshake
        if last.status != 403:
            return found
        await asyncio.sleep(REFRESH_SECONDS)
        return await self._trip(app)

    async def _trip(self, app: AppKeys) -> Trip:
        handshake = await self._handshake(app)
        return Trip(handshake, await self._deliver(app) if handshake.right else None)

    async def _handshake(self, app: AppKeys) -> Crossing:
        challenge = str(secrets.randbelow(10**12))
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": app.verify_token}
        told = await self._cross("GET", self.url(app.slug), challenge.encode(), params=query)
        return Crossing(told.status, told.status == 200 and told.right, told.why)

    async def _deliver(self, app: AppKeys) -> Crossing:
        """A delivery without entries: it is journalled like any other, and tells nobody anything."""
        body = json.dumps({"object": "whatsapp_business_account", "entry": [],
                           "examination": secrets.token_hex(16)}).encode()  # fmt: skip
        before: int = await self._db.system.fetchval(_HEAD)
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": sign(app.secret, body)}
        told = await self._cross("POST", self.url(app.slug), b"", content=body, headers=headers)
        if told.status != 200:
            return told
        return Crossing(200, bool(await self._db.system.fetchval(_SEEN, before, app.slug, body)))

    async def _cross(self, method: str, url: str, expected: bytes, **sent: Any) -> Crossing:
        try:
            answer: Answer = await self._egress.request(method, url, max_bytes=_LONGEST, **sent)
        except EgressError as error:
            return Crossing(why=broken(error))
        return Crossing(answer.status, expected in answer.body if method == "GET" else False)


def _address(public_url: str) -> str:
    """As an entry of the allow list: this host on this port, and nothing beside it."""
    parts = urlsplit(public_url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
