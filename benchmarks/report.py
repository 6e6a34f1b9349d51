"""The figures of one run: printed as they come, written as Markdown at the end."""

import os
import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path


def load_now() -> float:
    """Processes that want to run, over the last minute: more than the cores, and figures are others' doing too."""
    return os.getloadavg()[0]


@dataclass
class Report:
    rows: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, value: float, unit: str, ratio: float | None = None, of: str = "R") -> None:
        """One figure, with its ratio to a reference of the same run where there is one."""
        share = f"{value / ratio:.2f} {of}" if ratio else ""
        self.rows.append((what, f"{value:,.1f} {unit}", share))
        print(f"{what:<60} {value:>12,.1f} {unit:<12} {share}", flush=True)

    def write(self, path: Path, command: str = "python -m benchmarks") -> None:
        head = (f"# Results\n\nOne run of `{command}` on {datetime.now(UTC):%Y-%m-%d}: Python "
                f"{platform.python_version()}, {os.cpu_count()} cores shared by load generator, database and every "
                "process. Trust the ratios, not the digits.\n\n| What | Figure | Ratio |\n|---|---:|---:|\n")
        path.write_text(head + "".join(f"| {what} | {value} | {share} |\n" for what, value, share in self.rows))
