import asyncio

import pytest

from core.auth.credentials import end_credentials_of
from core.auth.token_families import open_family
from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import Person, new_person
from tests.http.callers import PASSWORD, Answer, Caller
from tests.seed import SeededTenant


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


@pytest.fixture
async def first(person: Person) -> dict[str, str]:
    """The answer to a program's login."""
    told: dict[str, str] = (await person.elsewhere().ask(
        "POST", "/tokens", {"email": person.email, "password": PASSWORD}
    )).json  # fmt: skip
    return told


async def refresh(person: Person, token: str) -> Answer:
    return await Caller(person.app).ask("POST", "/tokens/refreshes", {"refresh_token": token})


async def alive(person: Person, tokens: dict[str, str]) -> bool:
    return (await Caller(person.app, {"Authorization": f"Bearer {tokens['access_token']}"}).get("/me")).status == 200


async def test_each_refresh_token_brings_the_next(person: Person, first: dict[str, str]) -> None:
    told = first
    seen = {told["refresh_token"]}
    for _ in range(4):
        answer = await refresh(person, told["refresh_token"])
        assert answer.status == 200
        told = answer.json
        assert await alive(person, told)
        seen.add(told["refresh_token"])
    assert len(seen) == 5
    assert await alive(person, first), "an access token lives its ten minutes"


async def test_a_request_with_its_access_token_is_a_use_of_it(
    person: Person, first: dict[str, str], db: Database
) -> None:
    await db.system.execute("update token_families set last_used_at = now() - interval '5 minutes'")
    assert await alive(person, first)
    assert await db.system.fetchval("select now() - last_used_at < interval '1 minute' from token_families")


async def test_the_database_has_only_hashes(db: Database, first: dict[str, str]) -> None:
    stored = str(await db.system.fetch(
        "select t::text from refresh_tokens t union all select f::text from token_families f"
    ))  # fmt: skip
    for token in first.values():
        assert str(token) not in stored
        assert str(token).encode().hex() not in stored


async def test_a_used_one_that_comes_again_ends_the_family(
    person: Person, first: dict[str, str], db: Database
) -> None:
    second = (await refresh(person, first["refresh_token"])).json
    third = (await refresh(person, second["refresh_token"])).json
    assert (await refresh(person, first["refresh_token"])).status == 401
    assert not await alive(person, first)
    assert not await alive(person, third)
    assert (await refresh(person, third["refresh_token"])).status == 401
    assert await db.system.fetchval("select revoked_because from token_families") == "reuse"
    rows = await db.system.fetch("select action, changes from audit_log where action like 'token_family.%' order by n")
    assert [row["action"] for row in rows] == ["token_family.opened", "token_family.revoked"]
    assert "came again" in str(rows[1]["changes"])


async def test_of_ten_refreshes_at_once_one_is_answered_and_the_family_ends_once(
    person: Person, first: dict[str, str], db: Database
) -> None:
    """Whether a thief or a client that does not wait: the rest cannot be told from reuse."""
    answers = await asyncio.gather(*(refresh(person, first["refresh_token"]) for _ in range(10)))
    assert sorted(answer.status for answer in answers) == [200] + [401] * 9
    winner = next(answer.json for answer in answers if answer.status == 200)
    assert not await alive(person, winner)
    assert (await refresh(person, winner["refresh_token"])).status == 401
    assert await db.system.fetchval("select count(*) from audit_log where action = 'token_family.revoked'") == 1


async def test_one_familys_end_is_not_anothers(
    person: Person, first: dict[str, str], db: Database, tenant: SeededTenant
) -> None:
    other = await open_family(db.system, person.id, tenant.id)
    await refresh(person, first["refresh_token"])
    await refresh(person, first["refresh_token"])
    assert (await refresh(person, other.refresh_token)).status == 200


@pytest.mark.parametrize(
    "change",
    ["update users set disabled_at = now()", "delete from memberships", "update tenants set status = 'suspended'",
     "update token_families set revoked_at = now()", "update token_families set expires_at = now()",
     "update refresh_tokens set expires_at = now()", "update users set password_changed_at = now()"],
)  # fmt: skip
async def test_what_is_over_is_not_refreshed(
    change: str, person: Person, first: dict[str, str], db: Database
) -> None:
    await db.system.execute(change)
    assert (await refresh(person, first["refresh_token"])).status == 401


@pytest.mark.parametrize("junk", ["", "wrt_", "wrt_x", "' or true --", "é", "x" * 200])
async def test_junk_refreshes_nothing_and_ends_nothing(junk: str, person: Person, first: dict[str, str]) -> None:
    assert (await refresh(person, junk)).status == 401
    assert await alive(person, first)


async def test_an_access_token_refreshes_nothing_and_a_refresh_token_asks_nothing(
    person: Person, first: dict[str, str]
) -> None:
    assert (await refresh(person, first["access_token"])).status in (401, 422)
    assert (await Caller(person.app, {"Authorization": f"Bearer {first['refresh_token']}"}).get("/me")).status == 401


async def test_a_refresh_token_does_not_outlive_its_family(
    person: Person, first: dict[str, str], db: Database
) -> None:
    await db.system.execute("update token_families set expires_at = now() + interval '1 hour'")
    told = (await refresh(person, first["refresh_token"])).json
    assert 3590 <= told["refresh_expires_in"] <= 3600


async def test_logging_out_ends_the_whole_family(person: Person, first: dict[str, str]) -> None:
    second = (await refresh(person, first["refresh_token"])).json
    program = Caller(person.app, {"Authorization": f"Bearer {first['access_token']}"})
    assert (await program.ask("DELETE", "/tokens")).status == 204
    assert not await alive(person, second)
    assert (await refresh(person, second["refresh_token"])).status == 401


async def test_everything_a_person_is_logged_in_with_can_be_ended(
    person: Person, first: dict[str, str], db: Database
) -> None:
    await end_credentials_of(db.system, person.id, "disabled")
    assert not await alive(person, first)
    assert (await person.caller.get("/me")).status == 401


async def test_a_new_password_ends_every_program(person: Person, first: dict[str, str]) -> None:
    told = {"current": PASSWORD, "password": "another long enough one"}
    assert (await person.caller.ask("PUT", "/me/password", told)).status == 204
    assert not await alive(person, first)
    assert (await refresh(person, first["refresh_token"])).status == 401
