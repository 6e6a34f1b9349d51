"""python -m benchmarks: start a whole Comptoir, measure it beside bare references, write benchmarks/RESULTS.md.

With `flat` also whether intake keeps its speed at a million messages and at 200 tenants (minutes, and some gigabytes).
"""

import asyncio
import sys
from pathlib import Path

from benchmarks import flatness, screen, webhooks
from benchmarks.report import Report, load_now
from benchmarks.stack import comptoir_up


async def main() -> None:
    report = Report()
    report.add("load of the machine before", load_now(), "processes")
    with comptoir_up() as demo:
        await screen.measure(demo, report)
    with comptoir_up() as demo:
        await webhooks.measure(demo, report)
    if "flat" in sys.argv:
        await asyncio.to_thread(lambda: asyncio.run(flatness.measure(report, 1_000_000)))
    report.add("load of the machine after", load_now(), "processes")
    report.write(Path(__file__).with_name("RESULTS.md"))


if __name__ == "__main__":
    asyncio.run(main())
