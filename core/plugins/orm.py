"""Plugins' models: Tortoise on a small pool of their own, under the tenant's role, with a statement time limit."""

import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from comptoir_sdk.models import bind_tenant
from tortoise import Tortoise
from tortoise.backends.base.client import TransactionalDBClient
from tortoise.connection import get_connection, get_connections
from tortoise.transactions import in_transaction

from core.db.migrate import CORE, tortoise_config
from core.db.pool import Connection, Database
from core.db.roles import role_url
from core.db.scope import current_tenant
from core.db.shares import held_by
from core.plugins.loader import Plugins
from core.plugins.tables import migrated_apps

WEB_STATEMENT_SECONDS, JOB_STATEMENT_SECONDS = 2, 30
_POOL = 8
"""More than the share of one plugin (`core.db.shares`), so that its slow statements leave some. Opened when needed."""


async def open_models(database_url: str, plugins: Plugins, *, statement_seconds: int) -> None:
    """Once for each process, before any hook runs."""
    try:
        await _open(database_url, plugins, statement_seconds)
    except Exception:
        await _refuse_guilty(database_url, plugins, statement_seconds)
        await _open(database_url, plugins, statement_seconds)
    bind_tenant(current_tenant)


async def _refuse_guilty(database_url: str, plugins: Plugins, statement_seconds: int) -> None:
    """Some plugin's models cannot be used (a relation to what is not there): add them one by one to find out whose."""
    names = {one.name for one in plugins if not (one.plugin and one.plugin.models)}
    for one in plugins.loaded():
        if one.name in names:
            continue
        try:
            await _open(database_url, plugins.only({*names, one.name}), statement_seconds)
            names.add(one.name)
        except Exception:
            plugins.refuse(one.name, "broken", f"its models cannot be used\n{traceback.format_exc()}")
        finally:
            await close_models()


async def _open(database_url: str, plugins: Plugins, statement_seconds: int) -> None:
    apps = [CORE, *(app for app in migrated_apps(plugins) if app.models)]
    config = tortoise_config(
        role_url(database_url, "comptoir_app"), apps, engine="core.db.tenant_engine", minsize=0, maxsize=_POOL,
        server_settings={"timezone": "UTC", "jit": "off", "application_name": "comptoir plugins",
                         "statement_timeout": str(statement_seconds * 1000),
                         # A transaction that waits for something else holds locks, and one of the few connections.
                         "idle_in_transaction_session_timeout": str(2 * statement_seconds * 1000)})
    # The fallback: Quart serves requests in tasks that were not started by the task that ran this (tortoise-orm#2244).
    await Tortoise.init(config=config, _enable_global_fallback=True)


async def close_models() -> None:
    await Tortoise.close_connections()


def transaction() -> Any:
    """Model operations inside commit or roll back together."""
    return in_transaction("default")


@asynccontextmanager
async def model_transaction(plugin: str) -> AsyncIterator[Connection]:
    """The same on the plugin's behalf, giving its asyncpg connection."""
    with held_by(plugin):
        async with in_transaction("default") as client:
            yield client._connection


@contextmanager
def outside_transaction() -> Iterator[None]:
    """Model operations inside are no part of the transaction that the caller is in: a neighbour's error would abort it,
    and its rollback undo what the neighbour did."""
    client: Any = get_connection("default")
    while isinstance(client, TransactionalDBClient):
        client = client._parent
    token = get_connections().set("default", client)
    try:
        yield
    finally:
        get_connections().reset(token)


@asynccontextmanager
async def joined_transaction(db: Database) -> AsyncIterator[Connection]:
    """The model transaction the caller is in, else a transaction of its own."""
    client = get_connection("default")
    if isinstance(client, TransactionalDBClient):
        yield client._connection
        return
    async with db.tenant_transaction() as connection:
        yield connection
