"""Tortoise's asyncpg engine on a pool that obeys the tenant in scope. Named in the Tortoise configuration."""

from typing import Any

from tortoise.backends.asyncpg.client import AsyncpgDBClient

from core.db.shares import SharedPool


class TenantClient(AsyncpgDBClient):
    async def create_pool(self, **kwargs: Any) -> SharedPool:
        return await SharedPool(**kwargs)


client_class = TenantClient
