"""The whole API, walked from its own document: by every role, by programs, by strangers, with another tenant's ids and
with rubbish. It grows with the routes by itself."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from core.app import WebProcess
from core.auth.api_keys import create_api_key
from core.auth.permissions import ROLES, Permissions, Role
from core.config import Settings
from core.db.migrate import run as migrate
from core.db.pool import Database
from core.egress import Egress
from core.egress.errors import NotSent
from core.limits.table import TABLE
from core.plugins.tables import migrated_apps
from tests.http.callers import OWN_SITE, Answer, Caller, new_member
from tests.http.conftest import Drawer
from tests.http.ledger import new_thread
from tests.http.walker import Asked, Walker, ask
from tests.plugins.installation import Broadcasts, Switches, load_samples, make_host
from tests.seed import SeededTenant

PLUGINS = ("contacts", "inbox", "settings")
HELD = Permissions()
NOWHERE = "tests have no network"
AWAY = (NOWHERE, "The sandbox does not run")
"""Why something may be unavailable here: Meta, and whoever plays it."""
DEEP = json.loads("[" * 200 + "]" * 200)


@pytest.fixture
async def process(
    settings: Settings, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[WebProcess]:  # fmt: skip
    """With the bundled plugins, without limits and without a world outside."""

    async def nowhere(*_: Any, **__: Any) -> Any:
        raise NotSent(NOWHERE)

    monkeypatch.setattr(Egress, "request", nowhere)
    monkeypatch.setattr(Egress, "stream", nowhere)
    assert (await migrate(settings.database_url, migrated_apps(load_samples(*PLUGINS)))).failed == {}
    switches = Switches()
    for one in (tenant, other_tenant):
        switches.switch_on(one.slug, *PLUGINS)
    host = make_host(PLUGINS, switches, Broadcasts(), tmp_path)
    unlimited = replace(settings, limits=dict.fromkeys(TABLE, ()))
    process = WebProcess(unlimited, db, None, Drawer(), host, None)
    async with process.app.test_app():
        yield process


class Callers:
    """Whoever may ask, of one tenant. Members log in again when their session has ended."""

    def __init__(self, process: WebProcess, tenant: SeededTenant) -> None:
        self._process, self._tenant = process, tenant
        self._members: dict[str, tuple[Caller, str]] = {}

    async def program(self, role: Role) -> Caller:
        key = await create_api_key(self._process.db, self._tenant.id, f"the {role}", role)
        return Caller(self._process.app, {"Authorization": f"Bearer {key}"})

    async def member(self, role: Role, *, operator: bool = False) -> Caller:
        name = f"{role} {operator}"
        if name not in self._members:
            user_id, email = await new_member(self._process.db, self._tenant.id, role)
            await self._process.db.system.execute(
                "update users set platform_admin = $2 where id = $1", user_id, operator)
            self._members[name] = Caller(self._process.app), email
        caller, email = self._members[name]
        if (await caller.get("/me")).status != 200:
            caller.headers = dict(OWN_SITE)
            assert (await caller.log_in(email)).status == 200
        return caller


@pytest.fixture
def callers(process: WebProcess, tenant: SeededTenant) -> Callers:
    return Callers(process, tenant)


@pytest.fixture
async def walker(process: WebProcess, db: Database, tenant: SeededTenant, callers: Callers) -> Walker:
    return await furnished(db, tenant, await callers.program("owner"))


async def furnished(db: Database, tenant: SeededTenant, owner: Caller) -> Walker:
    thread = await new_thread(db, tenant, phone="212661000001" if tenant.slug == "atlas" else "212661000099")
    walker = await Walker.of(owner)
    walker.ids = {"conversation_id": thread.conversation_id, "contact_id": thread.contact_id,
                  "message_id": thread.message_ids[0], "attachment_id": thread.attachment_id}  # fmt: skip
    await walker.furnish(owner)
    return walker


def undeclared(one: Asked, answer: Answer) -> str | None:
    """What is wrong with the answer, if anything."""
    detail = str(answer.json.get("detail") if isinstance(answer.json, dict) else answer.raw[:200])
    if answer.status in one.statuses and (answer.status < 500 or any(why in detail for why in AWAY)):
        return None
    return f"{one.method.upper()} {one.path}: {answer.status} ({detail}); told: {sorted(one.statuses)}"


async def test_strangers_are_asked_who_they_are(process: WebProcess, walker: Walker) -> None:
    wrong, asked = [], 0
    for one in walker.operations():
        answer = await ask(Caller(process.app, dict(OWN_SITE)), one, walker.ids)
        asked += 1
        if one.known and answer.status != 401:
            wrong.append(f"{one.method.upper()} {one.path}: {answer.status}")
        wrong += filter(None, [undeclared(one, answer)])
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 40


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_gets_what_its_permissions_say(role: Role, callers: Callers, walker: Walker) -> None:
    held, wrong, met = HELD.of(role), list[str](), Counter[int]()
    program = await callers.program(role)
    for one in walker.operations():
        caller = await callers.member(role) if one.person else program
        answer = await ask(caller, one, walker.ids)
        met[answer.status] += 1
        if one.known and one.permission and one.permission not in held and answer.status != 403:
            wrong.append(f"{role} lacks {one.permission} and gets {answer.status}: {one.method.upper()} {one.path}")
        if one.known and answer.status == 401 and one.name not in ("delete_session",):
            wrong.append(f"{role} is known and gets 401: {one.method.upper()} {one.path} {answer.json}")
        wrong += filter(None, [undeclared(one, answer)])
    assert not wrong, "\n".join(map(str, wrong))
    assert sum(n for status, n in met.items() if status < 300) >= (30 if role == "owner" else 8), met


async def test_programs_are_nobody(callers: Callers, walker: Walker) -> None:
    program = await callers.program("owner")
    told = {one.name: (await ask(program, one, walker.ids)).status for one in walker.operations() if one.person}
    assert told
    assert set(told.values()) == {403}


async def test_what_the_operator_may_nobody_else_may(callers: Callers, walker: Walker) -> None:
    operator, wrong = await callers.member("agent", operator=True), list[str]()
    for one in walker.operations():
        if one.permission == "platform.manage":
            answer = await ask(operator, one, walker.ids)
            wrong += filter(None, [undeclared(one, answer), "403 " + one.path if answer.status == 403 else None])
    assert not wrong, "\n".join(map(str, wrong))


async def test_the_other_tenants_ids_are_answered_as_if_absent(
    process: WebProcess, db: Database, other_tenant: SeededTenant, callers: Callers, walker: Walker
) -> None:
    theirs = await furnished(db, other_tenant, await Callers(process, other_tenant).program("owner"))
    foreign = {name: value for name, value in theirs.ids.items() if value != walker.ids.get(name)}
    before, wrong, asked = await everything(db, other_tenant), [], 0
    for one in walker.operations():
        if not one.known or not set(one.parameters) & set(foreign):
            continue
        answer = await ask(await callers.member("owner"), one, foreign)
        asked += 1
        if answer.status != 404:
            wrong.append(f"{one.method.upper()} {one.path}: {answer.status} {answer.raw[:200]!r}")
    assert not wrong, "\n".join(map(str, wrong))
    assert asked >= 12
    assert await everything(db, other_tenant) == before


async def test_foreign_ids_inside_bodies_and_queries_find_nothing(
    process: WebProcess, db: Database, other_tenant: SeededTenant, callers: Callers, walker: Walker
) -> None:
    theirs = await furnished(db, other_tenant, await Callers(process, other_tenant).program("owner"))
    before, owner, wrong = await everything(db, other_tenant), await callers.program("owner"), list[str]()
    values = [str(value) for value in theirs.ids.values()]
    for one in walker.operations():
        for body in with_each(one.example, values) if one.known and not one.person and one.example else ():
            wrong += filter(None, [undeclared(one, await ask(owner, one, walker.ids, body))])
    assert not wrong, "\n".join(map(str, wrong))
    assert await everything(db, other_tenant) == before


async def test_rubbish_is_refused_and_never_breaks_anything(callers: Callers, walker: Walker) -> None:
    owner, wrong, asked = await callers.program("owner"), [], 0
    for one in walker.operations():
        if "requestBody" not in one.told:
            continue
        caller = await callers.member("owner", operator=True) if one.person or "platform" in one.path else owner
        for data, content_type in rubbish(one):
            answer = await caller.raw(one.method.upper(), one.at(walker.ids), data, content_type)
            asked += 1
            if answer.status == 401 and one.known:
                caller = await callers.member("owner", operator=True)
            elif problem := undeclared(one, answer):
                wrong.append(f"{problem} for {data[:120]!r}")
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 200


async def test_rubbish_in_addresses_and_headers_never_breaks_anything(callers: Callers, walker: Walker) -> None:
    owner, wrong = await callers.program("owner"), []
    for one in walker.operations():
        caller = await callers.member("owner") if one.person else owner
        for query in queries(one):
            answer = await caller.ask(one.method.upper(), f"{one.at(walker.ids)}?{query}", one.example)
            wrong += [f"{told} for ?{query[:80]}" for told in [undeclared(one, answer)] if told]
        for ids in (dict.fromkeys(one.parameters, "%00"), dict.fromkeys(one.parameters, "x" * 3000),
                    dict.fromkeys(one.parameters, "../..")) if one.parameters else ():  # fmt: skip
            answer = await ask(caller, one, ids)
            wrong += [told for told in [undeclared(one, answer)] if told and answer.status not in (404, 405)]
        for headers in HEADERS:
            answer = await caller.ask(one.method.upper(), one.at(walker.ids), one.example, **headers)
            wrong += [f"{told} for {headers}" for told in [undeclared(one, answer)] if told]
    assert not wrong, "\n".join(map(str, wrong))


HEADERS: tuple[dict[str, str], ...] = (
    {"If_None_Match": '"' * 7 + "W/é"}, {"If_Match": "not quoted, \\"}, {"If_Match": '"x"'},
    {"Idempotency_Key": "ключ"}, {"Idempotency_Key": "x" * 300}, {"Accept_Language": "x" * 2000 + ";q=z"},
    {"X_Forwarded_For": "::::, 999.1.1.1"},
)  # fmt: skip
STRANGE: tuple[Any, ...] = ("\0", "x" * 100_000, 10**30, -1, 1.5, True, None, [], {}, [None], {"a": {"b": []}}, DEEP,
                            "٣", "2027-13-45T99:00:00Z", "‮\ufeff", " ", "' or 1=1 --", "{{7*7}}")  # fmt: skip
_turn = count()


def rubbish(one: Asked) -> Iterator[tuple[bytes, str]]:
    """Whole bodies that make no sense, then the example with each of its members replaced by three strange values."""
    for raw in (b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe{}", b"[" * 100_000, b'{"a":' * 5_000, b'{"\\ud800": 1}'):
        yield raw, "application/json"
    example = json.dumps(one.example).encode()
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        yield example, content_type
    yield b"x" * (1024 * 1024 + 1), "application/json"
    yield json.dumps({**one.example, "no such member": 1}).encode(), "application/json"
    for name in one.example:
        for value in (STRANGE[next(_turn) % len(STRANGE)] for _ in range(3)):
            yield json.dumps({**one.example, name: value}).encode(), "application/json"


def with_each(example: Any, values: list[str]) -> Iterator[Any]:
    """The example with each of its UUIDs replaced by each of the values."""
    text = json.dumps(example)
    for found in {word for word in text.split('"') if len(word) == 36 and word.count("-") == 4}:
        yield from (json.loads(text.replace(found, value)) for value in values)


def queries(one: Asked) -> Iterator[str]:
    named = [told["name"] for told in one.told["parameters"] if told.get("in") == "query"]
    for name in named:
        for value in ("%00", "x" * 3000, "-1", "9" * 40, "%ff%fe", "", "[]", "'"):
            yield f"{name}={value}"
        yield f"{name}=1&{name}=2"
    yield "no_such_parameter=1"


async def everything(db: Database, tenant: SeededTenant) -> dict[str, Any]:
    """Every row of the tenant, in every table."""
    tables = await db.system.fetch(
        "select c.relname as name from pg_class c "
        "join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' "
        "where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace and c.relname != all($1)",
        ["api_keys", "idempotency_keys", "sessions"])
    return {row["name"]: await db.system.fetchval(
        f"select md5(string_agg(t::text, '|' order by t::text)) from {row['name']} t where tenant_id = $1", tenant.id)
        for row in tables}  # fmt: skip
