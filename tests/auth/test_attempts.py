from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from core.auth.attempts import LoginAttempts
from core.errors import TooMany
from core.limits.limiter import Limiter


@pytest.fixture(params=["valkey", "away", "none"])
async def attempts(request: pytest.FixtureRequest, valkey_url: str) -> AsyncIterator[LoginAttempts]:
    """With Valkey, with a Valkey that is away, and without."""
    valkey = Redis.from_url(valkey_url if request.param == "valkey" else "redis://127.0.0.1:1/0")
    yield LoginAttempts(Limiter(None if request.param == "none" else valkey))
    await valkey.aclose()


async def fail(attempts: LoginAttempts, times: int, ip: str, email: str) -> None:
    for _ in range(times):
        await attempts.begin(ip, email)


async def test_the_sixth_is_refused_and_others_are_not(attempts: LoginAttempts, request: pytest.FixtureRequest) -> None:
    email = f"{request.node.name}@atlas.test"
    await fail(attempts, 5, "192.0.2.1", email)
    with pytest.raises(TooMany):
        await attempts.begin("192.0.2.1", email)
    await attempts.begin("192.0.2.2", email)
    await attempts.begin("192.0.2.1", "other" + email)


async def test_success_forgets_the_address_of_the_owner(
    attempts: LoginAttempts, request: pytest.FixtureRequest
) -> None:
    email = f"{request.node.name}@atlas.test"
    await fail(attempts, 5, "192.0.2.3", email)
    await attempts.succeeded("192.0.2.3", email)
    await fail(attempts, 5, "192.0.2.3", email)


async def test_one_password_tried_on_many_addresses_is_stopped_and_an_own_account_is_no_way_around(
    attempts: LoginAttempts, request: pytest.FixtureRequest
) -> None:
    ip = f"198.51.100.{len(request.node.name)}"
    for number in range(45):
        await attempts.begin(ip, f"victim-{number}-{request.node.name}")
    await attempts.begin(ip, "own")
    await attempts.succeeded(ip, "own")
    for number in range(45, 50):
        await attempts.begin(ip, f"victim-{number}-{request.node.name}")
    with pytest.raises(TooMany):
        await attempts.begin(ip, "one too many")
