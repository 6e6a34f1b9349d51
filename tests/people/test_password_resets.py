"""A forgotten password, attacked."""

import asyncio
import json

import pytest

from core.auth.api_keys import create_api_key
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import OWN_SITE, PASSWORD, Answer, Caller, new_member
from tests.http.conftest import Enter
from tests.people.acts import acts, everything_said
from tests.people.mailbox import Mailbox
from tests.seed import SeededTenant

NEW = "a wholly new password"


async def ask(caller: Caller, email: str, **headers: str) -> Answer:
    return await caller.ask("POST", "/password-resets", {"email": email}, **OWN_SITE, **headers)


async def redeem(caller: Caller, token: str, password: str = NEW) -> Answer:
    return await caller.ask("POST", "/password-resets/redemptions", {"token": token, "password": password}, **OWN_SITE)


@pytest.fixture
async def email(db: Database, tenant: SeededTenant) -> str:
    return (await new_member(db, tenant.id, "agent"))[1]


@pytest.fixture
async def token(anonymous: Caller, mailbox: Mailbox, email: str) -> str:
    """Of a link that has been asked for and has arrived."""
    await ask(anonymous, email)
    return (await mailbox.only(email)).token


async def test_a_link_arrives_and_opens_the_door_with_a_new_password(
    anonymous: Caller, app: Application, mailbox: Mailbox, email: str, db: Database, tenant: SeededTenant
) -> None:
    asked = await ask(anonymous, f"  {email.upper()} ")
    assert (asked.status, asked.json) == (202, {})
    letter = await mailbox.only(email)
    assert "http://inbox.atlas.test/reset#" in letter.text
    assert (await redeem(anonymous, letter.token)).status == 204
    assert (await Caller(app).log_in(email)).status == 401
    assert (await Caller(app).log_in(email, NEW)).status == 200
    assert (await mailbox.only(email)).subject == "Votre mot de passe a été changé"
    told = [action for action, _ in await acts(db, tenant.id)]
    assert told[:2] == ["password.reset_requested", "password.reset"]
    assert letter.token not in await everything_said(db)


async def test_an_unknown_address_gets_the_same_answer_and_leaves_the_same_traces(
    anonymous: Caller, mailbox: Mailbox, email: str, db: Database
) -> None:
    known, unknown = await ask(anonymous, email), await ask(anonymous, "other" + email[5:])
    assert (known.status, known.raw) == (unknown.status, unknown.raw)
    assert set(known.headers.keys()) == set(unknown.headers.keys())
    jobs = await db.system.fetch("select name, tenant_id, key, length(args::text) as size, attempts from jobs")
    assert len(jobs) == 2
    assert tuple(jobs[0]) == tuple(jobs[1])
    assert email not in json.dumps([dict(row) for row in await db.system.fetch("select args from jobs")])
    assert [letter.to for letter in await mailbox.collect()] == [email]


async def test_the_answer_never_waits_for_a_look_at_the_address(
    anonymous: Caller, email: str, db: Database
) -> None:
    # Nobody can ask how long a lookup took: even with the table of people locked, the answer comes.
    async with db.system_transaction() as connection:
        await connection.execute("lock table users in access exclusive mode")
        async with asyncio.timeout(10):
            assert (await ask(anonymous, email)).status == 202


async def test_a_link_works_once(anonymous: Caller, token: str) -> None:
    assert (await redeem(anonymous, token)).status == 204
    again = await redeem(anonymous, token, "yet another password")
    assert again.status == 410
    assert again.json["type"] == "/problems/spent-link"


async def test_of_twenty_redemptions_at_once_one_wins(
    app: Application, token: str, email: str, db: Database, tenant: SeededTenant
) -> None:
    passwords = [f"the password of racer {number}" for number in range(20)]
    answers = await asyncio.gather(*(redeem(Caller(app), token, password) for password in passwords))
    assert sorted(answer.status for answer in answers) == [204] + [410] * 19
    winner = passwords[[answer.status for answer in answers].index(204)]
    assert (await Caller(app).log_in(email, winner)).status == 200
    assert [action for action, _ in await acts(db, tenant.id)].count("password.reset") == 1


@pytest.mark.parametrize("change", [
    "update password_resets set expires_at = now()", "update password_resets set used_at = now()",
    "update users set disabled_at = now()", "delete from password_resets",
    "update password_resets set token_hash = sha256('x')",
])  # fmt: skip
async def test_a_link_that_is_over_opens_nothing(
    change: str, anonymous: Caller, token: str, email: str, db: Database
) -> None:
    before = await db.system.fetchval("select password_hash from users where email = $1", email)
    await db.system.execute(change)
    assert (await redeem(anonymous, token)).status == 410
    assert await db.system.fetchval("select password_hash from users where email = $1", email) == before


@pytest.mark.parametrize("wrong", ["", "x", "x" * 43, "x" * 201, "\u0000", "é"])
async def test_a_guessed_token_opens_nothing(wrong: str, anonymous: Caller, token: str) -> None:
    assert (await redeem(anonymous, wrong)).status in (410, 422)


async def test_the_database_has_only_the_hash_of_the_token(token: str, db: Database) -> None:
    for table in ("password_resets", "jobs", "audit_log"):
        rows = await db.system.fetch(f"select t::text as row from {table} t")
        assert rows
        assert not any(token in row["row"] for row in rows), table


async def test_a_poor_password_is_refused_and_the_link_stays_good(anonymous: Caller, token: str, email: str) -> None:
    for poor in ("password", "12345678", email, "short"):
        assert (await redeem(anonymous, token, poor)).status == 422
    assert (await redeem(anonymous, token)).status == 204


async def test_a_new_password_ends_sessions_tokens_and_older_links_but_not_api_keys(
    anonymous: Caller, app: Application, mailbox: Mailbox, email: str, token: str, db: Database, tenant: SeededTenant
) -> None:
    browser, program = Caller(app), Caller(app)
    await browser.log_in(email)
    got = await program.ask("POST", "/tokens", {"email": email, "password": PASSWORD})
    program.headers = {"Authorization": f"Bearer {got.json['access_token']}"}
    key = Caller(app, {"Authorization": f"Bearer {await create_api_key(db, tenant.id, 'n8n')}"})
    await ask(anonymous, email)
    newer = (await mailbox.only(email)).token
    for caller in (browser, program, key):
        assert (await caller.get("/me")).status == 200
    assert (await redeem(anonymous, newer)).status == 204
    assert [(await caller.get("/me")).status for caller in (browser, program, key)] == [401, 401, 200]
    refresh = {"refresh_token": got.json["refresh_token"]}
    assert (await program.ask("POST", "/tokens/refreshes", refresh)).status == 401
    assert (await redeem(anonymous, token)).status == 410


async def test_a_login_that_waits_for_its_second_factor_ends_with_the_password(
    anonymous: Caller, token: str, email: str, db: Database
) -> None:
    await db.system.execute(
        "insert into login_challenges (token_hash, purpose, user_id, expires_at) "
        "select sha256('c'), 'second_factor', id, now() + interval '5 minutes' from users where email = $1", email
    )
    assert (await redeem(anonymous, token)).status == 204
    assert await db.system.fetchval("select used_at is not null from login_challenges") is True


async def test_a_reset_does_not_log_in_and_leaves_the_second_factor(
    anonymous: Caller, token: str, email: str, db: Database
) -> None:
    await db.system.execute("update users set totp_sealed = 'x', totp_enabled_at = now() where email = $1", email)
    assert (await redeem(anonymous, token)).headers.get("Set-Cookie") is None
    assert (await anonymous.get("/me")).status == 401
    assert await db.system.fetchval("select totp_enabled_at is not null from users where email = $1", email) is True


async def test_a_strangers_host_header_does_not_lead_the_link_elsewhere(
    anonymous: Caller, mailbox: Mailbox, email: str
) -> None:
    headers = {"Origin": "http://inbox.atlas.test", "Host": "evil.test", "X_Forwarded_Host": "evil.test"}
    await anonymous.ask("POST", "/password-resets", {"email": email}, **headers)
    letter = await mailbox.only(email)
    assert "evil" not in letter.text + letter.html


async def test_nobodys_mailbox_is_filled(app: Application, mailbox: Mailbox, email: str) -> None:
    for _ in range(5):
        await ask(Caller(app), email)
    assert len(await mailbox.collect()) == 3


async def test_asking_is_counted_whether_or_not_the_address_is_known(anonymous: Caller, email: str) -> None:
    for address in (email, "nobody@nowhere.test"):
        statuses = [(await ask(anonymous, address)).status for _ in range(6)]
        assert statuses == [202] * 5 + [429]


async def test_a_disabled_person_gets_no_link(
    anonymous: Caller, mailbox: Mailbox, email: str, db: Database
) -> None:
    await db.system.execute("update users set disabled_at = now()")
    assert (await ask(anonymous, email)).status == 202
    assert await mailbox.collect() == []


async def test_a_request_moved_to_another_job_is_not_followed(
    anonymous: Caller, mailbox: Mailbox, email: str, db: Database
) -> None:
    await ask(anonymous, email)
    await ask(anonymous, "nobody@nowhere.test")
    await db.system.execute(
        "update jobs set args = (select args from jobs order by id limit 1) "
        "where id = (select id from jobs order by id desc limit 1)"
    )
    letters = await mailbox.collect(failing=1)
    assert [letter.to for letter in letters] == [email]
    failed = await db.system.fetchrow("select attempts, last_error from jobs where state = 'failed'")
    assert failed is not None
    assert (failed["attempts"], "does not open" in failed["last_error"]) == (1, True)


async def test_the_language_is_the_persons_else_their_organisations(
    enter: Enter, anonymous: Caller, mailbox: Mailbox, email: str, db: Database
) -> None:
    await db.system.execute("update users set locale = 'ar' where email = $1", email)
    await ask(anonymous, email)
    letter = await mailbox.only(email)
    assert letter.subject == "اختر كلمة مرور جديدة"
    assert 'dir="rtl"' in letter.html
