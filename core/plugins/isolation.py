"""Worker processes of plugins that have one to themselves (`isolate: true`): started by the worker and kept alive."""

import asyncio
import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from core.plugins.incidents import Incident, Incidents
from core.plugins.loader import Plugins

_FIRST_PAUSE, _LONGEST_PAUSE, _STEADY_SECONDS = 0.5, 30.0, 60.0
_PATIENCE_SECONDS: Final = 13.0
"""A little longer than a worker gives its jobs to finish."""
_PR_SET_PDEATHSIG: Final = 1
_libc = ctypes.CDLL(None, use_errno=True)
_log = logging.getLogger(__name__)


def isolated(plugins: Plugins, configured: Collection[str]) -> list[str]:
    """Those that config.yaml isolates, or that ask for it themselves."""
    return [one.name for one in plugins.loaded() if one.plugin and (one.name in configured or one.plugin.isolate)]


class Isolated:
    """`run` keeps `comptoir worker --plugin NAME` running for each name. They end with this process."""

    def __init__(self, names: Collection[str], config: Path, data: Path, incidents: Incidents) -> None:
        self._names, self._incidents = names, incidents
        self._environment = {**os.environ, "COMPTOIR_CONFIG": str(config), "COMPTOIR_DATA": str(data)}
        self.pids: dict[str, int] = {}
        self.starts: Counter[str] = Counter()

    def memory(self) -> dict[str, int]:
        """What those that run take of the machine's, in bytes."""
        found = {name: _resident(pid) for name, pid in self.pids.items()}
        return {name: size for name, size in found.items() if size}

    async def run(self) -> None:
        """For ever."""
        async with asyncio.TaskGroup() as group:
            for name in self._names:
                group.create_task(self._keep(name))
            await asyncio.Event().wait()

    async def _keep(self, name: str) -> None:
        pause, loop = _FIRST_PAUSE, asyncio.get_running_loop()
        while True:
            began = loop.time()
            told = await self._run(name)
            if loop.time() - began > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            _log.warning("the worker of plugin %s: %s; starting it again in %g s", name, told, pause)
            self._incidents.add(Incident(name, "load", "its worker", told))
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _run(self, name: str) -> str:
        """Until it ends, and how it did."""
        try:
            process = await _launch(name, self._environment)
        except (OSError, subprocess.SubprocessError) as error:  # its neighbours' go on
            return f"its process could not be started: {error}"
        self.pids[name] = process.pid
        self.starts[name] += 1
        try:
            return f"its process ended with status {await process.wait()}: its log says why"
        finally:
            self.pids.pop(name, None)
            if process.returncode is None:
                await _end(process)


def _resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0  # it has just ended
    return pages * os.sysconf("SC_PAGE_SIZE")


async def _launch(name: str, environment: Mapping[str, str]) -> asyncio.subprocess.Process:
    parent = os.getpid()

    def die_with_parent() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it ended between fork and prctl
            os._exit(1)

    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-m", "core.cli", "worker", "--plugin", name, env=environment,
        stdin=asyncio.subprocess.DEVNULL, preexec_fn=die_with_parent, start_new_session=True)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await asyncio.shield(process.wait())
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
