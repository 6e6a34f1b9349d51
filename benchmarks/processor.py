"""Processor time of this process and of the database's sessions: what a busy machine does not change much."""

import time
from pathlib import Path
from typing import Any

_SESSIONS = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


async def spent(owner: Any) -> float:
    """Seconds so far, of this process and of every other session of `owner`'s database. Linux, same machine."""
    sessions = [row[0] for row in await owner.fetch(_SESSIONS)]
    return time.process_time() + sum(map(_seconds, sessions))


def _seconds(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:  # it has gone, with an autovacuum that was under way
        return 0.0
