"""python -m benchmarks.lane_worker DATABASE_URL VALKEY_URL: a worker process that runs lanes and nothing else."""

import asyncio
import signal
import sys
from datetime import timedelta

import uvloop
from redis.asyncio import Redis

from core.db.pool import Database
from core.db.wake import Wake
from core.egress import Egress
from core.mail import Mail
from core.messaging.accounts import GraphClients
from core.messaging.lanes import Delivery, Fleet, Lanes, ValkeyLimits
from tests.seed import VAULT

_TIMEOUT = 10.0


async def main(database_url: str, valkey_url: str) -> None:
    db = await Database.open(database_url, app_size=2, system_size=16)
    wake, fleet = Wake(database_url), Fleet(db)
    async with Egress(["127.0.0.0/8"], connections=256) as egress:
        delivery = Delivery(db, GraphClients(egress, VAULT), Mail(VAULT), http_timeout=_TIMEOUT,
                            grace=timedelta(seconds=60))  # fmt: skip
        lanes = Lanes(db, wake, delivery, ValkeyLimits(Redis.from_url(valkey_url), fleet), http_timeout=_TIMEOUT,
                      fleet=fleet)  # fmt: skip
        running = asyncio.create_task(lanes.run())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
        try:
            await running
        except asyncio.CancelledError:
            await db.close()


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:3]))
