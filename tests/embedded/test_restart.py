"""A program that is ended on purpose comes back at once, and nobody is told that it died."""

import asyncio
import subprocess
import sys
from pathlib import Path

from core.embedded.service import Service


async def test_a_restart_is_no_death(tmp_path: Path) -> None:
    said: list[str] = []
    again = asyncio.Event()
    program = [sys.executable, "-c", "import signal; signal.pause()"]

    async def ready() -> bool:
        return True

    service = Service("web", lambda: subprocess.Popen(program), ready, tmp_path / "web.log")
    await service.start()
    first = service.pid
    keeper = asyncio.create_task(service.keep(said.append, again.set))
    try:
        await service.restart()
        async with asyncio.timeout(10):
            await again.wait()
        assert service.pid not in (None, first)
        assert said == [f"web runs again (pid {service.pid})"]
    finally:
        keeper.cancel()
        await service.stop()
