"""What customers write counts against their number's allowance too: told to the limits shortly after."""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final, Protocol

from core.db.pool import Database
from core.messaging.lanes.allowance import Bucket, of_number

_log = logging.getLogger(__name__)
_PAUSE_SECONDS: Final = 0.1
_LEVELS: Final = "select phone_number_id, throughput_level from accounts where phone_number_id = any($1::text[])"


class Spender(Protocol):
    """LocalLimits or ValkeyLimits."""

    async def spend(self, number: str, allowed: Bucket, count: int) -> None: ...


class Inflow:
    """`heard` from intake, `run` in the background."""

    def __init__(self, db: Database, limits: Spender) -> None:
        self._db, self._limits = db, limits
        self._counts: Counter[str] = Counter()
        self._some = asyncio.Event()

    def heard(self, counts: Mapping[str, int]) -> None:
        """So many messages, by phone_number_id, came in just now."""
        if counts:
            self._counts.update(counts)
            self._some.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._some.wait()
            self._some.clear()
            await self.tell()
            await asyncio.sleep(_PAUSE_SECONDS)

    async def tell(self) -> None:
        """What was heard since the last time."""
        counts, self._counts = self._counts, Counter()
        for row in await self._db.system.fetch(_LEVELS, list(counts)):
            number = row["phone_number_id"]
            await self._limits.spend(number, of_number(row["throughput_level"]), counts[number])
