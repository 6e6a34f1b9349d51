"""python -m benchmarks.rolling [ROUNDS [RATE]]: restart, then kill, every process behind Nginx under load, in turn.

Writes benchmarks/ROLLING.md; exits with 1 when a restart failed a request or anything was lost or doubled.
tests/journeys/test_behind_nginx.py is one round of it.
"""

import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

from benchmarks.fleet import PROCESSES, Fleet, fleet
from benchmarks.report import Report, load_now
from benchmarks.traffic import Account, account, traffic

_NOTHING = Account(lost=0, doubled=0, sends_lost=0, sends_doubled=0)


async def _measure(running: Fleet, report: Report, rounds: int, rate: int) -> bool:
    """Whether it went as promised."""
    kept = True
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
        for kind, count in Counter(" ".join(failure.split()[:2]) for failure in load.failures).items():
            report.add(f"of them {kind}", count, "")
        kept = kept and told == _NOTHING and load.gaps == 0 and (patient or not load.failures)
        report.add("slowest request", load.slowest, "s")
        report.add("customers' messages lost", told.lost, "")
        report.add("customers' messages doubled", told.doubled, "")
        report.add("answers lost", told.sends_lost, "")
        report.add("answers doubled at the phone", told.sends_doubled, "")
        report.add("gaps on the screen", load.gaps, "")
        report.add("times the screen connected", load.connections, "")
    return kept


def main(rounds: int, rate: int) -> int:
    """The exit status."""
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    sending = {"http_timeout_seconds": 3, "uncertain": {"grace_seconds": 3, "then": "resend"}}
    with fleet(sending, fsync=True) as running:
        kept = asyncio.run(_measure(running, report, rounds, rate))
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("ROLLING.md"), f"python -m benchmarks.rolling {rounds} {rate}")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3, int(sys.argv[2]) if len(sys.argv) > 2 else 40))
