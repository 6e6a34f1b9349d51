"""`comptoir plugin check NAME`: every promise, tried on a kernel and a PostgreSQL of its own, beside what runs here."""

from __future__ import annotations

import argparse
import asyncio
import logging
from collections.abc import Callable

import structlog
from comptoir_sdk.testing.conformance import LEVELS, Outcome, examine, grade

from core.config import Settings
from core.harness import cluster

Say = Callable[[str], None]


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="the plugin, as its entry point calls it")


def run(settings: Settings, given: argparse.Namespace, say: Say) -> int:
    """1 when it may do harm: it is not even bronze."""
    logging.disable(logging.CRITICAL)  # what the checks provoke is told by them
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        outcomes = asyncio.run(_examined(given.name, say))
    finally:
        logging.disable(logging.NOTSET)
    reached = grade(outcomes)
    kept = sum(one.kept for one in outcomes)
    say(f"{given.name}: {kept} of {len(outcomes)} promises kept: {reached or 'no grade, it may do harm'}")
    if reached and reached != LEVELS[-1]:
        say(f"for {LEVELS[LEVELS.index(reached) + 1]}, mend what is marked above")
    return 0 if reached else 1


async def _examined(name: str, say: Say) -> list[Outcome]:
    outcomes: list[Outcome] = []
    with cluster() as server:
        async for one in examine(server, name):
            outcomes.append(one)
            say(f"  {'ok' if one.kept else 'NO':<3}{one.check.level:<7} {one.check.promise}")
            if not one.kept:
                say("      " + one.wrong.strip().replace("\n", "\n      "))
    return outcomes
