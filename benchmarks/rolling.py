"""python -m benchmarks.rolling [ROUNDS [RATE]]: restart, then kill, every process behind Nginx under load, in turn.

Writes benchmarks/ROLLING.md. tests/journeys/test_behind_nginx.py is one round of it.
"""

import asyncio
import sys
import time
from pathlib import Path

from benchmarks.fleet import PROCESSES, Fleet, fleet
from benchmarks.report import Report, load_now
from benchmarks.traffic import account, traffic


async def _measure(running: Fleet, report: Report, rounds: int, rate: int) -> None:
    for what, patient in (("restarted", False), ("killed", True)):
        began = time.monotonic()
        async with traffic(running, patient=patient, per_second=rate) as load:
            for name in PROCESSES * rounds:
                await (running.processes[name].kill() if patient else running.processes[name].roll())
        told = await account(load)
        report.add(f"processes {what}, {rounds} times each of {len(PROCESSES)}", rounds * len(PROCESSES), "")
        report.add("seconds under load", time.monotonic() - began, "s")
        for kind, count in load.asked.items():
            report.add(f"requests: {kind}", count, "")
        report.add("requests that failed" + (" and were repeated" if patient else ""), len(load.failures), "")
        report.add("slowest request", load.slowest, "s")
        report.add("customers' messages lost", told.lost, "")
        report.add("customers' messages doubled", told.doubled, "")
        report.add("answers lost", told.sends_lost, "")
        report.add("answers doubled at the phone", told.sends_doubled, "")
        report.add("gaps on the screen", load.gaps, "")
        report.add("times the screen connected", load.connections, "")


def main(rounds: int, rate: int) -> None:
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    sending = {"http_timeout_seconds": 3, "uncertain": {"grace_seconds": 3, "then": "resend"}}
    with fleet(sending, fsync=True) as running:
        asyncio.run(_measure(running, report, rounds, rate))
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("ROLLING.md"), f"python -m benchmarks.rolling {rounds} {rate}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, int(sys.argv[2]) if len(sys.argv) > 2 else 40)
