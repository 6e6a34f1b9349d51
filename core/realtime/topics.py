"""Plugins' topics: ephemeral words, carried by Valkey from any process (core/plugins/channels.py) to every screen."""

import asyncio
import json
import logging
from typing import Protocol
from uuid import UUID

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.auth.principal import Principal
from core.realtime.hub import Hub

_log = logging.getLogger(__name__)
_CHANNEL = "comptoir:topics"
_TO_ONE = "comptoir:topics:member"
_RECONNECT_SECONDS = 1.0


class Channels(Protocol):
    """The topics that plugins declare: whether this principal may hear one, now. Asks the gate, then the permission."""

    def allows(self, principal: Principal, topic: str) -> bool: ...


class NoChannels:
    """An installation without plugins."""

    def allows(self, principal: Principal, topic: str) -> bool:
        """No topic exists."""
        return False


class Topics:
    """Hears what any process publishes and hands it to this process's sockets."""

    def __init__(self, valkey: "Redis", hub: Hub) -> None:
        self._valkey, self._hub = valkey, hub

    async def run(self) -> None:
        """For ever; reconnects when Valkey comes back."""
        while True:
            try:
                await self._hear()
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("topics: %s; listening again", type(error).__name__)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _hear(self) -> None:
        async with self._valkey.pubsub(ignore_subscribe_messages=True) as pubsub:
            await pubsub.subscribe(_CHANNEL, _TO_ONE)
            while True:
                message = await pubsub.get_message(timeout=_RECONNECT_SECONDS)
                if message is not None:
                    tenant_id, topic, data, *whom = json.loads(message["data"])
                    self._hub.say(UUID(tenant_id), topic, data, UUID(whom[0]) if whom else None)
