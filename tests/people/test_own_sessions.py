"""Where one is logged in, and ending it."""

from uuid import uuid4

import pytest

from core.auth.memberships import add_member
from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import Person, new_person
from tests.http.callers import PASSWORD, Caller
from tests.people.acts import acts
from tests.seed import SeededTenant


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


async def program_of(person: Person) -> Caller:
    caller = Caller(person.app, {"User-Agent": "n8n/1"})
    got = await caller.ask("POST", "/tokens", {"email": person.email, "password": PASSWORD})
    caller.headers = {"Authorization": f"Bearer {got.json['access_token']}"}
    return caller


async def test_browsers_and_programs_are_listed_with_the_one_that_asks_marked(
    person: Person, app: Application
) -> None:
    phone = Caller(app, {"User-Agent": "A phone"})
    await phone.ask("POST", "/session", {"email": person.email, "password": PASSWORD})
    await program_of(person)
    listed = (await person.caller.get("/sessions")).json["items"]
    others = {(one["kind"], one["user_agent"]) for one in listed if not one["current"]}
    assert others == {("browser", "A phone"), ("token", "n8n/1")}
    assert [one["kind"] for one in listed if one["current"]] == ["browser"]
    assert not {"token_hash", "csrf_secret"} & set(listed[0])


async def test_one_can_be_ended_and_its_cookie_is_worth_nothing(
    person: Person, app: Application, db: Database, tenant: SeededTenant
) -> None:
    phone, program = Caller(app), await program_of(person)
    await phone.log_in(person.email)
    for one in (await person.caller.get("/sessions")).json["items"]:
        if not one["current"]:
            assert (await person.caller.ask("DELETE", f"/sessions/{one['id']}")).status == 204
            assert (await person.caller.ask("DELETE", f"/sessions/{one['id']}")).status == 404
    assert [(await caller.get("/me")).status for caller in (phone, program, person.caller)] == [401, 401, 200]
    assert [action for action, _ in await acts(db, tenant.id)].count("session.ended") == 2
    assert len((await person.caller.get("/sessions")).json["items"]) == 1


async def test_nobody_ends_a_colleagues_or_a_strangers_session(
    person: Person, app: Application, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    for victim in (await new_person(app, db, tenant.id, "owner"), await new_person(app, db, other_tenant.id)):
        (theirs,) = (await victim.caller.get("/sessions")).json["items"]
        foreign = await person.caller.ask("DELETE", f"/sessions/{theirs['id']}")
        absent = await person.caller.ask("DELETE", f"/sessions/{uuid4()}")
        assert (foreign.status, foreign.told) == (absent.status, absent.told)
        assert foreign.status == 404
        family = await program_of(victim)
        rows = (await victim.caller.get("/sessions")).json["items"]
        token = next(one for one in rows if one["kind"] == "token")
        assert (await person.caller.ask("DELETE", f"/sessions/{token['id']}")).status == 404
        assert (await family.get("/me")).status == (await victim.caller.get("/me")).status == 200
        mine = {one["id"] for one in (await person.caller.get("/sessions")).json["items"]}
        assert not mine & {one["id"] for one in rows}


async def test_logging_out_everywhere_ends_all_of_them_in_every_organisation(
    person: Person, app: Application, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await add_member(db, other_tenant.id, person.id, "viewer")
    there, program = Caller(app), await program_of(person)
    await there.ask("POST", "/session", {"email": person.email, "password": PASSWORD, "tenant": "zagora"})
    copy = Caller(app, {"Cookie": person.caller.cookie()})
    colleague = await new_person(app, db, tenant.id)
    ended = await person.caller.ask("DELETE", "/sessions")
    assert ended.status == 204
    assert "comptoir_session=;" in ended.headers["Set-Cookie"].replace('""', "")
    for caller in (person.caller, copy, there, program):
        assert (await caller.get("/me")).status == 401
    assert (await colleague.caller.get("/me")).status == 200
    for chain in (tenant.id, other_tenant.id):
        assert ("sessions.ended", "member") in await acts(db, chain)


@pytest.mark.parametrize("change", [
    "update sessions set last_seen_at = now() - interval '12 hours 1 second' where user_agent = 'old'",
    "update sessions set expires_at = now() where user_agent = 'old'",
    "update sessions set revoked_at = now() where user_agent = 'old'",
])  # fmt: skip
async def test_those_that_are_over_are_not_listed(change: str, person: Person, app: Application, db: Database) -> None:
    await Caller(app, {"User-Agent": "old"}).ask("POST", "/session", {"email": person.email, "password": PASSWORD})
    assert len((await person.caller.get("/sessions")).json["items"]) == 2
    await db.system.execute(change)
    assert len((await person.caller.get("/sessions")).json["items"]) == 1
