"""What Sentry is told of an error: what broke, where, in which request; nothing that anybody wrote."""

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parents[2]
_CANARIES = ["canary-body", "212611223344", "+212 611 22 33 44", "amina@example.org", "EAAGcanarytokencanarytoken",
             "canary-cookie", "canary-local", "canary-argument", "canary-cause"]  # fmt: skip
_PROGRAM = """
import logging, sys
from core import crash_reports, logs
from core.config.model import Sentry
import structlog

logs.configure("worker", "a secret of a test that is long enough")
crash_reports.configure("worker", Sentry(dsn=sys.argv[1]))
log = logging.getLogger("core.messaging")

def breaks(body, token):
    canary = "canary-local"
    try:
        raise KeyError("canary-cause amina@example.org")
    except KeyError as error:
        raise ValueError(f"could not send canary-body to 212611223344 with {token}") from error

with logs.bound(request_id="request-4711", tenant="0198f0a2", wamid="wamid.canary-cookie"):
    try:
        breaks("canary-body", "EAAGcanarytokencanarytoken")
    except ValueError:
        log.exception("a send to %s broke off", "canary-argument", extra={"cookie": "canary-cookie"})
    structlog.get_logger("core.http").error("a page failed for +212 611 22 33 44", body="canary-body")
crash_reports.flush(5)
"""


@contextmanager
def _ingest() -> Iterator[tuple[str, list[str]]]:
    """(a DSN, the envelopes that came)."""
    came: list[str] = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append((gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body).decode())
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: object) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://0123456789abcdef0123456789abcdef@127.0.0.1:{server.server_port}/1", came
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _run(*arguments: str) -> str:
    told = subprocess.run([sys.executable, "-c", _PROGRAM, *arguments], cwd=_CHECKOUT, capture_output=True, text=True,
                          env={**os.environ, "PYTHONPATH": str(_CHECKOUT)}, timeout=60)  # fmt: skip
    assert told.returncode == 0, told.stderr
    return told.stderr


def test_an_error_is_reported_with_its_place_and_request_and_without_a_word_of_anybodys() -> None:
    with _ingest() as (dsn, came):
        _run(dsn)
    events = [json.loads(line) for envelope in came for line in envelope.split("\n") if '"exception"' in line
              or '"logentry"' in line]  # fmt: skip
    assert len(events) == 2
    broke = next(one for one in events if "exception" in one)
    assert [one["type"] for one in broke["exception"]["values"]] == ["KeyError", "ValueError"]
    assert broke["exception"]["values"][-1]["stacktrace"]["frames"][-1]["function"] == "breaks"
    assert broke["logentry"]["message"] == "a send to %s broke off"
    assert broke["tags"] == {"process": "worker", "request_id": "request-4711", "tenant": "0198f0a2"}
    everything = "\n".join(came)
    assert [canary for canary in _CANARIES if canary in everything] == []


def test_without_a_dsn_nothing_of_it_is_imported() -> None:
    program = ("import sys; from core import crash_reports, tracing; from core.config.model import Sentry, Tracing; "
               "crash_reports.configure('web', Sentry()); tracing.configure('web', Tracing()); "
               "assert not [name for name in sys.modules if name.startswith(('sentry_sdk', 'opentelemetry'))]")
    told = subprocess.run([sys.executable, "-c", program], cwd=_CHECKOUT, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
