"""Stands in for Sentry's ingest and for an OpenTelemetry collector: keeps what a program posts."""

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass
class Collector:
    """Its port, and what came: (path, body), unpacked."""

    port: int = 0
    came: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def bodies(self) -> list[bytes]:
        return [body for _, body in self.came]


@contextmanager
def collecting() -> Iterator[Collector]:
    """Answers 200 to everything until left; what comes later is refused."""
    made = Collector()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _door(made))
    made.port = server.server_port
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _door(kept: Collector) -> type[BaseHTTPRequestHandler]:
    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            packed = self.headers.get("Content-Encoding") == "gzip"
            kept.came.append((self.path, gzip.decompress(body) if packed else body))
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    return Door


def run(program: str, *arguments: str) -> None:
    """In a process of its own, as it would be at work."""
    told = subprocess.run([sys.executable, "-c", program, *arguments], cwd=CHECKOUT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(CHECKOUT)}, timeout=60)  # fmt: skip
    assert told.returncode == 0, told.stderr
