"""The checks of one plugin, and the grade they come to."""

import traceback
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points

from comptoir_sdk.testing.conformance.bench import Bench
from comptoir_sdk.testing.conformance.check import CHECKS, LEVELS, Check, Level
from comptoir_sdk.testing.kernel import Cluster


@dataclass(frozen=True)
class Outcome:
    check: Check
    wrong: str = ""

    @property
    def kept(self) -> bool:
        return not self.wrong


def grade(outcomes: Iterable[Outcome]) -> Level | None:
    """The highest level up to which every check holds; None when it may do harm."""
    broken = {one.check.level for one in outcomes if not one.kept}
    reached: Level | None = None
    for level in LEVELS:
        if level in broken:
            break
        reached = level
    return reached


async def examine(cluster: Cluster, plugin: str) -> AsyncIterator[Outcome]:
    """Every check; those that act on a database of their own. Of a plugin that does not load, only that is told."""
    installed = sorted({point.name for point in entry_points(group="comptoir.plugins")} | {plugin})
    async with cluster.kernel(installed) as kernel:
        bench = Bench(kernel, plugin)
        for check in (check for check in CHECKS if check.written):
            yield (outcome := await tried(check, bench))
            if check.name == "loads" and not outcome.kept:
                return
    for check in (check for check in CHECKS if not check.written):
        async with cluster.kernel(installed) as kernel:
            yield await tried(check, Bench(kernel, plugin))


async def tried(check: Check, bench: Bench) -> Outcome:
    """What became of one check."""
    try:
        await check.run(bench)
    except AssertionError as error:
        return Outcome(check, str(error) or "it does not hold")
    except Exception:  # the plugin's code runs in there
        return Outcome(check, traceback.format_exc(limit=-4))
    return Outcome(check)
