"""python -m benchmarks: start a whole Comptoir, measure it beside bare references, write benchmarks/RESULTS.md."""

import asyncio
from pathlib import Path

from benchmarks import screen, webhooks
from benchmarks.report import Report
from benchmarks.stack import comptoir_up


async def main() -> None:
    report = Report()
    with comptoir_up() as demo:
        await screen.measure(demo, report)
    with comptoir_up() as demo:
        await webhooks.measure(demo, report)
    report.write(Path(__file__).with_name("RESULTS.md"))


if __name__ == "__main__":
    asyncio.run(main())
