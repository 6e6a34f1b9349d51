"""A process may take so much more memory than it starts with: Python says so where more is asked for."""

import asyncio
import signal
import sys

_CAPPED = """
from core.plugins import memory
memory.cap(64)
kept = []
try:
    while True:
        kept.append(bytearray(1_000_000))
except MemoryError:
    print(len(kept))
"""
_KEEPS_IT = """
import asyncio
from core.plugins import memory
memory._LOOK_SECONDS, memory._PATIENCE = 0.01, 3
limit = memory.cap(64)
kept = []
try:
    while True:
        kept.append(bytearray(1_000_000))
except MemoryError:
    pass
asyncio.run(memory.MemoryWatch(limit).run())
"""


async def _run(program: str) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, stdout=asyncio.subprocess.PIPE,
                                                   stderr=asyncio.subprocess.DEVNULL)
    async with asyncio.timeout(60):
        told, _ = await process.communicate()
    return process.returncode, told.decode()


async def test_what_asks_for_more_is_told_so_and_the_process_lives() -> None:
    status, told = await _run(_CAPPED)
    assert status == 0
    assert 40 <= int(told) <= 80


async def test_a_process_that_stays_at_its_limit_is_asked_to_end() -> None:
    status, _ = await _run(_KEEPS_IT)
    assert status == -signal.SIGTERM
