"""What a command of the operator works with, and who is said to have done it."""

from __future__ import annotations

import argparse
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from core.audit import Actor, acting
from core.config import Settings
from core.db.pool import Database
from core.errors import Problem
from core.secrets import Vault


@dataclass(frozen=True)
class Place:
    """One installation, seen from its command line."""

    settings: Settings
    db: Database
    vault: Vault


Say = Callable[[str], None]
Action = Callable[[Place, argparse.Namespace, Say], Awaitable[int]]


@asynccontextmanager
async def the_installation(settings: Settings) -> AsyncIterator[Place]:
    """Everything inside is done by the operator."""
    db = await Database.open(settings.database_url, app_size=2, system_size=3)
    try:
        with acting(Actor("operator")):
            yield Place(settings, db, Vault.of(settings.key_ring))
    finally:
        await db.close()


async def act(actions: Mapping[str, Action], settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """The exit status of the action that `given` names. A refusal is said."""
    async with the_installation(settings) as place:
        try:
            return await actions[given.action](place, given, say)
        except Problem as problem:
            say(problem.detail)
            return 1
