"""Limits at the door: who is counted, what they are told, and that none can be walked around."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from redis.asyncio import Redis
from werkzeug.datastructures import Headers

from core.app import NoPlugins, WebProcess
from core.auth.terms import promised
from core.config import Settings
from core.db.pool import Database
from core.http.application import Application
from core.limits.table import TABLE, Rule, Table
from tests.http.callers import OWN_SITE, Caller, new_member
from tests.http.conftest import Drawer, Enter
from tests.seed import SeededTenant

Started = Callable[[Table], Awaitable[Application]]


@pytest.fixture
async def limited(settings: Settings, db: Database, valkey_url: str) -> AsyncIterator[Started]:
    """A web process with limits of the test's own, counted in Valkey."""
    valkey = Redis.from_url(valkey_url)
    await valkey.flushdb()
    async with AsyncExitStack() as running:
        running.push_async_callback(valkey.aclose)

        async def start(table: Table) -> Application:
            process = WebProcess(replace(settings, limits={**TABLE, **table}), db, valkey, Drawer(), NoPlugins(), None)
            served: Any = process.app.test_app()
            await running.enter_async_context(served)
            return process.app

        yield start


async def entered(app: Application, db: Database, tenant: SeededTenant) -> Caller:
    _, email = await new_member(db, tenant.id, "agent")
    caller = Caller(app)
    assert (await caller.log_in(email)).status == 200
    return caller


def test_every_route_of_the_api_has_its_limit(app: Application) -> None:
    routes = [rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    assert len(routes) > 15
    assert [endpoint for endpoint in routes if promised(app.view_functions[endpoint]) is None] == []


async def test_members_and_tenants_are_counted_apart(
    limited: Started, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    app = await limited({"read": (Rule("person", 3, 3600), Rule("tenant", 5, 3600))})
    one, colleague = await entered(app, db, tenant), await entered(app, db, tenant)
    stranger = await entered(app, db, other_tenant)
    assert [(await one.get("/me")).status for _ in range(4)] == [200, 200, 200, 429]
    assert [(await colleague.get("/me")).status for _ in range(3)] == [200, 200, 429]
    assert (await stranger.get("/me")).status == 200


async def test_the_headers_say_how_one_stands(limited: Started, db: Database, tenant: SeededTenant) -> None:
    app = await limited({"read": (Rule("person", 3, 3600), Rule("tenant", 100, 60))})
    one = await entered(app, db, tenant)
    answer = await one.get("/me")
    assert answer.headers["RateLimit-Policy"] == '"read-person";q=3;w=3600, "read-tenant";q=100;w=60'
    assert answer.headers["RateLimit"] == '"read-person";r=2;t=1200'
    for _ in range(2):
        await one.get("/me")
    refused = await one.get("/me")
    assert refused.json["type"] == "/problems/too-many-requests"
    assert refused.headers["RateLimit"].startswith('"read-person";r=0;t=')
    assert 0 < int(refused.headers["Retry-After"]) <= 1200
    assert refused.json["retry_after"] == int(refused.headers["Retry-After"])


async def test_the_routes_row_counts_and_no_other(limited: Started, db: Database, tenant: SeededTenant) -> None:
    app = await limited({"write": (Rule("person", 1, 3600),)})
    one = await entered(app, db, tenant)
    assert (await one.ask("POST", "/contacts", {"name": "Salma"})).status == 201
    assert (await one.ask("POST", "/contacts", {"name": "Nora"})).status == 429
    assert (await one.get("/contacts")).status == 200


async def test_strangers_are_counted_by_address_whatever_they_show(
    limited: Started, with_key: Enter, tenant: SeededTenant
) -> None:
    app = await limited({"stranger": (Rule("address", 4, 3600),)})
    shown: list[dict[str, str]] = [{}, {"Authorization": "Bearer wak_live_nothing"}, {"Cookie": "comptoir_session=x"},
                                   {"Authorization": "Bearer a.b.c"}]  # fmt: skip
    for headers in shown:
        assert (await Caller(app, headers).get("/me")).status == 401
    for headers in shown:
        assert (await Caller(app, headers).get("/me")).status == 429


async def test_a_stranger_who_is_refused_does_not_lock_out_whoever_is_known(
    limited: Started, db: Database, tenant: SeededTenant
) -> None:
    app = await limited({"stranger": (Rule("address", 1, 3600),)})
    known = await entered(app, db, tenant)
    assert [(await Caller(app).get("/me")).status for _ in range(2)] == [401, 429]
    assert (await known.get("/me")).status == 200


async def test_a_spoofed_address_is_no_new_address(limited: Started) -> None:
    app = await limited({"stranger": (Rule("address", 2, 3600),)})
    told = [(await Caller(app, {"X-Forwarded-For": f"10.9.8.{n}, 203.0.113.7"}).get("/openapi.json")).status
            for n in range(3)]  # fmt: skip
    assert told == [200, 200, 429]


async def test_a_line_of_ones_own_above_the_proxys_is_no_new_address(limited: Started) -> None:
    """HAProxy adds a line and leaves the caller's where it is."""
    client, told = (await limited({"stranger": (Rule("address", 2, 3600),)})).test_client(), []
    for number in range(3):
        lines = Headers([("X-Forwarded-For", f"10.9.8.{number}"), ("X-Forwarded-For", "203.0.113.7")])
        told.append((await client.get("/api/v1/openapi.json", headers=lines)).status_code)
    assert told == [200, 200, 429]


async def test_an_address_of_mail_is_counted_across_networks(limited: Started, db: Database) -> None:
    app = await limited({"login": (Rule("email", 3, 3600),)})

    async def guess(number: int, email: str) -> int:
        caller = Caller(app, {**OWN_SITE, "X-Forwarded-For": f"203.0.113.{number}"})
        return (await caller.ask("POST", "/session", {"email": email, "password": "guess"})).status

    spelt = ["a@b.test", "A@B.test", " a@b.test", "a@b.test"]
    told = [await guess(number, email) for number, email in enumerate(spelt)]
    assert told == [401, 401, 401, 429]


async def test_without_valkey_the_process_counts_by_itself(
    settings: Settings, db: Database, tenant: SeededTenant
) -> None:
    table = {**TABLE, "read": (Rule("person", 2, 3600),)}
    away: Any = Redis.from_url("redis://127.0.0.1:1/0")
    process = WebProcess(replace(settings, limits=table), db, away, Drawer(), NoPlugins(), None)
    async with process.app.test_app():
        one = await entered(process.app, db, tenant)
        assert [(await one.get("/me")).status for _ in range(3)] == [200, 200, 429]
    await away.aclose()
