"""Values of older versions, sealed with the master key itself."""

import hashlib
from typing import Any

from core.db.pool import Database
from core.secrets.aead import encrypt
from core.tenancy import places
from core.tenancy.reseal import reseal
from tests.seed import SECRET_KEY, VAULT, SeededTenant


def as_before(secret_key: str, plaintext: str, place: str) -> str:
    key = hashlib.sha256(b"comptoir seal v1|" + secret_key.encode()).digest()
    return encrypt("v1", hashlib.sha256(b"id|" + key).hexdigest()[:8], key, plaintext.encode(), place)


async def test_what_a_master_key_sealed_is_sealed_anew_once(
    db: Database, database_url: str, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    slug, number = tenant.app_slug, tenant.phone_number_id
    await db.system.execute("update accounts set access_token_sealed = $2 where tenant_id = $1", tenant.id,
                            as_before("an older key", "EAAG-old", f"accounts|{number}|access_token"))  # fmt: skip
    await db.system.execute(
        "update meta_apps set app_secrets_sealed = app_secrets_sealed || $2::text[], verify_token_sealed = $3 "
        "where slug = $1", slug, [as_before(SECRET_KEY, "second", f"meta_apps|{slug}|app_secret")],
        as_before(SECRET_KEY, "verify", f"meta_apps|{slug}|verify_token"))  # fmt: skip
    untouched = await db.system.fetchval(
        "select access_token_sealed from accounts where tenant_id = $1", other_tenant.id)
    assert await reseal(database_url, [SECRET_KEY, "an older key"]) == 3
    assert await reseal(database_url, [SECRET_KEY, "an older key"]) == 0
    async with db.system.acquire() as connection:
        token = await connection.fetchval("select access_token_sealed from accounts where tenant_id = $1", tenant.id)
        app: Any = await connection.fetchrow("select * from meta_apps where slug = $1", slug)
        assert await VAULT.open(connection, token, places.access_token(tenant.id, number)) == "EAAG-old"
        secrets = [await VAULT.open(connection, one, places.app_secret(None, slug))
                   for one in app["app_secrets_sealed"]]  # fmt: skip
        verify_token = await VAULT.open(connection, app["verify_token_sealed"], places.verify_token(None, slug))
    assert (secrets, verify_token) == ([tenant.app_secret, "second"], "verify")
    assert untouched == await db.system.fetchval(
        "select access_token_sealed from accounts where tenant_id = $1", other_tenant.id)


async def test_what_a_lost_key_sealed_is_left_as_it_is(
    db: Database, database_url: str, tenant: SeededTenant
) -> None:
    lost = as_before("a lost key", "EAAG", f"accounts|{tenant.phone_number_id}|access_token")
    await db.system.execute("update accounts set access_token_sealed = $1", lost)
    assert await reseal(database_url, [SECRET_KEY]) == 0
    assert await db.system.fetchval("select access_token_sealed from accounts") == lost
