"""Making a tenant of one's own, and who may."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from core.app import NoPlugins, WebProcess
from core.auth.passwords import Passwords
from core.auth.setup_code import setup_code
from core.config import Settings
from core.db.pool import Database
from core.errors import Forbidden
from core.http.application import Application
from core.people import Policy, Registration
from core.people.registration import Newcomer
from core.secrets import Vault
from core.tenancy.slugs import slug_of
from tests.http.callers import OWN_SITE, PASSWORD, Answer, Caller, new_member
from tests.http.conftest import Drawer
from tests.people.acts import acts
from tests.seed import SeededTenant

FIRST = {"name": "Amine Alaoui", "email": "Amine@Atlas.test", "password": PASSWORD, "tenant": {"name": "Atlas Store"}}


def wanting(**given: object) -> dict[str, object]:
    return {**FIRST, "email": "salma@zagora.test", "tenant": {"name": "Zagora"}, **given}


async def register(caller: Caller, body: object = FIRST) -> Answer:
    return await caller.ask("POST", "/registrations", body, **OWN_SITE)


async def counts(db: Database) -> tuple[int, int, int]:
    return tuple([await db.system.fetchval(f"select count(*) from {table}")
                  for table in ("tenants", "users", "memberships")])  # fmt: skip


async def test_the_first_person_makes_a_tenant_and_runs_the_installation(anonymous: Caller, db: Database) -> None:
    assert (await anonymous.get("/welcome")).json == {
        "new": True, "registration": "first", "code_needed": False, "simulated": True, "demo": False}  # fmt: skip
    answer = await register(anonymous)
    assert answer.status == 201
    me = answer.json["me"]
    assert (me["email"], me["role"], me["tenant"]["slug"]) == ("amine@atlas.test", "owner", "atlas-store")
    assert {"platform.manage", "tenant.delete"} <= set(me["permissions"])
    assert (await anonymous.get("/me")).json == me
    assert (await anonymous.get("/welcome")).json["new"] is False
    assert await db.system.fetchval("select count(*) from data_keys where tenant_id is not null") == 1
    told = ("tenant.registered", "member")
    assert await acts(db) == [told, ("platform_admin.made", "member")]
    assert await acts(db, UUID(me["tenant"]["id"])) == [told, ("session.opened", "member")]


async def test_whoever_comes_later_runs_only_their_own(anonymous: Caller, app: Application) -> None:
    await register(anonymous)
    later = await register(Caller(app), wanting())
    assert later.status == 201
    assert "platform.manage" not in later.json["me"]["permissions"]
    assert later.json["me"]["tenant"]["slug"] == "zagora"


async def test_a_demo_tenant_leaves_the_installation_new(anonymous: Caller, db: Database, tenant: SeededTenant) -> None:
    assert (await anonymous.get("/welcome")).json["new"] is False
    await db.system.execute("update tenants set demo = true")
    told = (await anonymous.get("/welcome")).json
    assert (told["new"], told["demo"]) == (True, True)
    assert "platform.manage" in (await register(anonymous)).json["me"]["permissions"]


def newcomer(number: int, code: str | None = None) -> Newcomer:
    return Newcomer("Somebody", f"person{number}@race.test", PASSWORD, "Race", code=code)


async def test_of_twenty_first_people_at_once_one_runs_the_installation(db: Database, settings: Settings) -> None:
    registration = Registration(db, Vault.of(settings.key_ring), Passwords(), Policy(open=True, simulated=True))
    await asyncio.gather(*(registration.register(newcomer(number)) for number in range(20)))
    assert await db.system.fetchval("select count(*) from users where platform_admin") == 1
    assert await db.system.fetchval("select count(distinct slug) from tenants") == 20


async def test_of_twenty_with_the_setup_code_one_comes_in(db: Database, settings: Settings) -> None:
    policy = Policy(open=False, simulated=False, code=lambda: "ABCD-EFGH")
    registration = Registration(db, Vault.of(settings.key_ring), Passwords(), policy)
    tries = (registration.register(newcomer(number, "abcd efgh")) for number in range(20))
    refused = [one for one in await asyncio.gather(*tries, return_exceptions=True) if isinstance(one, Forbidden)]
    assert len(refused) == 19
    assert await counts(db) == (1, 1, 1)


@pytest.fixture
async def production(settings: Settings, db: Database) -> WebProcess:
    strict = replace(settings, server=settings.server.model_copy(update={"mode": "production"}))
    return WebProcess(strict, db, None, Drawer(), NoPlugins(), None)


async def test_in_production_the_first_person_needs_the_setup_code_and_nobody_comes_after(
    production: WebProcess, settings: Settings, db: Database
) -> None:
    code = setup_code(settings.secret_key)
    async with production.app.test_app():
        stranger = Caller(production.app)
        told = (await stranger.get("/welcome")).json
        assert (told["code_needed"], told["simulated"], told["registration"]) == (True, False, "first")
        for wrong in ({}, {"setup_code": ""}, {"setup_code": code[:-1]}, {"setup_code": code[:-1] + "é"}):
            assert (await register(stranger, {**FIRST, **wrong})).status == 403
        assert await counts(db) == (0, 0, 0)
        assert (await register(stranger, {**FIRST, "setup_code": code.lower()})).status == 201
        assert (await stranger.get("/welcome")).json["registration"] == "closed"
        late = await register(Caller(production.app), wanting(setup_code=code))
        assert late.status == 403
        assert "closed" in late.json["detail"]
    assert await counts(db) == (1, 1, 1)


async def test_the_setup_code_follows_from_the_key_and_tells_nothing_of_it(tmp_path: Path) -> None:
    assert setup_code("a") != setup_code("b")
    assert setup_code("a") == setup_code("a")
    assert len(setup_code("a").replace("-", "")) == 16


async def test_an_address_with_an_account_is_refused_even_with_its_password(
    anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    # It would be a login that asks for no second factor.
    _, email = await new_member(db, tenant.id, "agent")
    before = await counts(db)
    for password in (PASSWORD, "another long password"):
        refused = await register(anonymous, wanting(email=email, password=password))
        assert refused.status == 409
        assert refused.json["errors"][0]["loc"] == ["email"]
    assert await counts(db) == before
    assert (await anonymous.get("/me")).status == 401


async def test_a_short_name_is_made_of_the_name_or_as_asked_but_never_anothers(
    anonymous: Caller, app: Application, db: Database
) -> None:
    await register(anonymous)
    again = await register(Caller(app), wanting(tenant={"name": "Atlas  Store!"}))
    assert again.json["me"]["tenant"]["slug"] == "atlas-store-2"
    taken = await register(Caller(app), wanting(email="c@c.test", tenant={"name": "X", "slug": "atlas-store"}))
    assert taken.status == 409
    assert taken.json["errors"][0]["loc"] == ["tenant", "slug"]
    assert await db.system.fetchval("select count(*) from users where email = 'c@c.test'") == 0
    assert (slug_of("Café Maure"), slug_of("مقهى"), slug_of("--")) == ("cafe-maure", "organisation", "organisation")


@pytest.mark.parametrize(("wrong", "where"), [
    ({"password": "short"}, ["password"]), ({"password": "Motdepasse2026!"}, ["password"]),
    ({"password": "salma@zagora.test"}, ["password"]), ({"password": "x" * 2000}, ["password"]),
    ({"email": "salma"}, ["email"]), ({"email": "salma@zagora.test\r\nBcc: a@b.test"}, ["email"]),
    ({"email": "salma @zagora.test"}, ["email"]), ({"email": "sälma@zagora.test"}, ["email"]),
    ({"email": '"a b"@zagora.test'}, ["email"]), ({"email": "a@b@zagora.test"}, ["email"]),
    ({"email": "a..b@zagora.test"}, ["email"]), ({"email": "a@zagora..test"}, ["email"]),
    ({"name": "Salma\r\nBcc: a@b.test"}, ["name"]), ({"name": "  "}, ["name"]), ({"name": "\u0000"}, ["name"]),
    ({"tenant": {"name": "Zagora\nX: y"}}, ["tenant", "name"]),
    ({"tenant": {"name": "Zagora", "slug": "defaults"}}, ["tenant", "slug"]),
    ({"tenant": {"name": "Zagora", "slug": "../atlas"}}, ["tenant", "slug"]),
    ({"tenant": {"name": "Zagora", "timezone": "../../etc/passwd"}}, ["tenant", "timezone"]),
    ({"platform_admin": True}, ["platform_admin"]),
])  # fmt: skip
async def test_what_is_not_valid_is_refused_where_it_stands(
    wrong: dict[str, object], where: list[str], anonymous: Caller, db: Database
) -> None:
    refused = await register(anonymous, wanting(**wrong))
    assert refused.status == 422
    assert refused.json["errors"][0]["loc"] == where
    assert await counts(db) == (0, 0, 0)


async def test_a_session_planted_before_is_worth_nothing_after(
    anonymous: Caller, app: Application, db: Database, tenant: SeededTenant
) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    await anonymous.log_in(email)
    planted = anonymous.cookie()
    assert (await register(anonymous)).status == 201
    assert anonymous.cookie() != planted
    assert (await Caller(app, {"Cookie": planted}).get("/me")).status == 401


async def test_another_site_cannot_register_somebody(anonymous: Caller, db: Database) -> None:
    refused = await anonymous.ask("POST", "/registrations", FIRST, Origin="http://evil.test")
    assert refused.status == 403
    assert await counts(db) == (0, 0, 0)


async def test_registering_is_counted(anonymous: Caller, app: Application) -> None:
    body = wanting(password="short-and-common")
    statuses = [(await register(anonymous, {**body, "tenant": {}})).status for _ in range(11)]
    assert statuses == [422] * 10 + [429]


async def test_the_plugins_of_a_new_tenant_are_there_on_its_first_screen(settings: Settings, db: Database) -> None:
    class Watching(NoPlugins):
        looked = 0

        async def refresh(self, db: Database) -> None:
            self.looked += 1

    watching = Watching()
    process = WebProcess(settings, db, None, Drawer(), watching, None)
    async with process.app.test_app():
        assert (await register(Caller(process.app))).status == 201
    assert watching.looked == 1
