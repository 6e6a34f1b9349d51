"""Clusters that are thrown away: what the tests and the benchmarks run on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

from core.embedded.postgres import EmbeddedPostgres, remove_cluster
from core.embedded.valkey import EmbeddedValkey


@contextmanager
def scratch_postgres(*, fsync: bool) -> Iterator[EmbeddedPostgres]:
    """A running cluster in a temporary directory. `fsync` is said by the caller: tests may do without."""
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="comptoir-pg-")), fsync=fsync)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        remove_cluster(server)


@contextmanager
def scratch_valkey() -> Iterator[EmbeddedValkey]:
    """A running Valkey in a temporary directory."""
    server = EmbeddedValkey(Path(tempfile.mkdtemp(prefix="comptoir-valkey-")))
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.data_dir, ignore_errors=True)


@asynccontextmanager
async def scratch_database(server: EmbeddedPostgres, template: str | None = None) -> AsyncIterator[str]:
    """The name of a database of its own for one test, copied from `template`, dropped afterwards."""
    name = f"scratch_{uuid4().hex}"
    await server.create_database(name, template)
    try:
        yield name
    finally:
        await server.drop_database(name)
