"""A cookie that somebody planted, copied or kept is worth nothing once its owner's standing changes."""

from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import new_person
from tests.http.callers import OWN_SITE, PASSWORD, Caller
from tests.seed import SeededTenant


async def test_a_planted_session_does_not_become_the_victims(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    attacker, victim = await new_person(app, db, tenant.id), await new_person(app, db, tenant.id)
    planted = attacker.caller.cookie()
    browser = Caller(app, {**OWN_SITE, "Cookie": planted})
    entered = await browser.ask("POST", "/session", {"email": victim.email, "password": PASSWORD})
    assert entered.json["me"]["email"] == victim.email
    assert planted.partition("=")[2] not in entered.headers["Set-Cookie"]
    assert (await Caller(app, {"Cookie": planted}).get("/me")).status == 401


async def test_a_cookie_from_before_the_second_factor_is_not_promoted(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    attacker, victim = await new_person(app, db, tenant.id), await new_person(app, db, tenant.id)
    await victim.enable_totp()
    planted = {**OWN_SITE, "Cookie": attacker.caller.cookie()}
    browser = Caller(app, planted)
    asked = await browser.ask("POST", "/session", {"email": victim.email, "password": PASSWORD})
    assert (asked.status, "Set-Cookie" in asked.headers) == (401, False)
    assert (await Caller(app, planted).get("/me")).json["email"] == attacker.email
    told = {"challenge": asked.json["challenge"], "code": victim.code()}
    assert (await browser.ask("POST", "/session/second-factor", told)).json["me"]["email"] == victim.email
    assert (await Caller(app, planted).get("/me")).status == 401


async def test_a_challenge_answered_in_another_browser_opens_only_that_one(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    person = await new_person(app, db, tenant.id)
    await person.enable_totp()
    first, second = person.elsewhere(), person.elsewhere()
    challenge = (await first.log_in(person.email)).json["challenge"]
    assert (await person.prove(second, challenge=challenge, code=person.code())).status == 200
    assert (await first.get("/me")).status == 401


async def test_copies_of_a_cookie_end_with_the_logout_and_with_a_change_of_factors(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    person = await new_person(app, db, tenant.id)
    for change in ("enable", "disable", "log out"):
        copy = Caller(app, {"Cookie": person.caller.cookie()})
        assert (await copy.get("/me")).status == 200
        if change == "enable":
            await person.enable_totp()
        elif change == "disable":
            assert (await person.caller.ask("DELETE", "/me/totp", {"password": PASSWORD})).status == 204
        else:
            assert (await person.caller.ask("DELETE", "/session")).status == 204
        assert (await copy.get("/me")).status == 401, change
    assert (await person.caller.get("/me")).status == 401


async def test_a_cookie_that_we_did_not_sign_is_not_looked_up(
    app: Application, db: Database, tenant: SeededTenant
) -> None:
    person = await new_person(app, db, tenant.id)
    name, _, value = person.caller.cookie().partition("=")
    body, _, signature = value.rpartition(".")
    for forged in (body, f"{body}.", f"{body}.{signature[::-1]}", value + "x", "x"):
        assert (await Caller(app, {"Cookie": f"{name}={forged}"}).get("/me")).status == 401
