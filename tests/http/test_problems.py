import re
from typing import Any

import pytest

from core.auth.access import declare, declared
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.seed import SeededTenant


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/nothing/at/all", 404), ("GET", "/conversations/not-a-uuid", 404),
     ("PATCH", "/sessions", 405), ("DELETE", "/audit", 405), ("GET", "/me", 401)],
)  # fmt: skip
async def test_every_error_is_problem_json(method: str, path: str, status: int, anonymous: Caller) -> None:
    answer = await anonymous.ask(method, path)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == status
    assert {"type", "title", "detail"} <= set(answer.json)
    if status == 405:
        assert "GET" in answer.headers["Allow"]
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_body_too_large_is_refused(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.ask("POST", "/contacts", {"name": "x" * 1_100_000})
    assert answer.status == 413
    assert answer.json["status"] == 413


@pytest.mark.parametrize("raw", [b"{", b"\xff", b'{"name": "\\ud800"}', b"[" * 100_000, b"null"])
async def test_what_is_no_json_is_refused(raw: bytes, enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    assert (await agent.raw("POST", "/contacts", raw, "application/json")).status == 422


async def test_a_bug_is_a_500_that_betrays_nothing(
    app: Application, anonymous: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(**_: object) -> Any:
        raise RuntimeError("the secret is plover")

    monkeypatch.setitem(app.view_functions, "health.healthz", _declared_like(app, "health.healthz", broken))
    answer = await anonymous.get("/healthz")
    assert (answer.status, answer.json["type"]) == (500, "/problems/internal")
    assert b"plover" not in answer.raw


async def test_a_database_that_is_away_is_a_503(
    app: Application, anonymous: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(**_: object) -> Any:
        raise ConnectionRefusedError

    monkeypatch.setitem(app.view_functions, "health.healthz", _declared_like(app, "health.healthz", away))
    answer = await anonymous.get("/healthz")
    assert (answer.status, answer.json["type"]) == (503, "/problems/unavailable")


async def test_every_answer_carries_a_request_id_and_safe_headers(anonymous: Caller) -> None:
    given = await anonymous.get("/me", X_Request_Id="trace-1234")
    assert given.headers["X-Request-Id"] == "trace-1234"
    for hostile in ("short", 'x"} {"level":"forged', "y" * 65):
        assert re.fullmatch("[0-9a-f]{32}", (await anonymous.get("/me", X_Request_Id=hostile)).headers["X-Request-Id"])
    assert given.headers["X-Content-Type-Options"] == "nosniff"
    assert given.headers["Referrer-Policy"] == "same-origin"
    assert given.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert given.headers["Cache-Control"] == "no-store"


async def test_it_is_alive_and_ready_and_tells_how_far_behind(anonymous: Caller, db: Database) -> None:
    assert (await anonymous.get("/healthz")).json == {"status": "alive"}
    ready = (await anonymous.get("/readyz")).json
    assert (ready["journal_lag_seconds"], ready["oldest_due_job_seconds"]) == (0, 0)
    await db.system.execute("insert into jobs (name, run_at) values ('late', now() - interval '90 seconds')")
    await db.system.execute(
        "with j as (insert into journal (app_slug, headers, body, received_at) "
        "values ('app', '{}', '', now() - interval '30 seconds') returning id, received_at) "
        "insert into journal_pending (id, received_at) select id, received_at from j"
    )
    behind = (await anonymous.get("/readyz")).json
    assert behind["journal_lag_seconds"] == pytest.approx(30, abs=5)
    assert behind["oldest_due_job_seconds"] == pytest.approx(90, abs=5)


async def test_pages_lead_strangers_to_the_login(anonymous: Caller) -> None:
    assert (await anonymous.get("/login")).status == 200


def _declared_like(app: Application, endpoint: str, view: Any) -> Any:
    access = declared(app.view_functions[endpoint])
    assert access is not None
    return declare(access)(view)
