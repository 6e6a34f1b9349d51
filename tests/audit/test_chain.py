"""The chain, tampered with by somebody who has the database and not the key: caught each time."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from core import audit
from core.audit import Actor, acting
from core.audit.chain import Verification, verify
from core.audit.sealer import Sealer, anchor_key, anchor_of, audit_key
from core.db.pool import Connection, Database
from core.db.scope import tenant_scope
from core.secrets import MasterKeys, Vault
from core.storage import FolderStorage
from tests.seed import SeededTenant

VAULT = Vault(MasterKeys("the key of a throwaway installation"))
Deed = Callable[[Connection, UUID], Awaitable[object]]


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path)


@pytest.fixture
def sealer(db: Database, storage: FolderStorage) -> Sealer:
    return Sealer(db, VAULT, storage)


async def write(db: Database, tenant: SeededTenant, count: int = 10) -> None:
    with tenant_scope(tenant.id), acting(Actor("member", str(tenant.owner_id), "196.200.131.7", "request")):
        for number in range(count):
            async with db.tenant_transaction() as connection:
                changes = {"role": ["é 'quoted' \\", None], "n": [None, number], "deep": {"a": [1.50, {}]}}
                await audit.record(connection, "member.updated", "member", tenant.agent_id, changes)


async def check(db: Database, storage: FolderStorage, chain: UUID) -> Verification:
    anchor = await anchor_of(storage, chain)
    async with db.system_transaction() as connection:
        return await verify(connection, chain, await audit_key(connection, VAULT), [anchor] if anchor else [])


async def by_hand(db: Database, deed: Deed, chain: UUID) -> None:
    """What only the owner of the tables can do, and the administrator: with row-level security out of the way."""
    connection = await asyncpg.connect(db.url)
    try:
        await deed(connection, chain)
    finally:
        await connection.close()


async def edit(connection: Connection, chain: UUID) -> None:
    await connection.execute("update audit_log set action = 'member.kept' where chain = $1 and n = 4", chain)


async def edit_time(connection: Connection, chain: UUID) -> None:
    await connection.execute("update audit_log set at = at + interval '1 us' where chain = $1 and n = 4", chain)


async def edit_changes(connection: Connection, chain: UUID) -> None:
    await connection.execute("update audit_log set changes = changes - 'n' where chain = $1 and n = 10", chain)


async def cut_out(connection: Connection, chain: UUID) -> None:
    await connection.execute("delete from audit_log where chain = $1 and n = 4", chain)


async def cut_out_the_first(connection: Connection, chain: UUID) -> None:
    await connection.execute("delete from audit_log where chain = $1 and n = 1", chain)


async def reorder(connection: Connection, chain: UUID) -> None:
    await connection.execute("update audit_log set n = n - 9 where chain = $1 and n in (4, 5)", chain)
    await connection.execute("update audit_log set n = -n where chain = $1 and n < 0", chain)
    await connection.execute("update audit_log set n = -n where chain = $1 and n < 0", chain)


async def truncate(connection: Connection, chain: UUID) -> None:
    await connection.execute("delete from audit_log where chain = $1 and n > 7", chain)


async def truncate_and_pretend(connection: Connection, chain: UUID) -> None:
    """Cut, and set the head back by copying what stands in the entry: without the key its seal cannot be made."""
    await truncate(connection, chain)
    await connection.execute("update audit_heads h set n = 7, hash = (select hash from audit_log a "
                             "where a.chain = h.chain and n = 7) where chain = $1", chain)  # fmt: skip


async def truncate_and_begin_anew(connection: Connection, chain: UUID) -> None:
    """Cut, and pretend that nothing was ever sealed: the anchor outside the database knows better."""
    await truncate(connection, chain)
    await connection.execute("update audit_heads set n = 0, hash = '', mac = '' where chain = $1", chain)


async def drop_the_head(connection: Connection, chain: UUID) -> None:
    await truncate(connection, chain)
    await connection.execute("delete from audit_heads where chain = $1", chain)


async def empty(connection: Connection, chain: UUID) -> None:
    await connection.execute("delete from audit_log where chain = $1", chain)
    await connection.execute("delete from audit_heads where chain = $1", chain)


async def rewrite(connection: Connection, chain: UUID) -> None:
    """All of it again, with one entry less, by the database's own function: every hash is right."""
    rows = await connection.fetch("select * from audit_log where chain = $1 order by n", chain)
    await connection.execute("delete from audit_log where chain = $1", chain)
    await connection.execute("delete from audit_heads where chain = $1", chain)
    for row in [row for row in rows if row["n"] != 4] + rows[-1:]:
        await _append(connection, chain, row)


async def _append(connection: Connection, chain: UUID, row: Any) -> None:
    await connection.fetchval("select audit_append($1, $2, $3, $4, $5, $6, $7, $8, $9)", chain, row["actor_kind"],
                              row["actor_id"], row["ip"], row["request_id"], row["action"], row["subject_kind"],
                              row["subject_id"], row["changes"])  # fmt: skip


async def rewrite_behind_an_older_seal(connection: Connection, chain: UUID) -> None:
    """A seal of ours that was copied when the chain had three entries is put back, and what followed written anew."""
    older = await connection.fetchrow("select * from older_seal where chain = $1", chain)
    rows = await connection.fetch("select * from audit_log where chain = $1 and n > 4 order by n", chain)
    await connection.execute("delete from audit_log where chain = $1 and n > 3", chain)
    await connection.execute("update audit_heads set n = $2, hash = $3, mac = $4 where chain = $1", chain, older["n"],
                             older["hash"], older["mac"])  # fmt: skip
    for row in rows:
        await _append(connection, chain, row)


TAMPERING: list[Deed] = [
    edit, edit_time, edit_changes, cut_out, cut_out_the_first, reorder, truncate, truncate_and_pretend,
    truncate_and_begin_anew, drop_the_head, empty, rewrite,
]  # fmt: skip


async def test_a_chain_nobody_touched_is_whole(
    db: Database, tenant: SeededTenant, sealer: Sealer, storage: FolderStorage
) -> None:
    await write(db, tenant)
    before = await check(db, storage, tenant.id)
    assert (before.ok, before.entries, before.sealed_up_to, before.unsealed) == (True, 10, 0, 10)
    await sealer.seal()
    after = await check(db, storage, tenant.id)
    assert (after.ok, after.entries, after.sealed_up_to, after.unsealed) == (True, 10, 10, 0)


@pytest.mark.parametrize("deed", TAMPERING)
async def test_tampering_is_caught(
    deed: Deed, db: Database, tenant: SeededTenant, sealer: Sealer, storage: FolderStorage
) -> None:
    await write(db, tenant)
    await sealer.once()
    await by_hand(db, deed, tenant.id)
    assert not (await check(db, storage, tenant.id)).ok


@pytest.mark.parametrize("deed", TAMPERING)
async def test_no_worker_seals_what_was_tampered_with_however_it_goes_on(
    deed: Deed, db: Database, tenant: SeededTenant, sealer: Sealer, storage: FolderStorage
) -> None:
    await write(db, tenant)
    await sealer.once()
    await by_hand(db, deed, tenant.id)
    await write(db, tenant)
    await sealer.once()
    await Sealer(db, VAULT, storage).once()
    assert not (await check(db, storage, tenant.id)).ok


@pytest.mark.parametrize("deed", [truncate_and_begin_anew, empty, rewrite])
async def test_no_worker_anchors_what_was_tampered_with_however_long_it_waits(
    deed: Deed, db: Database, tenant: SeededTenant, sealer: Sealer, storage: FolderStorage
) -> None:
    """A worker that begins anew anchors at once, as one that runs does a minute later."""
    await write(db, tenant)
    await sealer.once()
    await by_hand(db, deed, tenant.id)
    for _ in range(2):
        await write(db, tenant)
        await Sealer(db, VAULT, storage).once()
        assert not (await check(db, storage, tenant.id)).ok


async def test_an_older_seal_of_ours_hides_nothing_that_was_anchored_since(
    db: Database, tenant: SeededTenant, sealer: Sealer, storage: FolderStorage
) -> None:
    await write(db, tenant, 3)
    await sealer.once()
    owner = await asyncpg.connect(db.url)
    await owner.execute("create table older_seal as select * from audit_heads")
    await owner.close()
    await write(db, tenant, 7)
    await Sealer(db, VAULT, storage).once()
    await by_hand(db, rewrite_behind_an_older_seal, tenant.id)
    await write(db, tenant)
    await Sealer(db, VAULT, storage).once()
    faults = [fault.what for fault in (await check(db, storage, tenant.id)).faults]
    assert faults == ["the chain was rewritten: this entry was sealed otherwise"]


async def test_an_anchor_follows_a_chain_that_nobody_touched(
    db: Database, tenant: SeededTenant, storage: FolderStorage
) -> None:
    for entries in (3, 6):
        await write(db, tenant, 3)
        await Sealer(db, VAULT, storage).once()
        anchor = await anchor_of(storage, tenant.id)
        assert anchor is not None
        assert anchor.n == entries


@pytest.mark.parametrize("written", [b"", b"[]", b'{"n": 3, "hash": "xy", "mac": 1}'])
async def test_an_anchor_that_cannot_be_read_is_a_fault_of_its_own_chain_alone(
    written: bytes, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, sealer: Sealer,
    storage: FolderStorage,
) -> None:  # fmt: skip
    await storage.put(anchor_key(tenant.id), written, "application/json")
    for one in (tenant, other_tenant):
        await write(db, one, 2)
    await sealer.once()
    assert not (await check(db, storage, tenant.id)).ok
    assert await storage.exists(anchor_key(other_tenant.id))
    assert (await check(db, storage, other_tenant.id)).ok


@pytest.mark.parametrize("statement", [
    "update audit_log set action = 'x'", "delete from audit_log", "truncate audit_log", "delete from audit_heads",
])
@pytest.mark.parametrize("role", ["app", "system"])
async def test_our_own_roles_may_neither_change_nor_delete(
    statement: str, role: str, db: Database, tenant: SeededTenant
) -> None:
    await write(db, tenant, 1)
    pool = db.app if role == "app" else db.system
    with tenant_scope(tenant.id):
        async with pool.acquire() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_an_entry_for_another_tenant_is_refused_by_the_database(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    with tenant_scope(tenant.id):
        async with db.tenant() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await audit.record_for(connection, other_tenant.id, "x.y", "x")


async def test_many_writers_make_one_dense_chain(
    db: Database, tenant: SeededTenant, sealer: Sealer, storage: FolderStorage
) -> None:
    async def sealing() -> None:
        for _ in range(20):
            await sealer.seal()

    await asyncio.gather(sealing(), *(write(db, tenant, 5) for _ in range(8)))
    await sealer.seal()
    found = await check(db, storage, tenant.id)
    assert (found.faults, found.entries, found.sealed_up_to) == ([], 40, 40)


async def test_what_is_rolled_back_leaves_no_entry(db: Database, tenant: SeededTenant) -> None:
    async def fails_at_the_end() -> None:
        async with db.tenant_transaction() as connection:
            await audit.record(connection, "member.updated", "member")
            raise ZeroDivisionError

    with tenant_scope(tenant.id), pytest.raises(ZeroDivisionError):
        await fails_at_the_end()
    assert await db.system.fetchval("select count(*) from audit_log") == 0


async def test_old_entries_without_a_seal_are_a_fault(
    db: Database, tenant: SeededTenant, storage: FolderStorage
) -> None:
    async with db.system_transaction() as connection:
        await audit.record_for(connection, tenant.id, "member.updated", "member")
    owner = await asyncpg.connect(db.url)
    await owner.execute("set row_security = off; alter table audit_log disable trigger all")
    await owner.execute("update audit_log set at = at - interval '5 minutes'")
    await owner.close()
    assert any("not sealed" in fault.what for fault in (await check(db, storage, tenant.id)).faults)
