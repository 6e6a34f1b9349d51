"""What is true for seconds is seen by every process, by nobody else's plugin or tenant, and gone by itself."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from comptoir_sdk import Invalid

from core.plugins.moments import MomentDoor, MomentStore, OwnMoments, ValkeyMoments


@pytest.fixture(params=["valkey", "own"])
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[tuple[MomentStore, MomentStore]]:
    """As two processes have them; where there is no Valkey, there is one process."""
    if request.param == "own":
        own = OwnMoments()
        yield own, own
        return
    url = request.getfixturevalue("valkey_url")
    first, second = ValkeyMoments(url), ValkeyMoments(url)
    yield first, second
    await first.close()
    await second.close()


async def test_a_moment_is_seen_by_other_processes_until_it_is_over(stores: tuple[MomentStore, MomentStore]) -> None:
    tenant = uuid4()
    here, there = (MomentDoor(tenant, "acme", store) for store in stores)
    await here.put("looking", "amina", {"at": "7"}, seconds=30)
    await here.put("looking", "said", {"at": "7", "typing": True}, seconds=0.05)
    await here.put("looking", "amina", {"at": "8"}, seconds=30)
    while "said" in (found := await there.all("looking")):  # noqa: ASYNC110 - it is gone by itself
        await asyncio.sleep(0.01)
    assert found == {"amina": {"at": "8"}}
    await there.remove("looking", "amina")
    await there.remove("looking", "nobody")
    assert await here.all("looking") == {}


async def test_moments_are_of_one_tenant_and_plugin(stores: tuple[MomentStore, MomentStore]) -> None:
    store, tenant = stores[0], uuid4()
    await MomentDoor(tenant, "acme", store).put("looking", "amina", {}, seconds=30)
    assert await MomentDoor(tenant, "other", store).all("looking") == {}
    assert await MomentDoor(uuid4(), "acme", store).all("looking") == {}
    assert await MomentDoor(tenant, "acme", store).all("waiting") == {}


async def test_what_is_no_moment_is_refused(stores: tuple[MomentStore, MomentStore]) -> None:
    door = MomentDoor(uuid4(), "acme", stores[0])
    for value, seconds in (({}, 301.0), ({}, 0.0), ({"words": "x" * 1024}, 5.0)):
        with pytest.raises(Invalid):
            await door.put("looking", "amina", value, seconds=seconds)


async def test_without_the_store_nothing_is_kept_and_nothing_fails() -> None:
    away = MomentDoor(uuid4(), "acme", ValkeyMoments("redis://127.0.0.1:1/0"))
    await away.put("looking", "amina", {}, seconds=5)
    await away.remove("looking", "amina")
    assert await away.all("looking") == {}
