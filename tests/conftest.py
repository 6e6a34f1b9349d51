"""Real PostgreSQL for every test that asks: one throwaway cluster a session, one migrated database a test."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from core.db.migrate import run as migrate
from core.db.pool import Database
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.scratch import scratch_database, scratch_postgres, scratch_valkey
from core.secrets import Vault
from tests.seed import VAULT, SeededTenant, seed_tenant

TEMPLATE = "comptoir_template"


@dataclass(frozen=True)
class Cluster:
    """The session's PostgreSQL, with a migrated template that each test's database is copied from."""

    server: EmbeddedPostgres

    @property
    def url(self) -> str:
        return self.server.dsn(TEMPLATE)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with scratch_postgres(fsync=False) as server:
        found = Cluster(server)
        report = asyncio.run(migrate(found.url))
        assert report.failed == {}
        yield found


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with scratch_valkey() as server:
        yield server.url


@pytest.fixture
async def database_url(cluster: Cluster) -> AsyncIterator[str]:
    """A fresh, migrated database of this test's own."""
    async with scratch_database(cluster.server, TEMPLATE) as name:
        yield cluster.server.dsn(name)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url)
    yield opened
    await opened.close()


@pytest.fixture
def vault() -> Vault:
    return VAULT


@pytest.fixture
async def tenant(db: Database) -> SeededTenant:
    return await seed_tenant(db, "atlas")


@pytest.fixture
async def other_tenant(db: Database) -> SeededTenant:
    return await seed_tenant(db, "zagora")
