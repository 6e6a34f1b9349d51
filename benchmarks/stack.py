"""A whole Comptoir for one run: `./comptoir up` in a temporary directory, on ports of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent


def free_ports(count: int) -> int:
    """The first of `count` neighbouring free ports."""
    for first in range(21000, 60000, 50):
        sockets = []
        try:
            for port in range(first, first + count):
                sockets.append(socket.create_server(("127.0.0.1", port)))
        except OSError:
            continue
        else:
            return first
        finally:
            for opened in sockets:
                opened.close()
    raise RuntimeError("no free ports")


@contextmanager
def comptoir_up(data: Path | None = None, config: str = "") -> Iterator[dict[str, Any]]:
    """The contents of demo.json of a running install, which is stopped and removed at the end.

    `config` is added to the checkout's config.yaml.
    """
    data = data or Path(tempfile.mkdtemp(prefix="comptoir-run-"))
    (data / "config.yaml").write_text((CHECKOUT / "config.yaml").read_text() + config)
    environment = {**os.environ, "COMPTOIR_DATA": str(data), "COMPTOIR_PORT": str(free_ports(8)),
                   "COMPTOIR_CONFIG": str(data / "config.yaml")}  # fmt: skip
    with (data / "up.log").open("wb") as log:
        up = subprocess.Popen([CHECKOUT / "comptoir", "up"], env=environment, stdout=log, stderr=log)
        try:
            _wait_for_file(up, data / "demo.json", data / "up.log")
            yield {**json.loads((data / "demo.json").read_text()), "data": str(data), "pid": up.pid}
        finally:
            up.send_signal(signal.SIGTERM)
            up.wait(60)
    shutil.rmtree(data)


def _wait_for_file(up: "subprocess.Popen[bytes]", wanted: Path, log: Path) -> None:
    deadline = time.monotonic() + 120
    while not wanted.exists():
        if up.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"comptoir up did not come up:\n{log.read_text()}")
        time.sleep(0.1)


@contextmanager
def bare_server(kind: str, secret: str) -> Iterator[str]:
    """The URL of a bare server in a process of its own."""
    port = free_ports(1)
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.bare", kind, str(port), secret], cwd=CHECKOUT)
    try:
        _wait_for_port(process, port)
        yield f"http://127.0.0.1:{port}/webhooks/whatsapp/bare"
    finally:
        process.terminate()
        process.wait()


def _wait_for_port(process: "subprocess.Popen[bytes]", port: int) -> None:
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
    raise RuntimeError("the bare server did not start")
