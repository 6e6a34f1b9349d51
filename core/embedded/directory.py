"""The data directory of one service: held by one process, with its generated password and its orphans."""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import time
from collections.abc import Sequence
from pathlib import Path

from core.embedded.errors import DirectoryInUse, PortTaken, ServiceNotStarted

_POLL_SECONDS = 0.02


class DirectoryLock:
    """Held by the process that may start services in `directory`; the kernel drops it when that one dies."""

    def __init__(self, directory: Path) -> None:
        self._path = directory / "lock"
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Raises DirectoryInUse when another process holds it."""
        if self._descriptor is not None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(descriptor)
            raise DirectoryInUse(
                f"{self._path.parent} is in use by another running Comptoir: stop that one, "
                "or set COMPTOIR_DATA to another directory"
            ) from error
        self._descriptor = descriptor

    @property
    def held(self) -> bool:
        return self._descriptor is not None

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def processes_in(directory: Path, program: str) -> list[int]:
    """Processes of `program` that work inside `directory`: both servers change into their data directory."""
    where = os.path.realpath(directory)
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _runs(entry, where, program):
            found.append(int(entry.name))
    return found


def stop_orphans(directory: Path, program: str, signals: Sequence[signal.Signals], patience: float) -> None:
    """Stop what a killed parent left behind in `directory`, each signal given `patience` seconds.

    Call it with the directory's lock held only: what still runs there then has no master.
    """
    for number in signals:
        if not _signal_and_wait(directory, program, number, patience):
            return
    left = processes_in(directory, program)
    if left:
        raise ServiceNotStarted(f"{program} of a former run still works in {directory}, stop it: pid {left}")


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_free_port(port: int, service: str) -> None:
    """Raises PortTaken when somebody listens on 127.0.0.1:port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise PortTaken(
                f"port {port}, wanted for {service}, is taken by another program: stop it, or set "
                "COMPTOIR_PORT to another base port"
            ) from error


def log_tail(path: Path, lines: int = 15) -> str:
    """The last lines of a log, for the error that speaks of it."""
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


def _runs(entry: Path, where: str, program: str) -> bool:
    try:
        executable = os.readlink(entry / "exe").removesuffix(" (deleted)")
        return os.readlink(entry / "cwd").removesuffix(" (deleted)") == where and Path(executable).name == program
    except OSError:
        return False


def _signal_and_wait(directory: Path, program: str, number: signal.Signals, patience: float) -> bool:
    """Whether anything is left."""
    deadline = time.monotonic() + patience
    for pid in processes_in(directory, program):
        _signal(pid, number)
    while processes_in(directory, program):
        if time.monotonic() > deadline:
            return True
        time.sleep(_POLL_SECONDS)
    return False


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
