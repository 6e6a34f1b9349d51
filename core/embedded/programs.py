"""The programs of `comptoir up`, each as a supervised service."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial

from core.config import Settings
from core.embedded.postgres import EmbeddedPostgres
from core.embedded.probe import answers_ok
from core.embedded.service import Service
from core.embedded.spawn import spawn
from core.embedded.valkey import EmbeddedValkey


def postgres_service(settings: Settings) -> Service:
    """The embedded PostgreSQL. SIGINT is its fast shutdown: sessions are ended, a checkpoint is written."""
    server = EmbeddedPostgres(
        settings.data_dir / "postgres", settings.ports.postgres, log=settings.logs_dir / "postgres.log"
    )
    return Service(
        "postgres", server.launch, partial(asyncio.to_thread, server.ready), server.log,
        prepare=partial(asyncio.to_thread, server.prepare), stop_signal=signal.SIGINT, patience=30.0,
        let_go=server.stop,
    )  # fmt: skip


def valkey_service(settings: Settings) -> Service:
    """The embedded Valkey."""
    server = EmbeddedValkey(settings.data_dir / "valkey", settings.ports.valkey, log=settings.logs_dir / "valkey.log")
    return Service(
        "valkey", server.launch, partial(asyncio.to_thread, server.ready), server.log,
        prepare=partial(asyncio.to_thread, server.prepare), let_go=server.stop,
    )  # fmt: skip


def program_service(name: str, settings: Settings, listener: socket.socket, *, patience: float = 15.0) -> Service:
    """`comptoir receiver`, `web` or `worker` on a socket of ours; ready when /readyz says so."""
    return _child(name, command("core.cli", name), settings, listener, {}, "/readyz", patience)


def sandbox_service(settings: Settings, listener: socket.socket, env: Mapping[str, str]) -> Service:
    """Meta in a box, a program of the SDK."""
    return _child("sandbox", command("comptoir_sdk.sandbox"), settings, listener, env, "/healthz", 5.0)


def command(module: str, *arguments: str) -> list[str]:
    """How a program of ours is run. -P, so that nothing is imported from the directory we were called in."""
    return [sys.executable, "-P", "-m", module, *arguments]


def _child(
    name: str,
    words: Sequence[str],
    settings: Settings,
    listener: socket.socket,
    env: Mapping[str, str],
    path: str,
    patience: float,
) -> Service:
    log = settings.logs_dir / f"{name}.log"
    host, port = _reached_at(listener)
    environment = {**environment_of(settings), **env}

    def launch() -> subprocess.Popen[bytes]:
        return spawn([*words, "--fd", str(listener.fileno())], log=log, env=environment, pass_fds=[listener.fileno()])

    return Service(name, launch, partial(answers_ok, port, path, host), log, patience=patience)


def environment_of(settings: Settings) -> dict[str, str]:
    """Children read the same file and place as their parent did, whatever their directory."""
    return {
        **os.environ,
        "COMPTOIR_CONFIG": str(settings.config_path),
        "COMPTOIR_DATA": str(settings.data_dir),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
    }


def _reached_at(listener: socket.socket) -> tuple[str, int]:
    """Where a socket of ours is reached from this machine: a wildcard address is no address to call."""
    host, port = listener.getsockname()[:2]
    return ("127.0.0.1" if host == "0.0.0.0" else "::1" if host == "::" else host), port  # noqa: S104
