from datetime import timedelta

import pytest

from core.auth.sessions import revoke_sessions_of
from core.db.pool import Database
from core.http.application import Application
from core.http.services import KEY
from tests.http.callers import OWN_SITE, PASSWORD, Caller, new_member
from tests.http.conftest import Enter
from tests.seed import SeededTenant


async def test_a_member_logs_in_and_out(anonymous: Caller, db: Database, tenant: SeededTenant) -> None:
    user_id, email = await new_member(db, tenant.id, "agent")
    answer = await anonymous.log_in(email.upper())
    assert answer.status == 200
    me = answer.json["me"]
    assert (me["id"], me["email"], me["role"], me["auth"]) == (str(user_id), email, "agent", "session")
    assert me["tenant"]["slug"] == tenant.slug
    assert (await anonymous.get("/me")).json == me
    copy = Caller(anonymous._client.app, {"Cookie": anonymous.cookie()})  # type: ignore[arg-type]
    assert (await copy.get("/me")).status == 200
    assert (await anonymous.ask("DELETE", "/session")).status == 204
    assert (await anonymous.get("/me")).status == 401
    assert (await copy.get("/me")).status == 401


async def test_the_cookie_is_for_us_alone_and_the_database_has_only_its_hash(
    anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    cookie = (await anonymous.log_in(email)).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    stored = bytes(await db.system.fetchval("select token_hash from sessions"))
    assert len(stored) == 32
    assert stored.hex() not in cookie


async def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(
    anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    wrong = await anonymous.log_in(email, "not the password")
    unknown = await anonymous.log_in("nobody@atlas.test", "not the password")
    assert wrong.status == unknown.status == 401
    assert wrong.told == unknown.told
    # The seeded owner has no password at all: an invitation not accepted yet.
    assert (await anonymous.log_in("owner@atlas.test", "")).status == 422
    assert (await anonymous.log_in("owner@atlas.test", "None")).told == wrong.told


async def test_a_session_token_set_before_the_login_is_worth_nothing_after(
    anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    await anonymous.log_in(email)
    before = anonymous.cookie()
    await anonymous.log_in(email)
    assert anonymous.cookie() != before


@pytest.mark.parametrize(
    "change",
    [
        "update sessions set last_seen_at = now() - interval '12 hours 1 minute'",
        "update sessions set expires_at = now() - interval '1 second'",
        "update sessions set revoked_at = now()",
        "update users set disabled_at = now()",
        "delete from memberships",
        "update tenants set status = 'suspended'",
    ],
)
async def test_a_session_ends_with_its_reason_to_be(
    change: str, enter: Enter, db: Database, tenant: SeededTenant
) -> None:
    agent = await enter(tenant, "agent")
    assert (await agent.get("/me")).status == 200
    await db.system.execute(change)
    assert (await agent.get("/me")).status == 401


async def test_all_sessions_of_a_user_can_be_ended(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    await revoke_sessions_of(db.system, (await agent.get("/me")).json["id"])
    assert (await agent.get("/me")).status == 401


async def test_a_visit_keeps_the_session_alive(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    await db.system.execute("update sessions set last_seen_at = now() - interval '11 hours'")
    assert (await agent.get("/me")).status == 200
    idle: timedelta = await db.system.fetchval("select now() - last_seen_at from sessions")
    assert idle < timedelta(minutes=1)


async def test_the_sixth_attempt_in_five_minutes_has_to_wait_even_with_the_right_password(
    anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    for _ in range(5):
        assert (await anonymous.log_in(email, "guess")).status == 401
    refused = await anonymous.log_in(email, PASSWORD)
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60


async def test_behind_our_proxy_the_address_it_appended_counts_and_no_other(
    anonymous: Caller, db: Database, tenant: SeededTenant
) -> None:
    async def guess(forwarded: str) -> int:
        anonymous.headers = {**OWN_SITE, "X-Forwarded-For": forwarded}
        return (await anonymous.ask("POST", "/session", {"email": "a@b.test", "password": "guess"})).status

    for number in range(5):
        assert await guess(f"10.0.0.{number}, 203.0.113.7") == 401
    assert await guess("10.0.0.9, 203.0.113.7") == 429
    assert await guess("203.0.113.8") == 401


async def test_without_a_proxy_the_header_is_anyones_word(
    anonymous: Caller, app: Application, db: Database, tenant: SeededTenant
) -> None:
    app.extensions[KEY].behind_proxy = False
    statuses = []
    for number in range(6):
        anonymous.headers = {**OWN_SITE, "X-Forwarded-For": f"203.0.113.{number}"}
        statuses.append((await anonymous.ask("POST", "/session", {"email": "a@b.test", "password": "x"})).status)
    assert statuses == [401] * 5 + [429]


async def test_success_forgets_the_failures(anonymous: Caller, db: Database, tenant: SeededTenant) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    for _ in range(3):
        for _ in range(4):
            await anonymous.log_in(email, "guess")
        assert (await anonymous.log_in(email)).status == 200


async def test_unsafe_methods_need_the_csrf_token(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    for token in ({}, {"X-CSRF-Token": "0" * 64}):
        agent.headers = {**OWN_SITE, **token}
        refused = await agent.ask("POST", "/contacts", {"name": "Salma"})
        assert refused.status == 403
        assert "X-CSRF-Token" in refused.json["detail"]
    agent.headers = {**OWN_SITE, "X-CSRF-Token": agent.csrf}
    assert (await agent.ask("POST", "/contacts", {"name": "Salma"})).status == 201


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.test"},
        {"Origin": "http://localhost:8602"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_may_not_ask_even_with_the_token(
    headers: dict[str, str], enter: Enter, tenant: SeededTenant, db: Database
) -> None:
    agent = await enter(tenant, "agent")
    agent.headers = {**headers, "X-CSRF-Token": agent.csrf}
    assert (await agent.ask("POST", "/contacts", {"name": "Salma"})).status == 403
    assert (await agent.ask("POST", "/session", {"email": "a@b.test", "password": "x"})).status == 403
    assert await db.system.fetchval("select count(*) from contacts") == 0


async def test_the_public_url_is_our_own_site_too(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    agent.headers = {"Origin": "http://inbox.atlas.test", "X-CSRF-Token": agent.csrf}
    assert (await agent.ask("POST", "/contacts", {"name": "Salma"})).status == 201


async def test_a_form_that_any_page_can_post_is_refused(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert (await agent.raw("POST", "/contacts", b'{"name": "Salma"}', kind)).status == 422


async def test_bootstrap_has_what_a_screen_starts_with(
    app: Application, enter: Enter, tenant: SeededTenant, db: Database
) -> None:
    agent = await enter(tenant, "agent")
    told = (await agent.get("/bootstrap")).json
    epoch = await db.system.fetchval("select epoch from installation")
    assert told["cursor"] == f"{epoch}.0"
    assert told["csrf"] == agent.csrf
    assert [account["phone_number_id"] for account in told["accounts"]] == [tenant.phone_number_id]
    assert {member["role"] for member in told["members"]} == {"owner", "agent"}
    assert "access_token" not in str(told)
    assert (told["locale"], told["dir"], told["ws"]) == ("fr", "ltr", "/ws")
    assert told["ui"]["pages"] == []
