"""Clusters that are thrown away: what the tests and the benchmarks run on."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from uuid import uuid4

from core.embedded.postgres import EmbeddedPostgres, remove_cluster
from core.embedded.valkey import EmbeddedValkey

MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3  # noqa: S108 - bytes; a cluster of tests takes a tenth of them


@contextmanager
def scratch_postgres(*, fsync: bool) -> Iterator[EmbeddedPostgres]:
    """A running cluster in a temporary directory. `fsync` is said by the caller: tests may do without."""
    place = Path(tempfile.mkdtemp(prefix="comptoir-pg-", dir=None if fsync else _memory()))
    server = EmbeddedPostgres(place, fsync=fsync)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        remove_cluster(server)


def _memory() -> Path | None:
    """A file system in memory, where it is roomy: copies of databases are made there in a third of the time."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if roomy else None


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
