"""What was told once already: for everything that has no row of its own by which a second copy would be recognised.

The key is what Meta's page on webhooks leaves to us: a hash of (entry, field, entry's time, value).
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, TypeVar

from core.db.pool import Connection
from core.messaging.intake.batch import Account

KEEP: Final = timedelta(days=8)
"""Meta delivers for seven days. Beyond that a mark lives as long as its delivery, which a person may replay."""

_MARK: Final = """insert into webhook_marks (tenant_id, key)
select distinct * from unnest($1::uuid[], $2::bytea[]) u(tenant_id, key) order by 1, 2
on conflict do nothing returning tenant_id, key"""

_FORGET: Final = """delete from webhook_marks where (tenant_id, key) = any(array(
    select (tenant_id, key) from webhook_marks where marked_at < least(now() - $1::interval,
        coalesce((select received_at from journal order by id limit 1), now())) limit 10000))"""

_canonical = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, default=str).encode
T = TypeVar("T")


async def unheard(
    connection: Connection, items: Sequence[T], about: Callable[[T], tuple[Account, Any]]
) -> list[T]:
    """Those of these that were never told, each once. `about` gives an item's account and what makes it itself."""
    if not items:
        return []
    keyed = [(account.tenant_id, _key(account, told), item) for item in items for account, told in [about(item)]]
    rows = await connection.fetch(_MARK, [k[0] for k in keyed], [k[1] for k in keyed])
    fresh = {(row["tenant_id"], bytes(row["key"])) for row in rows}
    found = []
    for tenant_id, key, item in keyed:
        if (tenant_id, key) in fresh:
            fresh.remove((tenant_id, key))
            found.append(item)
    return found


async def forget_old(connection: Connection) -> None:
    """A bounded number of those that nothing can repeat any more."""
    await connection.execute(_FORGET, KEEP)


def _key(account: Account, told: Any) -> bytes:
    return hashlib.blake2b(_canonical([account.phone_number_id, told]).encode(), digest_size=16).digest()
