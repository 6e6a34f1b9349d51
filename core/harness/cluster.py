"""One PostgreSQL for a session of tests; a fresh copy of a migrated database for each."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from core.db.migrate import run as migrate
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.scratch import scratch_database, scratch_postgres
from core.harness.kernel import Kernel, running
from core.plugins.loader import load as load_plugins
from core.plugins.tables import migrated_apps


@contextmanager
def cluster() -> Iterator["Cluster"]:
    """PostgreSQL for a session of tests."""
    with scratch_postgres(fsync=False) as server:
        yield Cluster(server)


class Cluster:
    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._templates: dict[tuple[str, ...], str] = {}

    @asynccontextmanager
    async def kernel(self, plugins: Sequence[str]) -> AsyncIterator[Kernel]:
        """A kernel with these plugins, on a fresh copy of a migrated database."""
        template = await self._template(tuple(plugins))
        async with scratch_database(self._server, template) as name:
            with tempfile.TemporaryDirectory(prefix="comptoir-test-") as folder:
                async with running(self._server.dsn(name), Path(folder), plugins) as kernel:
                    yield kernel

    async def _template(self, plugins: tuple[str, ...]) -> str:
        """Migrated once. A plugin whose migrations fail is told by `kernel.installed`, as an operator would be."""
        if plugins not in self._templates:
            name = f"harness_{len(self._templates)}"
            await migrate(self._server.dsn(name), migrated_apps(load_plugins(plugins)))
            self._templates[plugins] = name
        return self._templates[plugins]
