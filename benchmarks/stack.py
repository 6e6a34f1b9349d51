"""A whole Comptoir for one run: `./comptoir up` in a temporary directory, on ports of its own."""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
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


@asynccontextmanager
async def comptoir_up() -> AsyncIterator[dict[str, Any]]:
    """The contents of demo.json of a running install. Stops and removes it at the end."""
    data = Path(tempfile.mkdtemp(prefix="comptoir-bench-"))
    environment = {**os.environ, "COMPTOIR_DATA": str(data), "COMPTOIR_PORT": str(free_ports(6))}
    log = (data / "up.log").open("wb")
    up = subprocess.Popen([CHECKOUT / "comptoir", "up"], env=environment, stdout=log, stderr=log)  # noqa: ASYNC220
    try:
        async with asyncio.timeout(120):
            while not (data / "demo.json").exists():
                if up.poll() is not None:
                    raise RuntimeError((data / "up.log").read_text())
                await asyncio.sleep(0.1)
        yield json.loads((data / "demo.json").read_text())
    finally:
        up.send_signal(signal.SIGTERM)
        await asyncio.to_thread(up.wait, 60)
        log.close()
        shutil.rmtree(data)


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
