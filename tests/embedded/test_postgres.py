from __future__ import annotations

import asyncio
import os
import pwd
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from core.embedded import postgres_files
from core.embedded.directory import free_port, processes_in
from core.embedded.errors import DirectoryInUse, PortTaken
from core.embedded.identity import Identity, namespaces_allowed, unprivileged_identity
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.scratch import scratch_database, scratch_postgres

from .conftest import Parent, alive, until

START = """
import sys
from pathlib import Path
from core.embedded.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path({path!r}), fsync=False)
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


def query(server: EmbeddedPostgres, sql: str, database: str = "postgres") -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(server.dsn(database), timeout=10)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedPostgres]:
    with scratch_postgres(fsync=False) as running:
        yield running


@pytest.fixture
def own(short_dir: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(short_dir / "pg", fsync=False)
    yield server
    server.stop()


def test_it_speaks_unicode_whatever_the_locale(server: EmbeddedPostgres) -> None:
    assert query(server, "select lower('ÉCOLE') || ('É' ilike 'é')::text") == "écoletrue"


def test_it_is_version_18_with_pgvector_and_checksums(server: EmbeddedPostgres) -> None:
    assert str(query(server, "show server_version")).startswith("18.")
    assert query(server, "show data_checksums") == "on"
    assert query(server, "select count(*) from pg_available_extensions where name in ('vector', 'pg_trgm')") == 2


def test_a_wrong_password_is_refused(server: EmbeddedPostgres) -> None:
    async def connect() -> None:
        await asyncpg.connect(server.dsn(password="guess"), timeout=10)

    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(connect())


def test_the_unix_socket_asks_for_the_password_too(server: EmbeddedPostgres) -> None:
    async def connect() -> None:
        await asyncpg.connect(
            host=str(server.socket_dir), port=server.port, user="comptoir", password="no", database="postgres"
        )

    with pytest.raises(asyncpg.InvalidPasswordError):
        asyncio.run(connect())


def test_secrets_and_sockets_are_private(server: EmbeddedPostgres) -> None:
    assert stat.S_IMODE((server.data_dir / "password").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    assert stat.S_IMODE(server.cluster_dir.stat().st_mode) == 0o700


async def test_a_scratch_database_is_a_copy_and_goes_away(server: EmbeddedPostgres) -> None:
    async with scratch_database(server) as template:
        connection = await asyncpg.connect(server.dsn(template))
        await connection.execute("create table t as select 7 as n")
        await connection.close()
        async with scratch_database(server, template) as copy:
            connection = await asyncpg.connect(server.dsn(copy))
            assert await connection.fetchval("select n from t") == 7
            await connection.close()
    admin = await asyncpg.connect(server.dsn())
    assert await admin.fetchval("select count(*) from pg_database where datname = any($1)", [template, copy]) == 0
    await admin.close()


def test_what_was_stored_is_there_after_a_restart(own: EmbeddedPostgres) -> None:
    own.start()
    query(own, "create table t as select 'kept' as word")
    pid = own.pid
    own.stop()
    assert pid is not None
    assert not alive(pid)
    own.start()
    assert query(own, "select word from t") == "kept"


def test_durability_is_on_unless_asked_otherwise(short_dir: Path) -> None:
    server = EmbeddedPostgres(short_dir / "pg")
    server.start()
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert query(server, f"show {setting}") == "on"
    finally:
        server.stop()


def test_a_killed_parent_takes_the_server_along_and_the_next_start_works(own: EmbeddedPostgres) -> None:
    parent = Parent(START.format(path=str(own.data_dir)))
    parent.kill()
    until(lambda: not alive(parent.pid_of_service))
    own.start()
    assert query(own, "select 1") == 1


def test_a_killed_server_is_started_again_over_its_stale_files(own: EmbeddedPostgres) -> None:
    own.start()
    query(own, "create table t as select 'kept' as word")
    for pid in processes_in(own.cluster_dir, "postgres"):
        os.kill(pid, signal.SIGKILL)
    until(lambda: own.pid is None)
    own.start()
    assert query(own, "select word from t") == "kept"


def test_a_stranger_with_the_number_of_a_dead_postmaster_is_left_alone(own: EmbeddedPostgres) -> None:
    own.start()
    lines = (own.cluster_dir / "postmaster.pid").read_text().splitlines()
    own.stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (own.cluster_dir / "postmaster.pid").write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        own.start()
        assert query(own, "select 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_an_orphan_on_the_same_data_is_stopped_first(own: EmbeddedPostgres) -> None:
    own.start()
    own.stop()
    identity = unprivileged_identity()
    orphan = subprocess.Popen(
        [own._binaries() / "postgres", "-D", own.cluster_dir, "-k", own.socket_dir, "-p", str(free_port())],
        preexec_fn=identity.enter,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until(lambda: "ready" in "".join(own._pid_file_lines()))
    own.start()
    assert orphan.wait(10) == 0
    assert query(own, "select 1") == 1


def test_the_same_directory_twice_is_refused(own: EmbeddedPostgres) -> None:
    own.start()
    with pytest.raises(DirectoryInUse, match="COMPTOIR_DATA"):
        EmbeddedPostgres(own.data_dir, fsync=False).start()
    assert query(own, "select 1") == 1


def test_a_taken_port_is_named(short_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = EmbeddedPostgres(short_dir / "pg", taken.getsockname()[1], fsync=False)
        with pytest.raises(PortTaken, match="COMPTOIR_PORT"):
            server.start()


def test_a_long_path_with_spaces_works_and_its_socket_directory_goes_away(short_dir: Path) -> None:
    server = EmbeddedPostgres(short_dir / ("a rather long 'name', " * 6) / ("x" * 120) / "pg", fsync=False)
    server.start()
    sockets = server.socket_dir
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert query(server, "select 1") == 1
    server.stop()
    assert not sockets.exists()


@pytest.mark.parametrize("locale", ["C", "xx_YY.UTF-8"])
def test_the_callers_locale_does_not_matter(
    own: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch, locale: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    monkeypatch.setenv("PGDATA", "/nowhere")
    own.start()
    assert query(own, "select lower('É')") == "é"


def possible_identities() -> list[Identity]:
    """Every way PostgreSQL can be run by whoever runs these tests."""
    namespaced = [Identity(inside_uid=pwd.getpwnam("daemon").pw_uid)] if namespaces_allowed() else []
    return [*namespaced, Identity(system_user="nobody") if os.geteuid() == 0 else Identity()]


@pytest.mark.parametrize("identity", possible_identities())
def test_every_identity_that_can_be_had_here_runs_it(
    identity: Identity, short_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = short_dir / "home"
    short_dir.chmod(0o755)
    monkeypatch.setattr(postgres_files, "SYSTEM_USER_HOME", home)
    monkeypatch.setattr("core.embedded.postgres.SYSTEM_USER_HOME", home)
    private = short_dir / "private"
    private.mkdir(mode=0o700)
    server = EmbeddedPostgres(private / "pg", fsync=False, identity=identity)
    server.start()
    try:
        assert query(server, "select 1") == 1
        assert server.cluster_dir.stat().st_uid == identity.owner_uid
    finally:
        server.stop()
