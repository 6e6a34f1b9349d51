"""Where a tenant's events are sent: endpoints, and their secrets, shown once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from core import audit
from core.auth.principal import Principal
from core.db.pool import Connection, Database
from core.db.uuid7 import uuid7
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.events import log
from core.outward.addresses import Addresses
from core.outward.events import TYPES
from core.outward.signing import endpoint_place, fresh_secret
from core.secrets import Vault

MOST: Final = 20
"""Of one tenant."""
_COUNTED: Final = 1000
_LOOKED_AT: Final = 10_000

_RESOURCE: Final = f"""
select e.*, (select count(*) from (select from event_log l where l.tenant_id = e.tenant_id and l.seq > e.seq
    and l.seq <= e.seq + {_LOOKED_AT} and l.type = any(e.types) limit {_COUNTED}) q) as waiting
from webhook_endpoints e where e.tenant_id = $1 and ($2::uuid is null or e.id = $2) order by e.created_at, e.id
"""  # noqa: S608 - constants
_INSERT: Final = """
insert into webhook_endpoints (tenant_id, id, name, url, types, secrets_sealed, seq, created_by)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""
# Whoever sends now stops after what is under way: it read the endpoint as it was.
_UPDATE: Final = """
update webhook_endpoints set name = $3, url = $4, types = $5, state = $6, off_reason = case when $6 = 'off' then
    off_reason end, seq = $7, failures = case when $8 then 0 else failures end,
    failing_since = case when $8 then null else failing_since end, due_at = case when $8 then now() else due_at end,
    leased_by = null, leased_until = null, updated_at = now(), version = version + 1
where tenant_id = $1 and id = $2
"""
_SECRETS: Final = """
update webhook_endpoints set secrets_sealed = $3, old_secret_ends_at = now() + $4::interval, leased_by = null,
    leased_until = null, updated_at = now(), version = version + 1
where tenant_id = $1 and id = $2
"""
_LOCK: Final = "select * from webhook_endpoints where tenant_id = $1 and id = $2 for update"
_COUNT: Final = "select count(*) from webhook_endpoints where tenant_id = $1"
_DELETE: Final = "delete from webhook_endpoints where tenant_id = $1 and id = $2"
_PENDING: Final = "select exists (select from event_log where tenant_id = $1 and seq > $2 and type = any($3))"


@dataclass(frozen=True, slots=True)
class Change:
    """None leaves a thing as it is."""

    name: str | None = None
    url: str | None = None
    types: Sequence[str] | None = None
    state: str | None = None


class Endpoints:
    """Of the tenant of whoever asks. All of it by the system role: the tenant is named in every statement."""

    def __init__(self, db: Database, vault: Vault, addresses: Addresses) -> None:
        self.db, self._vault, self._addresses = db, vault, addresses

    async def list(self, tenant_id: UUID) -> list[dict[str, Any]]:
        return [_resource(row) for row in await self.db.system.fetch(_RESOURCE, tenant_id, None)]

    async def get(self, tenant_id: UUID, endpoint_id: UUID) -> dict[str, Any]:
        """Raises NotFound."""
        row = await self.db.system.fetchrow(_RESOURCE, tenant_id, endpoint_id)
        if row is None:
            raise absent()
        return _resource(row)

    async def create(self, principal: Principal, name: str, url: str, types: Sequence[str]) -> dict[str, Any]:
        """Hears what happens from now on. With `secret`, shown once. Raises Invalid, Forbidden, Conflict."""
        url, chosen = self._addresses.for_webhooks(url), _chosen(principal, types)
        tenant_id, endpoint_id, secret = principal.tenant_id, uuid7(), fresh_secret()
        async with self.db.system_transaction() as connection:
            await _lock_tenant(connection, tenant_id)
            if await connection.fetchval(_COUNT, tenant_id) >= MOST:
                raise Conflict(f"There are {MOST} webhooks already: remove one that is no longer needed.")
            sealed = await self._vault.seal(connection, secret, endpoint_place(tenant_id, endpoint_id))
            await connection.execute(_INSERT, tenant_id, endpoint_id, name, url, chosen, [sealed],
                                     await log.head(connection, tenant_id), principal.user_id)  # fmt: skip
            await audit.record_for(connection, tenant_id, "webhook.created", "webhook", endpoint_id,
                                   {"name": [None, name], "url": [None, url], "types": [None, chosen]})  # fmt: skip
        return {**await self.get(tenant_id, endpoint_id), "secret": secret}

    async def change(self, principal: Principal, endpoint_id: UUID, change: Change) -> dict[str, Any]:
        """Paused or off, it keeps its place in the log, and goes on from there. Raises NotFound, Invalid, Forbidden."""
        tenant_id = principal.tenant_id
        async with self.db.system_transaction() as connection:
            before = await locked(connection, tenant_id, endpoint_id)
            after = self._after(principal, before, change)
            seq = await _place_after(connection, before, after["types"])
            afresh = after["state"] != before["state"] or after["url"] != before["url"]
            await connection.execute(_UPDATE, tenant_id, endpoint_id, after["name"], after["url"], after["types"],
                                     after["state"], seq, afresh)  # fmt: skip
            await wake(connection)
            if changes := {key: [before[key], value] for key, value in after.items() if before[key] != value}:
                await audit.record_for(connection, tenant_id, "webhook.updated", "webhook", endpoint_id, changes)
        return await self.get(tenant_id, endpoint_id)

    async def delete(self, tenant_id: UUID, endpoint_id: UUID) -> None:
        """With its attempts. Raises NotFound."""
        async with self.db.system_transaction() as connection:
            row = await locked(connection, tenant_id, endpoint_id)
            await connection.execute(_DELETE, tenant_id, endpoint_id)
            await audit.record_for(connection, tenant_id, "webhook.deleted", "webhook", endpoint_id,
                                   {"name": [row["name"], None], "url": [row["url"], None]})  # fmt: skip

    async def rotate(self, tenant_id: UUID, endpoint_id: UUID, overlap: timedelta) -> dict[str, Any]:
        """With the new `secret`. Until the overlap ends each delivery carries a signature by the old one too."""
        secret, place = fresh_secret(), endpoint_place(tenant_id, endpoint_id)
        async with self.db.system_transaction() as connection:
            row = await locked(connection, tenant_id, endpoint_id)
            old = row["secrets_sealed"][:1] if overlap else []
            kept = [await self._vault.seal(connection, secret, place), *old]
            await connection.execute(_SECRETS, tenant_id, endpoint_id, kept, overlap)
            await audit.record_for(connection, tenant_id, "webhook.secret_replaced", "webhook", endpoint_id,
                                   {"secret": [None, None]})  # fmt: skip
        return {**await self.get(tenant_id, endpoint_id), "secret": secret}

    def _after(self, principal: Principal, before: Any, change: Change) -> dict[str, Any]:
        """Another address hears of the same events: who turns them there must hold what they need."""
        if change.url is not None and change.types is None:
            _chosen(principal, before["types"])
        return {
            "name": before["name"] if change.name is None else change.name,
            "url": before["url"] if change.url is None else self._addresses.for_webhooks(change.url),
            "types": list(before["types"]) if change.types is None else _chosen(principal, change.types),
            "state": before["state"] if change.state is None else change.state,
        }


async def locked(connection: Connection, tenant_id: UUID, endpoint_id: UUID) -> Any:
    """The row, until the transaction ends. Raises NotFound."""
    row = await connection.fetchrow(_LOCK, tenant_id, endpoint_id)
    if row is None:
        raise absent()
    return row


async def wake(connection: Connection) -> None:
    """Whoever sends looks again at the commit."""
    await connection.execute("select pg_notify('events', '')")


def absent() -> NotFound:
    return NotFound("There is no such webhook.")


async def _lock_tenant(connection: Connection, tenant_id: UUID) -> None:
    """Two who add at once would each be the last one allowed."""
    await connection.execute("select pg_advisory_xact_lock(hashtextextended('webhooks ' || $1, 0))", str(tenant_id))


async def _place_after(connection: Connection, before: Any, types: list[str]) -> int:
    """A type that is added is told from now on, unless older events still wait: order comes first."""
    seq: int = before["seq"]
    if types == list(before["types"]) or await connection.fetchval(_PENDING, before["tenant_id"], seq, before["types"]):
        return seq
    return max(seq, await log.head(connection, before["tenant_id"]))


def _chosen(principal: Principal, types: Sequence[str]) -> list[str]:
    """Nobody lets out more than they may see themselves."""
    if unknown := sorted(set(types) - TYPES.keys()):
        message = f"There is no event {unknown[0]} to send: GET /webhooks/event-types lists what there is."
        raise Invalid(message, errors=[{"loc": ["types"], "msg": message}])
    if beyond := sorted(TYPES[name].needs for name in types if not principal.may(TYPES[name].needs)):
        raise Forbidden(f"Your role ({principal.role}) lacks the permission {beyond[0]}, which these events need.")
    return sorted(set(types))


def _resource(row: Any) -> dict[str, Any]:
    moments = {name: _moment(row[name]) for name in ("failing_since", "delivered_at", "created_at", "updated_at")}
    overlapping = len(row["secrets_sealed"]) > 1
    return {"id": str(row["id"]), "name": row["name"], "url": row["url"], "types": list(row["types"]),
            "state": row["state"], "off_reason": row["off_reason"], "waiting": row["waiting"],
            "failures": row["failures"], "next_attempt_at": _moment(row["due_at"]) if row["failures"] else None,
            "old_secret_ends_at": _moment(row["old_secret_ends_at"]) if overlapping else None, **moments,
            "version": row["version"]}  # fmt: skip


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
