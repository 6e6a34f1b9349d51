"""One PostgreSQL for a session of tests; a fresh copy of a migrated database for each."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

from core.db.migrate import run as migrate
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.scratch import scratch_postgres
from core.harness.kernel import Kernel, running
from core.plugins.loader import load as load_plugins
from core.plugins.tables import to_migrate


@contextmanager
def cluster() -> Iterator["Cluster"]:
    """PostgreSQL for a session of tests."""
    with scratch_postgres(fsync=False) as server:
        made = Cluster(server)
        try:
            yield made
        finally:
            made.close()


class Cluster:
    def __init__(self, server: EmbeddedPostgres) -> None:
        self._server = server
        self._templates: dict[tuple[str, ...], str] = {}
        self._ahead: dict[str, Future[str]] = {}
        self._copier = ThreadPoolExecutor(1, "copies of the database")

    @asynccontextmanager
    async def kernel(self, plugins: Sequence[str]) -> AsyncIterator[Kernel]:
        """A kernel with these plugins, on a fresh copy of a migrated database."""
        name = await self._copy(await self._template(tuple(plugins)))
        try:
            with tempfile.TemporaryDirectory(prefix="comptoir-test-") as folder:
                async with running(self._server.dsn(name), Path(folder), plugins) as kernel:
                    yield kernel
        finally:
            self._copier.submit(lambda: asyncio.run(self._server.drop_database(name)))

    def close(self) -> None:
        self._copier.shutdown(cancel_futures=True)

    async def _copy(self, template: str) -> str:
        """Copying takes longer than starting: while one test runs, the next one's database is made."""
        ready = self._ahead.pop(template, None) or self._copier.submit(self._make, template)
        name = await asyncio.wrap_future(ready)
        self._ahead[template] = self._copier.submit(self._make, template)
        return name

    def _make(self, template: str) -> str:
        name = f"scratch_{uuid4().hex}"
        asyncio.run(self._server.create_database(name, template))
        return name

    async def _template(self, plugins: tuple[str, ...]) -> str:
        """Migrated once. A plugin whose migrations fail is told by `examine`, as an operator would be."""
        if plugins not in self._templates:
            name = f"harness_{len(self._templates)}"
            await migrate(self._server.dsn(name), to_migrate(load_plugins(plugins)))
            self._templates[plugins] = name
        return self._templates[plugins]
