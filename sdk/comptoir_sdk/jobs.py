"""A plugin's durable jobs: rows committed with their cause, run at least once by a worker."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Job:
    """`run` is `async (ctx, **args)`. `cron` (five fields, UTC) runs it for each tenant that has the plugin.

    A worker may die in the middle, so `run` must bear being run again; `atomic=True` makes its database work and its
    completion one transaction, which neither loses nor doubles it (then it must call nothing outside the database).
    `timeout` in seconds; `retries` after the first attempt, with growing pauses.
    """

    name: str
    run: Callable[..., Awaitable[Any]]
    cron: str | None = None
    timeout: float = 60
    retries: int = 4
    atomic: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"a job's name is made of a-z, 0-9 and _: {self.name!r}")
        if self.timeout <= 0 or self.retries < 0:
            raise ValueError(f"job {self.name}: timeout must be above 0 s and retries 0 or more")
