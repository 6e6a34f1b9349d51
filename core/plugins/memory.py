"""How much memory a process may take beyond what it starts with: a runaway plugin meets MemoryError, not the machine.

The limit is on private memory (RLIMIT_DATA), so Python raises where the memory is asked for, which names who asked.
"""

import asyncio
import gc
import logging
import os
import resource
import signal
from pathlib import Path
from typing import Final

_MB: Final = 1024 * 1024
MOST_MB: Final = 2048
_LOOK_SECONDS: Final = 1.0
_PRESSED: Final = 0.95
_PATIENCE: Final = 5
_STATUS: Final = Path("/proc/self/status")
_CGROUP: Final = Path("/sys/fs/cgroup/memory.max")
_log = logging.getLogger(__name__)


def headroom_mb() -> int:
    """For a process that plugins share: half of what this machine or container has, at most two gigabytes."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if _CGROUP.exists() and (told := _CGROUP.read_text().strip()).isdecimal():
        whole = min(whole, int(told))
    return max(min(whole // 2 // _MB, MOST_MB), 256)


def cap(megabytes: int) -> int:
    """From now on so much more than now. The limit in bytes. Only the soft one: children set their own."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    limit = taken() + megabytes * _MB
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    return limit


def _lift() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))


def taken() -> int:
    """What counts against the limit now."""
    told = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmData:"))
    return int(told.split()[1]) * 1024


class MemoryWatch:
    """A process that stays at its limit has lost that memory for good: it ends in order, and is started again."""

    def __init__(self, limit: int) -> None:
        self._limit, self._pressed = limit, 0

    async def run(self) -> None:
        """For ever."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._pressed = self._pressed + 1 if taken() > self._limit * _PRESSED else 0
            if self._pressed == 1:
                gc.collect()
            if self._pressed == _PATIENCE:
                _lift()  # ending in order takes some, too
                _log.critical("this process stays at its memory limit of %d MB, so it ends; what it has begun is "
                              "finished or handed back", self._limit // _MB)
                os.kill(os.getpid(), signal.SIGTERM)
