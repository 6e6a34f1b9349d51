"""Meta's errors as they are stored beside a message: its words, the cause, and what to do."""

from collections.abc import Sequence
from typing import Any

from core.whatsapp.errors import explain
from core.whatsapp.values import ReportedError


def explained(errors: Sequence[ReportedError], locale: str) -> dict[str, Any]:
    """The first error, in the tenant's language. Without any, that of a failure nobody explained."""
    first = errors[0] if errors else ReportedError(None, "", "", None)
    found = explain(first.code, first.details or first.title, locale)
    return {"code": first.code, "title": found.title, "details": found.details, "cause": found.cause,
            "cure": found.cure}
