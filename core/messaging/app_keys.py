"""The secrets of the Meta apps, in memory: deliveries are judged without asking the database."""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import Final

import asyncpg

from core.db.pool import connect
from core.secrets import Place, SealBroken, Vault
from core.tenancy import places

log = logging.getLogger(__name__)

_REFRESH_SECONDS: Final = 3.0
_MISS_SECONDS: Final = 1.0  # strangers who guess app names cost the database at most one question a second
_TIMEOUT_SECONDS: Final = 2.0
_APPS: Final = """
select m.slug, m.tenant_id, m.app_secrets_sealed, m.verify_token_sealed, case when m.tenant_id is null
    then (select wrapped from data_keys where tenant_id is null and purpose = 'seal')
    else (select k.wrapped from data_keys k where k.tenant_id = m.tenant_id and k.purpose = 'seal') end as wrapped_key
from meta_apps m
"""


@dataclass(frozen=True, slots=True)
class AppKey:
    """`secrets` are tried in turn, for a rotation has two. Without any, nothing is accepted."""

    slug: str
    secrets: tuple[str, ...]
    verify_token: str


class AppKeys:
    """Read at the start, every few seconds, and when an unknown app is asked for."""

    def __init__(self, database_url: str, vault: Vault) -> None:
        self._url, self._vault = database_url, vault
        self._keys: dict[str, AppKey] = {}
        self._loading: asyncio.Task[None] | None = None
        self._tried_at = float("-inf")
        self._task: asyncio.Task[None] | None = None
        self.loaded = False
        """Whether the database has been read once: until then an unknown app is not known to be unknown."""
        self.reachable = False
        """Whether the last reading went well."""

    async def start(self) -> None:
        self._task = asyncio.create_task(self._keep_fresh(), name="app keys")
        await self._refresh()

    async def stop(self) -> None:
        for task in (self._task, self._loading):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    def get(self, slug: str) -> AppKey | None:
        return self._keys.get(slug)

    async def find(self, slug: str) -> AppKey | None:
        """The app's keys, asking the database when it is unknown here and was not asked a moment ago."""
        if slug not in self._keys and time.monotonic() - self._tried_at > _MISS_SECONDS:
            await self._refresh()
        return self._keys.get(slug)

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(_REFRESH_SECONDS)
            await self._refresh()

    async def _refresh(self) -> None:
        if self._loading is None or self._loading.done():
            self._tried_at = time.monotonic()
            self._loading = asyncio.create_task(self._load(), name="load app keys")
        await asyncio.shield(self._loading)

    async def _load(self) -> None:
        """What is known stays known when the database is away: rejecting never depends on it."""
        try:
            async with asyncio.timeout(_TIMEOUT_SECONDS):
                rows = await self._rows()
        except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
            if self.reachable or not self.loaded:
                log.warning("app keys: the database cannot be read (%s)", type(error).__name__)
            self.reachable = False
            return
        self._keys = {row["slug"]: self._opened(row) for row in rows}
        self.loaded = self.reachable = True

    async def _rows(self) -> list[asyncpg.Record]:
        connection = await connect(self._url, "comptoir_sys")
        try:
            rows: list[asyncpg.Record] = await connection.fetch(_APPS)
            return rows
        finally:
            connection.terminate()

    def _opened(self, row: asyncpg.Record) -> AppKey:
        slug, owner, wrapped = row["slug"], row["tenant_id"], row["wrapped_key"]
        secrets = [self._open(wrapped, one, places.app_secret(owner, slug)) for one in row["app_secrets_sealed"]]
        verify_token = self._open(wrapped, row["verify_token_sealed"], places.verify_token(owner, slug))
        return AppKey(slug, tuple(filter(None, secrets)), verify_token)

    def _open(self, wrapped: str | None, sealed: str, place: Place) -> str:
        """The secret, or "" when it cannot be opened: then nothing signed with it is accepted."""
        try:
            return self._vault.open_with(wrapped, sealed, place)
        except SealBroken as error:
            log.error("app keys: %s", error)
            return ""
