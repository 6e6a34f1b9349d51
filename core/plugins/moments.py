"""`ctx.moments`: what is true for seconds, in Valkey, by tenant and plugin. Lost without harm."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

from comptoir_sdk import Invalid
from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)
_SECONDS: Final = 1.0
_LONGEST, _LARGEST = 300.0, 1024
Kept = Mapping[str, Mapping[str, Any]]


class MomentStore(Protocol):
    """`place` is a room of one tenant and plugin."""

    async def put(self, place: str, key: str, value: str, seconds: float) -> None: ...
    async def remove(self, place: str, key: str) -> None: ...
    async def all(self, place: str) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class MomentDoor:
    tenant_id: UUID
    plugin: str
    store: MomentStore

    async def put(self, room: str, key: str, value: Mapping[str, Any], *, seconds: float) -> None:
        kept = json.dumps(dict(value), ensure_ascii=False, default=str)
        if not 0 < seconds <= _LONGEST or len(f"{room}{key}{kept}".encode()) > _LARGEST:
            raise Invalid("A moment lasts at most 300 s and has at most 1 KiB.")
        await self.store.put(self._place(room), key, kept, seconds)

    async def remove(self, room: str, key: str) -> None:
        await self.store.remove(self._place(room), key)

    async def all(self, room: str) -> Kept:
        return {key: json.loads(value) for key, value in (await self.store.all(self._place(room))).items()}

    def _place(self, room: str) -> str:
        return f"comptoir:moments:{self.tenant_id}:{self.plugin}:{room}"


class ValkeyMoments:
    """A hash for each room. Each value says itself until when it holds; the hash goes with the last of them."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS,
                                     decode_responses=True)

    async def put(self, place: str, key: str, value: str, seconds: float) -> None:
        try:
            async with asyncio.timeout(_SECONDS), self._redis.pipeline(transaction=False) as many:
                many.hset(place, key, f"{time.time() + seconds:.3f} {value}")
                many.pexpire(place, int(_LONGEST * 1000))
                await many.execute()
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("a moment was not kept: %s", type(error).__name__)

    async def remove(self, place: str, key: str) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                await self._redis.hdel(place, key)  # type: ignore[misc]
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("a moment was not removed: %s", type(error).__name__)

    async def all(self, place: str) -> Mapping[str, str]:
        try:
            async with asyncio.timeout(_SECONDS):
                found: Mapping[str, str] = await self._redis.hgetall(place)  # type: ignore[misc]
                now, kept = time.time(), {key: value.split(" ", 1) for key, value in found.items()}
                if over := [key for key, (until, _) in kept.items() if float(until) <= now]:
                    await self._redis.hdel(place, *over)  # type: ignore[misc]
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("moments were not read: %s", type(error).__name__)
            return {}
        return {key: value for key, (until, value) in kept.items() if float(until) > now}

    async def close(self) -> None:
        await self._redis.aclose()


@dataclass
class OwnMoments:
    """Of one process: where there is no Valkey."""

    rooms: dict[str, dict[str, tuple[float, str]]] = field(default_factory=dict)

    async def put(self, place: str, key: str, value: str, seconds: float) -> None:
        self.rooms.setdefault(place, {})[key] = (time.monotonic() + seconds, value)

    async def remove(self, place: str, key: str) -> None:
        self.rooms.get(place, {}).pop(key, None)

    async def all(self, place: str) -> Mapping[str, str]:
        return {key: value for key, (until, value) in self.rooms.get(place, {}).items() if until > time.monotonic()}
