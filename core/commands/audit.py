"""`comptoir audit verify`: whether the audit logs are whole."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from core.audit import INSTALLATION
from core.audit.chain import Verification, verify
from core.audit.sealer import anchor_of, audit_key
from core.config import Settings
from core.db.pool import Database
from core.errors import NotFound
from core.secrets import Vault
from core.storage import Storage, open_storage
from core.tenancy.tenants import tenant_by_slug

Say = Callable[[str], None]
_TENANTS = "select id, slug from tenants order by slug"


async def verify_chains(settings: Settings, slug: str | None, say: Say) -> bool:
    """Every chain, or one tenant's. One line each, and one for each fault. False when any is not whole."""
    vault, storage = Vault.of(settings.key_ring), await open_storage(settings.storage, settings.data_dir)
    db = await Database.open(settings.database_url, app_size=1, system_size=2)
    try:
        chains = await _chains(db, slug)
        return all([await _verify_one(db, vault, storage, chain, name, say) for chain, name in chains.items()])
    except NotFound as error:
        say(error.detail)
        return False
    finally:
        await db.close()
        await storage.close()


async def _chains(db: Database, slug: str | None) -> dict[UUID, str]:
    if slug is not None:
        return {(await tenant_by_slug(db, slug)).id: slug}
    rows = await db.system.fetch(_TENANTS)
    return {INSTALLATION: "(installation)", **{row["id"]: row["slug"] for row in rows}}


async def _verify_one(db: Database, vault: Vault, storage: Storage, chain: UUID, name: str, say: Say) -> bool:
    anchor = await anchor_of(storage, chain)
    async with db.system_transaction() as connection:
        found = await verify(connection, chain, await audit_key(connection, vault), [anchor] if anchor else [])
    say(_told(name, found))
    for fault in found.faults:
        say(f"    entry {fault.n}: {fault.what}" if fault.n else f"    {fault.what}")
    return found.ok


def _told(name: str, found: Verification) -> str:
    newer = f", {found.unsealed} newer ones not sealed yet" if found.unsealed else ""
    verdict = "whole" if found.ok else "NOT WHOLE"
    return f"{name}: {verdict}, {found.entries} entries, sealed up to {found.sealed_up_to}{newer}"
