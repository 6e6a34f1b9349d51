"""python -m benchmarks.lanes [throughput | pair | fairness | valkey …]: two workers at the sandbox.

How much of Meta's allowance is used, whether it is ever passed, Valkey killed and wiped included, and how long one
tenant waits while another sends 50,000, or a reply behind its own number's 50,000.
"""

import asyncio
import sys
import time
from pathlib import Path

from benchmarks.lane_rig import Rig, rig
from benchmarks.report import Report

_ALLOWED = 80
_STEADY_SECONDS = 20
_CAMPAIGN = 50_000


async def main(*wanted: str) -> None:
    parts = {"throughput": _throughput, "pair": _pair, "fairness": _fairness, "valkey": _without_valkey}
    report = Report()
    async with rig() as found:
        for name in wanted or parts:
            await parts[name](found, report)
    if not wanted:
        report.write(Path(__file__).with_name("LANES.md"), "python -m benchmarks.lanes")


async def _throughput(found: Rig, report: Report) -> None:
    await found.forget()
    await found.queue(0, _ALLOWED * (_STEADY_SECONDS + 5), bulk=True)
    await asyncio.sleep(_STEADY_SECONDS + 3)
    moments = await found.moments(0)
    steady = [at for at in moments if moments[0] + 1 <= at < moments[0] + 1 + _STEADY_SECONDS]
    report.add(f"one number, two workers, {_STEADY_SECONDS} s", len(steady) / _STEADY_SECONDS, "messages/s", _ALLOWED)
    report.add("most within any second", _most(moments), "messages", _ALLOWED)
    report.add("refused by Meta (130429)", await _refused(found, 0), "")


async def _pair(found: Rig, report: Report) -> None:
    await found.forget()
    await found.queue(1, 1, bulk=False, each=60)
    await asyncio.sleep(35)
    report.add("60 to one customer: left in 35 s", len(await found.moments(1)), "messages", 45 + 35 / 6)
    report.add("refused by Meta (131056)", await _refused(found, 1), "")


async def _fairness(found: Rig, report: Report) -> None:
    await found.forget()
    idle = await _dwell(found)
    report.add("B alone: dwell p50", idle[0], "ms")
    report.add("B alone: dwell p95", idle[1], "ms")
    await found.queue(0, _CAMPAIGN, bulk=True)
    busy = await _dwell(found)
    report.add(f"B while A sends {_CAMPAIGN:,}: dwell p50", busy[0], "ms", idle[0])
    report.add(f"B while A sends {_CAMPAIGN:,}: dwell p95", busy[1], "ms", idle[1])
    own = await _dwell(found, 0, 20)
    report.add(f"a reply of A's behind its own {_CAMPAIGN:,}: dwell p50", own[0], "ms")
    report.add(f"a reply of A's behind its own {_CAMPAIGN:,}: dwell p95", own[1], "ms")
    report.add("most within any second", _most(await found.moments(0)), "messages", _ALLOWED)
    report.add("refused by Meta (130429)", await _refused(found, 0), "")


async def _without_valkey(found: Rig, report: Report) -> None:
    """Ten seconds with it, fifteen without, ten with an empty one."""
    await found.forget()
    await found.queue(0, 4_000, bulk=True)
    await asyncio.sleep(10)
    found.kill_valkey()
    stopped = time.time()
    await asyncio.sleep(15)
    found.valkey.start()
    back = time.time()
    await asyncio.sleep(10)
    moments = await found.moments(0)
    alone = [at for at in moments if stopped + 6 <= at < back]
    report.add("without Valkey, settled", len(alone) / (back - stopped - 6), "messages/s", _ALLOWED)
    report.add("most within any second, Valkey killed, wiped, back", _most(moments), "messages", _ALLOWED)
    report.add("refused by Meta (130429)", await _refused(found, 0), "")
    report.add("sent twice", len((await found.ledger(0))["twice"]), "")


async def _dwell(found: Rig, place: int = 1, count: int = 30) -> tuple[float, float]:
    """One reply a second of a tenant, each to another customer: milliseconds from queued to accepted, p50 and p95."""
    tenant = found.tenants[place].id
    await found.db.system.execute("delete from messages where tenant_id = $1 and not bulk", tenant)
    for _ in range(count):
        await found.queue(place, 1, bulk=False)
        await asyncio.sleep(1)
    await asyncio.sleep(10)  # what was queued last leaves too, however slow the machine
    rows = await found.db.system.fetch(
        """select extract(epoch from accepted_at - queued_at)::float8 * 1000 as ms from messages
        where tenant_id = $1 and not bulk and accepted_at is not null order by 1""", tenant)
    times = [row["ms"] for row in rows]
    if len(times) < count - 1:
        raise RuntimeError(f"only {len(times)} of {count} replies left")
    return times[len(times) // 2], times[int(len(times) * 0.95)]


def _most(moments: list[float]) -> int:
    """Within any second, wherever it begins."""
    most, first = 0, 0
    for last, at in enumerate(moments):
        while moments[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


async def _refused(found: Rig, place: int) -> int:
    return sum((await found.ledger(place))["refused"].values())


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
