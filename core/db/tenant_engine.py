"""Tortoise's asyncpg engine on a pool that obeys the tenant in scope. Named in the Tortoise configuration."""

from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient

from core.db.pool import leave_unreset, scope_connection


class TenantClient(AsyncpgDBClient):
    async def create_pool(self, **kwargs: Any) -> "asyncpg.Pool[asyncpg.Record]":
        return await asyncpg.create_pool(None, **{**kwargs, "setup": scope_connection, "reset": leave_unreset})


client_class = TenantClient
