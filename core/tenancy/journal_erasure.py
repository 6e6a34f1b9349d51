"""What the journal still holds of a tenant: deliveries have no tenant, they name numbers.

A delivery may speak of several tenants; then only this one's part is cut out. Numbers are known by hashes, so that a
job may remember them after the tenant is gone.
"""

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from core.db.pool import Connection, Database

_STEP: Final = 5000
"""Deliveries looked at in one statement."""
_NUMBERS: Final = """
select a.phone_number_id, a.waba_id, not exists (
        select from accounts o where o.waba_id = a.waba_id and o.tenant_id <> a.tenant_id) as waba_is_own
from accounts a where a.tenant_id = $1
"""
_APPS: Final = "select slug from meta_apps where tenant_id = $1"
_UPPER: Final = "select max(id) from (select id from journal where id > $1 order by id limit $2) j"
_FIND: Final = """
select id, app_slug, body from journal where id > $1 and id <= $2 and ($3::bytea[] is null or app_slug = any($4)
    or exists (select from unnest($3) n where position(n in body) > 0))
order by id
"""
_NULL_TENANT: Final = "select id, path, reason from quarantine where delivery_id = $1 and tenant_id is null"
_LONG_NUMBER: Final = re.compile(r"\d{5,}")


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a tenant is known in the journal, hashed. `needles` are the same in the clear, to search with; absent
    when only the hashes are left."""

    hashes: frozenset[str]
    needles: tuple[bytes, ...] | None = None
    apps: tuple[str, ...] = ()

    def name(self, kind: str, value: str | None) -> bool:
        """Whether this number, account or app is the tenant's."""
        return value is not None and mark(kind, value) in self.hashes


def mark(kind: str, value: str) -> str:
    """Enough of a hash to know it again."""
    return hashlib.sha256(f"erased {kind}|{value}".encode()).hexdigest()[:32]


async def marks_of(connection: Connection, tenant_id: UUID) -> Marks:
    """While the tenant still has its numbers. An account (WABA) that others have numbers of is nobody's alone."""
    numbers = await connection.fetch(_NUMBERS, tenant_id)
    apps = tuple(row["slug"] for row in await connection.fetch(_APPS, tenant_id))
    phones = {row["phone_number_id"] for row in numbers}
    wabas = {row["waba_id"] for row in numbers if row["waba_is_own"]}
    named = [*(("number", one) for one in phones), *(("waba", one) for one in wabas), *(("app", one) for one in apps)]
    needles = tuple(one.encode() for one in {*phones, *wabas})
    return Marks(frozenset(mark(kind, value) for kind, value in named), needles, apps)


async def last_delivery(connection: Connection) -> int:
    """Deliveries up to here were there before."""
    return await connection.fetchval("select max(id) from journal") or 0


async def erase_deliveries(db: Database, marks: Marks, after: int = 0) -> int:
    """Cut the tenant out of every delivery after this one. How many were touched. Safe to run again."""
    touched = 0
    while (upper := await db.system.fetchval(_UPPER, after, _STEP)) is not None:
        for row in await db.system.fetch(_FIND, after, upper, marks.needles, list(marks.apps)):
            async with db.system_transaction() as connection:
                touched += await _erase(connection, row, marks)
        after = upper
    return touched


async def _erase(connection: Connection, row: Any, marks: Marks) -> bool:
    whole = marks.name("app", row["app_slug"])
    rest = None if whole else without(row["body"], marks)
    if rest == row["body"]:
        return False
    if rest is None:
        await connection.execute("delete from journal_pending where id = $1", row["id"])
        await connection.execute("delete from quarantine where delivery_id = $1", row["id"])
        await connection.execute("delete from journal where id = $1", row["id"])
        return True
    await connection.execute("update journal set body = $2 where id = $1", row["id"], rest)
    await connection.execute("delete from quarantine where id = any($1)",
                             await _quarantined(connection, row["id"], marks))  # fmt: skip
    return True


async def _quarantined(connection: Connection, delivery_id: int, marks: Marks) -> list[int]:
    """What was set aside of a delivery that others keep a part of, and belongs to nobody yet."""
    rows = await connection.fetch(_NULL_TENANT, delivery_id)
    return [row["id"] for row in rows if _tells_of(f"{row['path']} {row['reason']}", marks)]


def _tells_of(text: str, marks: Marks) -> bool:
    return any(marks.name(kind, found) for found in _LONG_NUMBER.findall(text) for kind in ("number", "waba"))


def without(body: bytes, marks: Marks) -> bytes | None:
    """The delivery without what it tells of the tenant: the same bytes when that is nothing, None when it is all."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        # Nobody can say whom it is about; it was looked up because it holds one of the tenant's numbers.
        return body if marks.needles is None else None
    entries = told.get("entry") if isinstance(told, dict) else None
    if not isinstance(entries, list):
        return body if marks.needles is None else None
    kept = [rest for entry in entries if (rest := _entry_without(entry, marks)) is not None]
    if kept == entries:
        return body
    return json.dumps({**told, "entry": kept}, ensure_ascii=False).encode() if kept else None


def _entry_without(entry: Any, marks: Marks) -> Any:
    if not isinstance(entry, dict) or not isinstance(entry.get("changes"), list):
        return entry
    changes: Sequence[Any] = entry["changes"]
    waba = _text(entry.get("id"))
    kept = [change for change in changes if not _is_theirs(change, waba, marks)]
    if len(kept) == len(changes):
        return entry
    return {**entry, "changes": kept} if kept else None


def _is_theirs(change: Any, waba: str | None, marks: Marks) -> bool:
    value = change.get("value") if isinstance(change, dict) else None
    metadata = value.get("metadata") if isinstance(value, dict) else None
    phone = _text(metadata.get("phone_number_id")) if isinstance(metadata, dict) else None
    return marks.name("number", phone) if phone is not None else marks.name("waba", waba)


def _text(value: Any) -> str | None:
    return str(value) if isinstance(value, str | int) else None


def as_json(marks: Marks) -> Collection[str]:
    """For a job's arguments: the hashes alone."""
    return sorted(marks.hashes)
