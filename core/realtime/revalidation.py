"""A socket must not outlive the right to it: every few seconds, one query for all open sockets."""

import asyncio
import logging
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from core.auth.api_keys import present_keys
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.auth.sessions import present_sessions
from core.auth.token_families import present_families
from core.db.pool import Database
from core.realtime.hub import Hub
from core.realtime.subscriber import REVOKED, Subscriber
from core.realtime.topics import Channels

_log = logging.getLogger(__name__)
INTERVAL_SECONDS = 3.0
_ASK = {"session": present_sessions, "token": present_families, "api_key": present_keys}


class Revalidation:
    """Ends sockets whose session, token or key has ended or whose rights changed; drops topics no longer allowed."""

    def __init__(
        self, db: Database, permissions: Permissions, hub: Hub, channels: Channels, interval: float = INTERVAL_SECONDS
    ) -> None:
        self._db, self._permissions, self._hub, self._channels = db, permissions, hub, channels
        self._interval = interval

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(self._interval)
            try:
                await self.check()
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                _log.warning("open sockets could not be checked: %s", type(error).__name__)

    async def check(self) -> None:
        """Look once at every open socket."""
        subscribers = self._hub.subscribers()
        present = await self._present(subscribers)
        for subscriber in subscribers:
            principal = subscriber.principal
            now = present.get(principal.credential_id)
            if now is None or now.standing != principal.standing or _is_over(principal):
                subscriber.end(REVOKED, "the session has ended or its rights have changed: connect again")
            subscriber.topics = {name for name in subscriber.topics if self._channels.allows(principal, name)}

    async def _present(self, subscribers: list[Subscriber]) -> dict[UUID, Principal]:
        ids: dict[str, set[UUID]] = {"session": set(), "token": set(), "api_key": set()}
        for subscriber in subscribers:
            ids[subscriber.principal.auth].add(subscriber.principal.credential_id)
        found: dict[UUID, Principal] = {}
        for auth, ask in _ASK.items():
            if ids[auth]:
                found |= await ask(self._db, self._permissions, ids[auth])
        return found


def _is_over(principal: Principal) -> bool:
    return principal.ends_at is not None and principal.ends_at <= datetime.now(UTC)
