"""Plugins' topics on the agents' WebSocket: who may listen, and how a broadcast reaches every web process."""

import asyncio
import json
import logging
from collections.abc import Collection, Mapping
from typing import Any, Protocol
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.plugins.gate import Gate
from core.plugins.loader import Plugins

_log = logging.getLogger(__name__)
_CHANNEL = "comptoir:topics"
_TO_ONE = "comptoir:topics:member"
_SECONDS = 1.0


class Broadcaster(Protocol):
    async def publish(
        self, tenant_id: UUID, topic: str, data: Mapping[str, Any], member: UUID | None = None
    ) -> None:
        """Best effort: screens fetch again when they reconnect. With `member`, to that member's screens alone."""


class Topics:
    """The only door to a topic: declared, on for the tenant, and permitted to the listener."""

    def __init__(self, plugins: Plugins, gate: Gate) -> None:
        self._plugins, self._gate = plugins, gate

    def allows(self, tenant_id: UUID, permissions: Collection[str], topic: str) -> bool:
        """Ask at each subscription, and again when roles or the gate change."""
        plugin, _, name = topic.partition(".")
        one = self._plugins.find(plugin)
        if one is None or not self._gate.enabled(tenant_id, plugin):
            return False
        return any(channel.name == name and channel.permission in permissions for channel in one.declared.channels)


class ValkeyBroadcast:
    """To every web process, which hears it in core.realtime.topics."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(url, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS)

    async def publish(
        self, tenant_id: UUID, topic: str, data: Mapping[str, Any], member: UUID | None = None
    ) -> None:
        # On a channel of its own: a process that knows of no members must not tell everybody.
        channel, whom = (_CHANNEL, []) if member is None else (_TO_ONE, [str(member)])
        told = json.dumps([str(tenant_id), topic, dict(data), *whom], ensure_ascii=False, default=str)
        try:
            async with asyncio.timeout(_SECONDS):
                await self._redis.publish(channel, told)
        except (RedisError, OSError, TimeoutError) as error:
            _log.warning("broadcast on %s not delivered: %s", topic, type(error).__name__)

    async def close(self) -> None:
        await self._redis.aclose()
