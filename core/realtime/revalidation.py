"""A socket must not outlive the right to it: every few seconds, one query for all open sockets."""

import asyncio
import logging
from uuid import UUID

import asyncpg

from core.auth.api_keys import roles_of_keys
from core.auth.sessions import roles_of
from core.db.pool import Database
from core.realtime.hub import Hub
from core.realtime.subscriber import REVOKED, Subscriber
from core.realtime.topics import Channels

_log = logging.getLogger(__name__)
INTERVAL_SECONDS = 3.0


class Revalidation:
    """Ends sockets whose session or key has ended or whose role changed; drops topics no longer allowed."""

    def __init__(self, db: Database, hub: Hub, channels: Channels, interval: float = INTERVAL_SECONDS) -> None:
        self._db, self._hub, self._channels, self._interval = db, hub, channels, interval

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
        roles = await self._roles(subscribers)
        for subscriber in subscribers:
            principal = subscriber.principal
            if roles.get(principal.credential_id) != principal.role:
                subscriber.end(REVOKED, "the session has ended or the role has changed: log in again")
            subscriber.topics = {name for name in subscriber.topics if self._channels.allows(principal, name)}

    async def _roles(self, subscribers: list[Subscriber]) -> dict[UUID, str]:
        ids: dict[str, set[UUID]] = {"session": set(), "api_key": set()}
        for subscriber in subscribers:
            ids[subscriber.principal.auth].add(subscriber.principal.credential_id)
        sessions = await roles_of(self._db, ids["session"]) if ids["session"] else {}
        keys = await roles_of_keys(self._db, ids["api_key"]) if ids["api_key"] else {}
        return sessions | keys
