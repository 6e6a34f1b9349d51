"""What Sentry is told of an error: what broke, where, in which request; nothing that anybody wrote."""

import json

from tests.operating.collector import collecting, run

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


def test_an_error_is_reported_with_its_place_and_request_and_without_a_word_of_anybodys() -> None:
    with collecting() as ingest:
        run(_PROGRAM, f"http://0123456789abcdef0123456789abcdef@127.0.0.1:{ingest.port}/1")
    came = [body.decode() for body in ingest.bodies]
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
    run(program)
