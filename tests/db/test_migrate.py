"""Migrations run forward, once, whoever starts them."""

import asyncio
from pathlib import Path

import asyncpg
from tortoise.context import TortoiseContext

from core.db import migrations, models
from core.db.migrate import CORE, run, tortoise_config
from core.db.roles import role_url
from tests.conftest import Cluster

MIGRATIONS = len(list(Path(migrations.__path__[0]).glob("0*.py")))


async def test_three_starters_at_once_apply_each_migration_once(cluster: Cluster) -> None:
    name = "three_starters"
    url = cluster.server.dsn(name)
    try:
        reports = await asyncio.gather(run(url), run(url), run(url))
        assert sorted(len(r.applied) for r in reports) == [0, 0, MIGRATIONS]
        assert all(r.failed == {} for r in reports)
    finally:
        await cluster.server.drop_database(name)


async def test_running_again_applies_nothing(database_url: str) -> None:
    assert (await run(database_url)).applied == []


async def test_every_model_matches_its_table(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    async with TortoiseContext() as context:
        await context.init(config=tortoise_config(role_url(database_url, "comptoir_owner"), [CORE]))
        for model in (models.Tenant, models.Account, models.Contact, models.Conversation, models.Message):
            columns = {r["column_name"] for r in await connection.fetch(
                "select column_name from information_schema.columns where table_name = $1", model._meta.db_table)}
            assert set(model._meta.fields_db_projection.values()) <= columns, model.__name__
    await connection.close()
