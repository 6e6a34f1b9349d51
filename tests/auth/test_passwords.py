import asyncio
import time

from argon2 import PasswordHasher

from core.auth.passwords import Passwords
from core.auth.users import create_user, find_by_email, set_password_hash
from core.db.pool import Database
from tests.http.callers import PASSWORD, Caller, new_member
from tests.seed import SeededTenant


async def test_a_password_matches_its_hash_and_nothing_else() -> None:
    passwords = Passwords()
    stored = await passwords.hash("pâte à sel")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.matches(stored, "pâte à sel")
    assert not await passwords.matches(stored, "pate a sel")
    assert not await passwords.matches(None, "the password of nobody")
    assert not await passwords.matches("not a hash", "x")


async def test_hashing_does_not_hold_up_the_event_loop() -> None:
    passwords = Passwords(time_cost=8)
    longest = 0.0
    work = asyncio.gather(*(passwords.hash("x" * 8) for _ in range(4)))
    while not work.done():
        began = time.perf_counter()
        await asyncio.sleep(0.005)
        longest = max(longest, time.perf_counter() - began)
    alone = time.perf_counter()
    await passwords.hash("x" * 8)
    assert longest < 0.75 * (time.perf_counter() - alone) + 0.05


async def test_a_hash_of_weaker_days_is_renewed_at_login(
    db: Database, tenant: SeededTenant, anonymous: Caller
) -> None:
    user_id, email = await new_member(db, tenant.id, "agent")
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await set_password_hash(db, user_id, weak)
    assert (await anonymous.log_in(email)).status == 200
    user = await find_by_email(db, email)
    assert user is not None
    assert user.password_hash is not None
    assert "m=19456" in user.password_hash
    assert (await anonymous.log_in(email)).status == 200


async def test_an_unknown_address_takes_as_long_as_a_wrong_password(
    db: Database, tenant: SeededTenant, anonymous: Caller
) -> None:
    _, email = await new_member(db, tenant.id, "agent")
    spent: dict[str, list[float]] = {email: [], "nobody@atlas.test": []}
    for address, times in spent.items():
        for _ in range(5):
            began = time.perf_counter()
            await anonymous.log_in(address, "wrong")
            times.append(time.perf_counter() - began)
    known, unknown = (min(times) for times in spent.values())
    assert 0.5 < known / unknown < 2


async def test_users_are_found_in_any_case(db: Database) -> None:
    await create_user(db, " Amine@Atlas.test ", "Amine", PASSWORD)
    assert await find_by_email(db, "AMINE@atlas.TEST") is not None
