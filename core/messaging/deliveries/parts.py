"""A delivery as one tenant may read it: only what names its own numbers."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection

_NUMBERS: Final = "select phone_number_id, waba_id, display_phone_number from accounts where tenant_id = $1"


@dataclass(frozen=True, slots=True)
class Numbers:
    """By what a tenant's numbers are named in deliveries."""

    ids: Collection[str]
    wabas: Collection[str]
    displayed: Collection[str]


async def numbers_of(connection: Connection, tenant_id: UUID) -> Numbers:
    rows = await connection.fetch(_NUMBERS, tenant_id)
    return Numbers({row[0] for row in rows}, {row[1] for row in rows}, {_digits(row[2]) for row in rows})


def part_of(body: bytes, numbers: Numbers) -> Any:
    """The delivery's JSON with the changes that name these numbers alone; None when there is none."""
    told = readable(body)
    entries = told.get("entry") if isinstance(told, dict) else None
    if not isinstance(entries, list):
        return None
    kept = [{**entry, "changes": own} for entry in entries if isinstance(entry, dict) and (own := _own(entry, numbers))]
    return {"object": told.get("object"), "entry": kept} if kept else None


def readable(body: bytes) -> Any:
    """As JSON, or as text where it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")


def _own(entry: dict[str, Any], numbers: Numbers) -> list[Any]:
    changes = entry.get("changes")
    waba = entry.get("id")
    return [change for change in changes if isinstance(change, dict) and _is_own(change, waba, numbers)] \
        if isinstance(changes, list) else []


def _is_own(change: dict[str, Any], waba: Any, numbers: Numbers) -> bool:
    value = change.get("value")
    value = value if isinstance(value, dict) else {}
    metadata = value.get("metadata")
    if isinstance(metadata, dict) and metadata.get("phone_number_id") is not None:
        return str(metadata["phone_number_id"]) in numbers.ids
    # News of one number, told to the whole WhatsApp Business Account that several tenants may share.
    if displayed := _digits(str(value.get("display_phone_number") or "")):
        return displayed in numbers.displayed
    return str(waba) in numbers.wabas


def _digits(told: str) -> str:
    return "".join(digit for digit in told if digit.isdigit())
