"""Data keys, master keys, and the places sealed values are bound to."""

from uuid import uuid4

import pytest

from core.db.pool import Database
from core.secrets import MasterKeys, Place, SealBroken
from tests.seed import VAULT, SeededTenant


async def test_a_sealed_value_opens_in_its_place_only(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    vault, place = VAULT, Place(tenant.id, "accounts", "1", "access_token")
    async with db.system_transaction() as connection:
        sealed = await vault.seal(connection, "EAAG", place)
        assert "EAAG" not in sealed
        assert await vault.open(connection, sealed, place) == "EAAG"
        for elsewhere in (Place(tenant.id, "accounts", "2", "access_token"), Place(tenant.id, "accounts", "1", "x"),
                          Place(other_tenant.id, "accounts", "1", "access_token"),
                          Place(None, "accounts", "1", "access_token")):  # fmt: skip
            await vault.wrapped_key(connection, elsewhere.tenant_id)
            with pytest.raises(SealBroken):
                await vault.open(connection, sealed, elsewhere)


async def test_a_shredded_key_takes_everything_with_it(db: Database, tenant: SeededTenant) -> None:
    vault, place = VAULT, Place(tenant.id, "accounts", "1", "access_token")
    async with db.system_transaction() as connection:
        sealed = await vault.seal(connection, "EAAG", place)
        await connection.execute("delete from data_keys where tenant_id = $1", tenant.id)
        with pytest.raises(SealBroken, match="gone"):
            await vault.open(connection, sealed, place)


def test_a_new_master_key_is_learnt_when_it_is_first_met() -> None:
    kept = ["old"]
    running = MasterKeys("old", reload=lambda: kept)
    kept[:] = ["new", "old"]
    wrapped = MasterKeys("new").wrap(b"k" * 32, "place")
    assert running.unwrap(wrapped, "place") == b"k" * 32
    assert running.current_id == MasterKeys("new").current_id
    with pytest.raises(SealBroken, match="master key"):
        MasterKeys("old").unwrap(wrapped, "place")
    with pytest.raises(SealBroken):
        running.unwrap(wrapped, str(uuid4()))
