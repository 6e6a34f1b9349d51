"""While Valkey is away work runs in this process, and one plugin's long jobs leave the others their slots."""

import asyncio

from core.jobs.executor import Executor, Offer
from core.jobs.work import CORE

_NOWHERE = "redis://127.0.0.1:1/0"


async def test_a_plugin_that_fills_its_slots_leaves_the_others_theirs() -> None:
    ran: asyncio.Queue[str] = asyncio.Queue()
    over = asyncio.Event()

    async def work(_context: object, *, of: str) -> None:
        if of == "greedy":
            await over.wait()
        ran.put_nowait(of)

    executor = Executor(_NOWHERE, {"work": work}, [CORE, "greedy", "modest"])
    await executor.offer([Offer("greedy", "work", f"{number}", {"of": "greedy"}) for number in range(600)])
    await executor.offer([Offer(queue, "work", "1", {"of": queue}) for queue in ("modest", CORE)])
    assert executor.away
    async with asyncio.timeout(10):
        assert {await ran.get(), await ran.get()} == {"modest", CORE}
    over.set()
    await executor.close()
