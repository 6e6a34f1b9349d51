"""One's own name, language and password, and going to another organisation."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from core.auth.memberships import add_member
from core.auth.open_sessions import end_all_sessions
from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import Person, new_person, services_of
from tests.http.callers import PASSWORD, Answer, Caller
from tests.http.conftest import Enter
from tests.people.acts import acts, everything_said
from tests.people.mailbox import Mailbox
from tests.seed import SeededTenant

NEW = "a wholly new password"


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


async def change(caller: Caller, current: str = PASSWORD, password: str = NEW) -> Answer:
    return await caller.ask("PUT", "/me/password", {"current": current, "password": password})


async def test_a_name_and_a_language_are_ones_own_to_change(
    person: Person, enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await add_member(db, other_tenant.id, person.id, "viewer", name="The auditor")
    answer = await person.caller.ask("PATCH", "/me", {"name": " Salma Idrissi ", "locale": "ar"})
    assert (answer.status, answer.json["name"], answer.json["locale"]) == (200, "Salma Idrissi", "ar")
    members = (await (await enter(tenant, "agent")).get("/bootstrap")).json["members"]
    assert "Salma Idrissi" in {member["name"] for member in members}
    # Elsewhere an administrator calls them something else, and that stays.
    names = await db.system.fetch("select name from memberships where user_id = $1 order by name", person.id)
    assert [row["name"] for row in names] == ["Salma Idrissi", "The auditor"]
    told = await db.system.fetch("select tenant_id, payload from event_outbox where type = 'member.saved'")
    assert [(row["tenant_id"], row["payload"]["member"]["name"]) for row in told] == [(tenant.id, "Salma Idrissi")]
    back = await person.caller.ask("PATCH", "/me", {"locale": None})
    assert (back.json["locale"], back.json["name"]) == ("fr", "Salma Idrissi")
    assert "Salma" not in await everything_said(db)


async def test_screens_are_as_one_likes_them_wherever_one_logs_in(
    person: Person, enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    usual = (await person.caller.get("/me")).json["preferences"]
    assert usual == {"density": "comfortable", "theme": "auto", "digits": "latn", "keys": True,
                     "sending": "enter"}
    await person.caller.ask("PATCH", "/me", {"preferences": {"density": "compact"}})
    answer = await person.caller.ask("PATCH", "/me", {"preferences": {"theme": "dark", "keys": False}})
    assert answer.json["preferences"] == usual | {"density": "compact", "theme": "dark", "keys": False}
    assert (await person.caller.get("/bootstrap")).json["me"]["preferences"] == answer.json["preferences"]
    assert (await (await enter(tenant, "agent")).get("/me")).json["preferences"] == usual
    assert await db.system.fetchval("select count(*) from audit_log where action = 'member.updated'") == 0


@pytest.mark.parametrize("wrong", [
    {"preferences": {"theme": "pink"}}, {"preferences": {"font": "big"}}, {"preferences": None},
    {"name": None}, {"name": ""}, {"name": "A\r\nBcc: x@y.test"}, {"name": "x" * 81}, {"locale": "de"},
    {"role": "owner"}, {"email": "other@atlas.test"}, {"platform_admin": True},
])  # fmt: skip
async def test_nothing_else_can_be_changed_that_way(wrong: dict[str, object], person: Person) -> None:
    before = (await person.caller.get("/me")).json
    assert (await person.caller.ask("PATCH", "/me", wrong)).status == 422
    assert (await person.caller.get("/me")).json == before


async def test_a_key_has_no_account_of_its_own(with_key: Enter, tenant: SeededTenant) -> None:
    key = await with_key(tenant, "owner")
    for method, path, body in (
        ("PATCH", "/me", {"name": "x"}), ("PUT", "/me/password", {"current": PASSWORD, "password": NEW}),
        ("GET", "/me/tenants", None), ("PUT", "/session/tenant", {"tenant": tenant.slug}),
        ("GET", "/sessions", None), ("DELETE", "/sessions", None),
    ):  # fmt: skip
        assert (await key.ask(method, path, body)).status == 403, path


async def test_a_new_password_ends_everything_but_this_browser_whose_cookie_changes(
    person: Person, app: Application, mailbox: Mailbox, db: Database, tenant: SeededTenant
) -> None:
    elsewhere, old_cookie = Caller(app), person.caller.cookie()
    await elsewhere.log_in(person.email)
    assert (await change(person.caller)).status == 204
    assert person.caller.cookie() != old_cookie
    assert (await Caller(app, {"Cookie": old_cookie}).get("/me")).status == 401
    assert (await elsewhere.get("/me")).status == 401
    # The page that is open goes on with the CSRF token it has.
    assert (await person.caller.ask("PATCH", "/me", {"name": "Salma"})).status == 200
    assert (await Caller(app).log_in(person.email)).status == 401
    assert (await Caller(app).log_in(person.email, NEW)).status == 200
    assert (await mailbox.only(person.email)).subject == "Votre mot de passe a été changé"
    assert ("password.changed", "member") in await acts(db, tenant.id)
    said = await everything_said(db)
    assert NEW not in said
    assert PASSWORD not in said


async def test_programs_tokens_end_with_the_password_that_got_them(person: Person, app: Application) -> None:
    program = Caller(app)
    got = await program.ask("POST", "/tokens", {"email": person.email, "password": PASSWORD})
    program.headers = {"Authorization": f"Bearer {got.json['access_token']}"}
    assert (await program.get("/me")).status == 200
    assert (await change(person.caller)).status == 204
    assert (await program.get("/me")).status == 401


async def test_whoever_found_a_screen_open_cannot_change_the_password(person: Person, app: Application) -> None:
    for wrong in ("", "x", PASSWORD + " ", NEW):
        assert (await change(person.caller, wrong)).status == 422
    assert (await Caller(app).log_in(person.email)).status == 200


async def test_guessing_the_current_password_is_counted(person: Person) -> None:
    statuses = [(await change(person.caller, f"guess {number}")).status for number in range(11)]
    assert statuses == [422] * 10 + [429]


@pytest.mark.parametrize("poor", ["password1", "short", "Azerty2026", "aaaaaaaaaaaa"])
async def test_a_poor_new_password_is_refused(poor: str, person: Person) -> None:
    refused = await change(person.caller, password=poor)
    assert refused.status == 422
    assert refused.json["errors"][0]["loc"] == ["password"]


async def test_of_two_changes_at_once_one_counts(person: Person, app: Application) -> None:
    other = Caller(app)
    await other.log_in(person.email)
    answers = await asyncio.gather(change(person.caller, password="the first of two"),
                                   change(other, password="the second of two"))  # fmt: skip
    statuses = [answer.status for answer in answers]
    assert statuses.count(204) == 1, statuses
    winner = ("the first of two", "the second of two")[statuses.index(204)]
    assert (await Caller(app).log_in(person.email, winner)).status == 200


async def test_a_person_goes_to_another_of_their_organisations(
    person: Person, app: Application, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await add_member(db, other_tenant.id, person.id, "viewer")
    listed = (await person.caller.get("/me/tenants")).json["items"]
    assert [(one["slug"], one["role"], one["current"]) for one in listed] == [
        ("atlas", "agent", True), ("zagora", "viewer", False)]  # fmt: skip
    old_cookie = person.caller.cookie()
    there = await person.caller.ask("PUT", "/session/tenant", {"tenant": "zagora"})
    assert there.status == 200
    assert (there.json["me"]["tenant"]["slug"], there.json["me"]["role"]) == ("zagora", "viewer")
    assert (await person.caller.get("/me")).json["tenant"]["slug"] == "zagora"
    assert (await Caller(app, {"Cookie": old_cookie}).get("/me")).status == 401
    assert there.json["csrf"] != person.caller.csrf
    assert ("session.opened", "member") in await acts(db, other_tenant.id)


async def test_going_to_and_fro_makes_no_login_longer(
    person: Person, db: Database, other_tenant: SeededTenant
) -> None:
    await add_member(db, other_tenant.id, person.id, "viewer")
    await db.system.execute("update sessions set expires_at = now() + interval '1 hour' where user_id = $1", person.id)
    for slug in ("zagora", "atlas"):
        there = await person.caller.ask("PUT", "/session/tenant", {"tenant": slug})
        assert there.status == 200
        person.caller.headers["X-CSRF-Token"] = there.json["csrf"]
    latest = await db.system.fetchval("select max(expires_at) - now() from sessions where user_id = $1", person.id)
    assert latest <= timedelta(hours=1)


async def test_a_session_that_is_ended_meanwhile_goes_nowhere(
    person: Person, app: Application, db: Database, other_tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever copied the cookie asks just as its owner logs out everywhere, or changes the password."""
    await add_member(db, other_tenant.id, person.id, "viewer")
    account = services_of(app).people.own_account
    find = account.tenant_called

    async def while_it_is_ended(user_id: UUID, slug: str) -> UUID | None:
        found = await find(user_id, slug)
        await end_all_sessions(db, user_id)
        return found

    monkeypatch.setattr(account, "tenant_called", while_it_is_ended)
    assert (await person.caller.ask("PUT", "/session/tenant", {"tenant": "zagora"})).status == 401
    open_ones = "select count(*) from sessions where user_id = $1 and revoked_at is null"
    assert await db.system.fetchval(open_ones, person.id) == 0


async def test_nobody_goes_where_they_do_not_belong(
    person: Person, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    cookie = person.caller.cookie()
    for slug in ("zagora", "nowhere", ""):
        assert (await person.caller.ask("PUT", "/session/tenant", {"tenant": slug})).status == 404
    await add_member(db, other_tenant.id, person.id, "viewer")
    await db.system.execute("update tenants set status = 'suspended' where slug = 'zagora'")
    assert (await person.caller.ask("PUT", "/session/tenant", {"tenant": "zagora"})).status == 404
    assert person.caller.cookie() == cookie
    assert (await person.caller.get("/me")).json["tenant"]["slug"] == "atlas"


async def test_another_sites_page_changes_nothing(person: Person) -> None:
    person.caller.headers = {"Origin": "http://localhost"}
    for method, path, body in (
        ("PATCH", "/me", {"name": "x"}), ("PUT", "/me/password", {"current": PASSWORD, "password": NEW}),
        ("PUT", "/session/tenant", {"tenant": "atlas"}), ("DELETE", "/sessions", None),
    ):  # fmt: skip
        assert (await person.caller.ask(method, path, body)).status == 403, path
