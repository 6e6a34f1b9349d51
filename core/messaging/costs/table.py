"""Costs as a table for a spreadsheet."""

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

_COLUMNS: Final = ("messages", "free", "unpriced", "amount")


def as_csv(report: Mapping[str, Any]) -> bytes:
    """One line for each day, category or number, with a column for each category."""
    categories = list(report["total"]["by_category"])
    lines = io.StringIO()
    writer = csv.writer(lines)
    writer.writerow([report["group"], *_COLUMNS, "currency", *(_inert(name) for name in categories)])
    for item in (*report["items"], report["total"]):
        counted = [item["by_category"].get(name, 0) for name in categories]
        writer.writerow([_inert(item["key"]), *(item[name] for name in _COLUMNS), report["currency"], *counted])
    return lines.getvalue().encode()


def _inert(cell: str) -> str:
    """Meta's words come from a webhook: none may start a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
