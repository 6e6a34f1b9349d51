import asyncio
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis

from core.plugins.channels import ValkeyBroadcast
from core.realtime.hub import Hub
from core.realtime.topics import Topics


class Ear(Hub):
    """A hub that only listens."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[tuple[UUID, str, object, UUID | None]] = asyncio.Queue()

    def say(self, tenant_id: UUID, topic: str, data: object, member: UUID | None = None) -> None:
        self.heard.put_nowait((tenant_id, topic, data, member))


async def test_a_word_of_one_process_is_heard_in_another(valkey_url: str) -> None:
    ear, tenant_id, member = Ear(), uuid4(), uuid4()
    valkey: Any = Redis.from_url(valkey_url)
    broadcast = ValkeyBroadcast(valkey_url)
    listening = asyncio.create_task(Topics(valkey, ear).run())
    try:
        async with asyncio.timeout(10):
            while ear.heard.empty():  # said again until the subscription stands
                await broadcast.publish(tenant_id, "inbox.presence", {"who": "Amine"})
                await asyncio.sleep(0.02)
            assert await ear.heard.get() == (tenant_id, "inbox.presence", {"who": "Amine"}, None)
            await broadcast.publish(tenant_id, "inbox.drafts", {"text": "Hi"}, member)
            while (heard := await ear.heard.get())[1] == "inbox.presence":
                pass
            assert heard == (tenant_id, "inbox.drafts", {"text": "Hi"}, member)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        await broadcast.close()
        await valkey.aclose()


async def test_a_valkey_that_is_away_is_tried_again_without_end() -> None:
    valkey: Any = Redis.from_url("redis://127.0.0.1:1/0")
    listening = asyncio.create_task(Topics(valkey, Ear()).run())
    done, _ = await asyncio.wait([listening], timeout=0.3)
    assert not done
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    await valkey.aclose()
