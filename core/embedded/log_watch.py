"""Errors that children write into their logs, told on the console too."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path

_POLL_SECONDS = 0.5
_MOST_LINES = 20
_LEVELS = ("error", "critical")


class LogWatch:
    """Reads what is appended to each log from now on."""

    def __init__(self, logs: Sequence[Path], say: Callable[[str], None]) -> None:
        self._offsets = {log: log.stat().st_size if log.exists() else 0 for log in logs}
        self._say = say

    async def run(self) -> None:
        """For ever, twice a second."""
        while True:
            self.look()
            await asyncio.sleep(_POLL_SECONDS)

    def look(self) -> None:
        """Tell the errors written since the last look; many at once are counted instead."""
        for log in self._offsets:
            told = [line for line in map(_error, self._fresh(log)) if line]
            for line in told[:_MOST_LINES]:
                self._say(f"{log.stem}: {line}")
            if len(told) > _MOST_LINES:
                self._say(f"{log.stem}: and {len(told) - _MOST_LINES} more errors, see {log}")

    def _fresh(self, log: Path) -> list[str]:
        """Whole lines only; the rest of a line comes with the next look."""
        if not log.exists():
            return []
        with log.open("rb") as stream:
            size = stream.seek(0, 2)
            start = self._offsets[log] if self._offsets[log] <= size else 0
            stream.seek(start)
            whole = stream.read().rpartition(b"\n")
        self._offsets[log] = start + len(whole[0]) + len(whole[1])
        return whole[0].decode(errors="replace").splitlines()


def _error(line: str) -> str | None:
    """The event of a JSON line of level error or above, with the last line of its exception."""
    try:
        event = json.loads(line)
    except ValueError:
        return None
    if not isinstance(event, dict) or event.get("level") not in _LEVELS:
        return None
    cause = str(event.get("exception", "")).splitlines()
    return f"{str(event.get('event', '')).strip()}{f' ({cause[-1]})' if cause else ''}"
