import asyncio

import pytest

from core.audit import INSTALLATION
from core.auth.api_keys import create_api_key
from core.auth.lost_factors import forget_factors
from core.auth.second_factor import TRIES, TRIES_A_DAY
from core.db.pool import Database
from core.http.application import Application
from tests.auth.authenticator import Authenticator
from tests.auth.person import Person, new_person
from tests.http.callers import OWN_SITE, PASSWORD, Caller
from tests.seed import SeededTenant


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


@pytest.fixture
async def guarded(person: Person) -> Person:
    """With an authenticator app."""
    await person.enable_totp()
    return person


async def actions(db: Database) -> list[str]:
    rows = await db.system.fetch("select action from audit_log where chain <> $1 order by n", INSTALLATION)
    return [row["action"] for row in rows]


async def test_setting_up_takes_the_password_and_a_code(person: Person, db: Database) -> None:
    me = person.caller
    assert (await me.get("/me/factors")).json == {
        "totp": {"enabled": False, "since": None}, "recovery_codes_left": 0, "passkeys": []
    }  # fmt: skip
    refused = await me.ask("POST", "/me/totp", {"password": "not the password"})
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["password"])
    begun = (await me.ask("POST", "/me/totp", {"password": PASSWORD})).json
    assert begun["secret"] in begun["uri"]
    assert begun["qr_svg"].startswith("<svg")
    person.secret = begun["secret"]
    person.at(0)
    refused = await me.ask("PUT", "/me/totp", {"code": person.wrong()})
    assert (refused.status, refused.json["errors"][0]["loc"]) == (422, ["code"])
    assert (await person.elsewhere().log_in(person.email)).status == 200
    enabled = await me.ask("PUT", "/me/totp", {"code": person.code()})
    assert len(set(enabled.json["recovery_codes"])) == 10
    told = (await me.get("/me/factors")).json
    assert (told["totp"]["enabled"], told["recovery_codes_left"]) == (True, 10)
    assert "second_factor.enabled" in await actions(db)


async def test_the_secret_is_sealed_and_the_codes_are_hashed(guarded: Person, db: Database) -> None:
    stored = str(await db.system.fetch("select u::text from users u union all select r::text from recovery_codes r"))
    assert guarded.secret not in stored
    for code in guarded.codes:
        assert code not in stored
        assert code.encode().hex() not in stored
    assert "v1." in await db.system.fetchval("select totp_sealed from users where id = $1", guarded.id)


async def test_the_password_alone_opens_nothing(guarded: Person) -> None:
    browser = guarded.elsewhere()
    asked = await browser.log_in(guarded.email)
    assert (asked.status, asked.json["type"]) == (401, "/problems/second-factor")
    assert asked.json["methods"] == ["totp", "recovery_code"]
    assert "Set-Cookie" not in asked.headers
    assert (await browser.get("/me")).status == 401
    proved = await guarded.prove(browser, challenge=asked.json["challenge"], code=guarded.code())
    assert (proved.status, proved.json["me"]["email"]) == (200, guarded.email)
    assert (await browser.get("/me")).status == 200


async def test_a_wrong_password_does_not_betray_that_there_is_a_second_factor(guarded: Person) -> None:
    wrong = await guarded.elsewhere().log_in(guarded.email, "not the password")
    unknown = await guarded.elsewhere().log_in("nobody@atlas.test", "not the password")
    assert wrong.told == unknown.told


async def test_a_code_is_good_once_whatever_the_challenge(guarded: Person) -> None:
    code = guarded.code()
    assert (await guarded.prove(code=code)).status == 200
    again = await guarded.prove(code=code)
    assert (again.status, again.json["type"]) == (401, "/problems/second-factor")
    assert (await guarded.prove(code=guarded.code(-30))).status == 401  # an older one, never used, but overheard
    guarded.at(30)
    assert (await guarded.prove(code=guarded.code(30))).status == 200


async def test_the_code_that_turned_it_on_opens_nothing(guarded: Person) -> None:
    guarded.at(-90)
    assert (await guarded.prove(code=guarded.code(-90))).status == 401


async def test_of_ten_uses_of_one_code_at_once_one_succeeds(guarded: Person) -> None:
    challenges = [(await guarded.challenge()).json["challenge"] for _ in range(10)]
    code = guarded.code()
    answers = await asyncio.gather(*(guarded.prove(challenge=challenge, code=code) for challenge in challenges))
    assert sorted(answer.status for answer in answers).count(200) == 1


async def test_a_challenge_takes_five_wrong_answers_and_no_right_one_after(guarded: Person) -> None:
    challenge = (await guarded.challenge()).json["challenge"]
    for left in (4, 3, 2, 1):
        wrong = await guarded.prove(challenge=challenge, recovery_code="00000-00000")
        assert (wrong.status, wrong.json["type"], wrong.json["tries_left"]) == (401, "/problems/second-factor", left)
    last = await guarded.prove(challenge=challenge, recovery_code="00000-00000")
    assert (last.status, last.json["type"]) == (401, "/problems/unauthenticated")
    over = await guarded.prove(challenge=challenge, recovery_code=guarded.codes[0])
    assert (over.status, over.json["type"]) == (401, "/problems/unauthenticated")


async def test_new_challenges_bring_no_new_tries(guarded: Person, db: Database) -> None:
    for _ in range(TRIES):
        assert (await guarded.prove(code=guarded.wrong())).status == 401
    stopped = await guarded.prove(code=guarded.code())
    assert stopped.status == 429
    assert int(stopped.headers["Retry-After"]) == 900
    assert (await actions(db)).count("second_factor.refused") == TRIES
    await db.system.execute("update login_challenges set created_at = created_at - interval '16 minutes'")
    assert (await guarded.prove(code=guarded.code())).status == 200


async def test_twenty_guesses_at_once_are_five(guarded: Person, db: Database) -> None:
    challenges = [(await guarded.challenge()).json["challenge"] for _ in range(20)]
    wrong = guarded.wrong()
    answers = await asyncio.gather(*(guarded.prove(challenge=challenge, code=wrong) for challenge in challenges))
    assert sorted(answer.status for answer in answers) == [401] * TRIES + [429] * (20 - TRIES)


async def test_a_day_has_thirty_guesses(guarded: Person, db: Database) -> None:
    for _ in range(TRIES_A_DAY // TRIES):
        await guarded.prove(code=guarded.wrong())
        await db.system.execute(
            "update login_challenges set attempts = $1, created_at = created_at - interval '16 minutes' "
            "where attempts = 1", TRIES,
        )  # fmt: skip
    assert (await guarded.prove(code=guarded.code())).status == 429
    await db.system.execute("update login_challenges set created_at = created_at - interval '1 day'")
    assert (await guarded.prove(code=guarded.code())).status == 200


async def test_who_guesses_does_not_lock_the_owner_out(guarded: Person) -> None:
    phone = Authenticator()
    assert (await guarded.add_passkey(phone)).status == 201
    for _ in range(TRIES):
        await guarded.prove(code=guarded.wrong())
    assert (await guarded.prove(recovery_code=guarded.codes[0])).status == 200
    asked = (await guarded.challenge()).json
    passkey = phone.get(asked["passkey_options"])
    assert (await guarded.prove(challenge=asked["challenge"], passkey=passkey)).status == 200


@pytest.mark.parametrize(
    "change",
    ["update login_challenges set expires_at = now()", "update login_challenges set used_at = now()",
     "update login_challenges set purpose = 'passkey_login'", "delete from login_challenges",
     "update users set disabled_at = now()", "delete from memberships",
     "update tenants set status = 'suspended'"],
)  # fmt: skip
async def test_a_challenge_that_is_over_opens_nothing(change: str, guarded: Person, db: Database) -> None:
    challenge = (await guarded.challenge()).json["challenge"]
    await db.system.execute(change)
    browser = guarded.elsewhere()
    assert (await guarded.prove(browser, challenge=challenge, code=guarded.code())).status == 401
    assert (await browser.get("/me")).status == 401


async def test_an_answered_challenge_is_not_answered_again(guarded: Person) -> None:
    challenge = (await guarded.challenge()).json["challenge"]
    assert (await guarded.prove(challenge=challenge, code=guarded.code())).status == 200
    assert (await guarded.prove(challenge=challenge, recovery_code=guarded.codes[0])).status == 401


async def test_one_persons_challenge_is_not_answered_by_anothers_code(
    guarded: Person, app: Application, db: Database, tenant: SeededTenant
) -> None:
    other = await new_person(app, db, tenant.id)
    await other.enable_totp()
    challenge = (await guarded.challenge()).json["challenge"]
    for answer in ({"code": other.code()}, {"recovery_code": other.codes[0]}):
        assert (await guarded.prove(challenge=challenge, **answer)).status == 401
    assert (await other.prove(recovery_code=other.codes[0])).status == 200  # and was not used up


@pytest.mark.parametrize("answer", [{}, {"code": "1", "recovery_code": "2"}, {"code": None}, {"passkey": "x"}])
async def test_an_answer_is_one_answer(answer: dict[str, object], guarded: Person) -> None:
    assert (await guarded.prove(**answer)).status == 422


async def test_a_secret_sealed_for_another_person_does_not_open(
    guarded: Person, app: Application, db: Database, tenant: SeededTenant
) -> None:
    """Who can write to the database cannot give somebody their own authenticator app."""
    other = await new_person(app, db, tenant.id)
    await other.enable_totp()
    await db.system.execute(
        "update users set totp_sealed = (select totp_sealed from users where id = $2) where id = $1",
        guarded.id, other.id,
    )  # fmt: skip
    app.config["PROPAGATE_EXCEPTIONS"] = False
    assert (await guarded.prove(code=other.code())).status == 500


async def test_turning_it_on_ends_what_a_password_alone_has_opened(
    person: Person, db: Database
) -> None:
    other = person.elsewhere()
    await other.log_in(person.email)
    tokens = (await person.elsewhere().ask("POST", "/tokens", {"email": person.email, "password": PASSWORD})).json
    before = Caller(person.app, {"Cookie": person.caller.cookie()})
    await person.enable_totp()
    assert (await person.caller.get("/me")).status == 200
    assert (await person.caller.ask("PATCH", "/me/passkeys/00000000-0000-0000-0000-000000000000",
                                    {"name": "x"})).status == 404  # fmt: skip
    assert (await other.get("/me")).status == 401
    assert (await before.get("/me")).status == 401, "the cookie is renewed"
    program = Caller(person.app, {"Authorization": f"Bearer {tokens['access_token']}"})
    assert (await program.get("/me")).status == 401


async def test_it_is_turned_off_with_the_password_and_its_codes_go_too(guarded: Person, db: Database) -> None:
    me = guarded.caller
    assert (await me.ask("DELETE", "/me/totp", {"password": "not the password"})).status == 422
    assert (await me.ask("DELETE", "/me/totp", {"password": PASSWORD})).status == 204
    assert (await me.ask("DELETE", "/me/totp", {"password": PASSWORD})).status == 409
    assert (await guarded.challenge()).status == 200
    assert await db.system.fetchval("select count(*) from recovery_codes") == 0
    assert "second_factor.disabled" in await actions(db)


async def test_the_operator_lets_begin_again_whoever_has_lost_everything(guarded: Person, db: Database) -> None:
    phone = Authenticator()
    await guarded.add_passkey(phone)
    challenge = (await guarded.challenge()).json["challenge"]
    async with db.system_transaction() as connection:
        await forget_factors(connection, guarded.id)
    assert (await guarded.caller.get("/me")).status == 401
    assert (await guarded.prove(challenge=challenge, code=guarded.code())).status == 401
    browser = guarded.elsewhere()
    assert (await browser.log_in(guarded.email)).status == 200
    assert (await browser.get("/me/factors")).json == {
        "totp": {"enabled": False, "since": None}, "recovery_codes_left": 0, "passkeys": []
    }  # fmt: skip


async def test_a_session_that_was_found_open_does_not_guess_the_password(guarded: Person) -> None:
    for _ in range(9):
        await guarded.caller.ask("POST", "/me/recovery-codes", {"password": "a guess"})
    answers = [await guarded.caller.ask("DELETE", "/me/totp", {"password": guess}) for guess in ("a guess", PASSWORD)]
    assert [answer.status for answer in answers] == [429, 429]


async def test_a_second_app_does_not_replace_the_first_behind_its_back(guarded: Person) -> None:
    assert (await guarded.caller.ask("POST", "/me/totp", {"password": PASSWORD})).status == 409
    assert (await guarded.caller.ask("PUT", "/me/totp", {"code": guarded.code()})).status == 409
    assert (await guarded.prove(code=guarded.code())).status == 200


async def test_keys_have_no_second_factor(app: Application, db: Database, tenant: SeededTenant) -> None:
    key = await create_api_key(db, tenant.id, "n8n", "owner")
    program = Caller(app, {"Authorization": f"Bearer {key}"})
    for method, path in (("GET", "/me/factors"), ("POST", "/me/totp"), ("POST", "/me/passkeys/options"),
                         ("DELETE", "/tokens")):  # fmt: skip
        assert (await program.ask(method, path, {"password": PASSWORD})).status == 403, path


async def test_challenges_are_of_one_purpose(guarded: Person) -> None:
    """A passkey challenge that anybody can have is no second-factor challenge."""
    asked = await guarded.elsewhere().ask("POST", "/session/passkey-options", {}, **OWN_SITE)
    assert (await guarded.prove(challenge=asked.json["challenge"], code=guarded.code())).status == 401
