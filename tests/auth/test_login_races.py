"""A password takes a while to check. One that is changed meanwhile, because it was stolen, opens nothing."""

import asyncio
from typing import Any

import pytest

from core.auth.users import set_password_hash
from core.db.pool import Database
from core.http.application import Application
from tests.auth.person import Person, new_person, services_of
from tests.http.callers import OWN_SITE, PASSWORD, Answer
from tests.seed import SeededTenant


@pytest.fixture
async def person(app: Application, db: Database, tenant: SeededTenant) -> Person:
    return await new_person(app, db, tenant.id)


async def raced(person: Person, db: Database, path: str, monkeypatch: pytest.MonkeyPatch, change: str) -> Answer:
    """A login in whose middle, once its password has been found right, something changes."""
    passwords = services_of(person.app).passwords
    matches, found, go = passwords.matches, asyncio.Event(), asyncio.Event()

    async def slowly(*parts: Any) -> bool:
        same = await matches(*parts)
        found.set()
        await go.wait()
        return same

    monkeypatch.setattr(passwords, "matches", slowly)
    told = {"email": person.email, "password": PASSWORD}
    asking = asyncio.create_task(person.elsewhere().ask("POST", path, told, **OWN_SITE))
    await asyncio.wait_for(found.wait(), 30)
    monkeypatch.setattr(passwords, "matches", matches)
    await db.system.execute(change, person.id)
    go.set()
    return await asking


CHANGED = "update users set password_hash = 'another', password_changed_at = now() where id = $1"


@pytest.mark.parametrize("path", ["/session", "/tokens"])
async def test_a_password_changed_while_it_is_checked_opens_nothing(
    path: str, person: Person, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = await db.system.fetchval("select count(*) from sessions")
    assert (await raced(person, db, path, monkeypatch, CHANGED)).status == 401
    assert await db.system.fetchval("select count(*) from sessions") == before
    assert await db.system.fetchval("select count(*) from token_families") == 0


async def test_nor_does_it_bring_a_challenge(person: Person, db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await person.enable_totp()
    answer = await raced(person, db, "/session", monkeypatch, CHANGED)
    assert (answer.status, answer.json["type"]) == (401, "/problems/unauthenticated")
    assert await db.system.fetchval("select count(*) from login_challenges") == 0


@pytest.mark.parametrize("path", ["/session", "/tokens"])
async def test_a_person_disabled_meanwhile_is_not_let_in(
    path: str, person: Person, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = "update users set disabled_at = now() where id = $1"
    assert (await raced(person, db, path, monkeypatch, change)).status == 401


@pytest.mark.parametrize("path", ["/session", "/tokens"])
async def test_a_second_factor_turned_on_meanwhile_is_not_walked_past(
    path: str, person: Person, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for before the door opens; turned on in between, it ends what a password alone has opened, and would
    miss what is being opened."""
    factor, name = services_of(person.app).ways.second_factor, "demand" if path == "/session" else "prove_at_once"
    ask = getattr(factor, name)

    async def then_turned_on(*parts: Any) -> Any:
        answer = await ask(*parts)
        await db.system.execute("update users set totp_sealed = 'x', totp_enabled_at = now() where id = $1", person.id)
        return answer

    monkeypatch.setattr(factor, name, then_turned_on)
    told = {"email": person.email, "password": PASSWORD}
    assert (await person.elsewhere().ask("POST", path, told, **OWN_SITE)).status == 401
    assert await db.system.fetchval("select count(*) from token_families") == 0


async def test_renewing_a_weak_hash_does_not_bring_an_old_password_back(
    person: Person, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_of(person.app).passwords, "is_outdated", lambda stored: True)
    assert (await raced(person, db, "/session", monkeypatch, CHANGED)).status == 401
    assert await db.system.fetchval("select password_hash from users where id = $1", person.id) == "another"


async def test_a_weak_hash_is_renewed_and_lets_in(
    person: Person, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services_of(person.app).passwords, "is_outdated", lambda stored: True)
    assert (await person.elsewhere().log_in(person.email)).status == 200
    await set_password_hash(db, person.id, "another")
    assert (await person.elsewhere().log_in(person.email)).status == 401
