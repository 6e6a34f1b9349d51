"""What older versions sealed with the master key itself is sealed anew, with data keys. Safe to run again."""

from collections.abc import Sequence
from uuid import UUID

from core.db.pool import Connection, connect
from core.secrets import MasterKeys, Place, Vault
from core.secrets.direct import open_directly, sealed_directly
from core.tenancy import places

_ACCOUNTS = "select id, tenant_id, phone_number_id, access_token_sealed from accounts where access_token_sealed <> ''"
_APPS = "select id, tenant_id, slug, app_secrets_sealed, verify_token_sealed from meta_apps"


async def reseal(database_url: str, secrets: Sequence[str]) -> int:
    """How many values were sealed anew. `secrets` are the installation's master keys, the current one first."""
    resealer = _Resealer(secrets)
    connection = await connect(database_url, "comptoir_sys")
    try:
        async with connection.transaction():
            await resealer.accounts(connection)
            await resealer.meta_apps(connection)
    finally:
        await connection.close()
    return resealer.count


class _Resealer:
    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets, self._vault = secrets, Vault(MasterKeys(*secrets))
        self.count = 0

    async def accounts(self, connection: Connection) -> None:
        for row in await connection.fetch(_ACCOUNTS):
            number = row["phone_number_id"]
            place = places.access_token(row["tenant_id"], number)
            fresh = await self._anew(connection, row["access_token_sealed"], f"accounts|{number}|access_token", place)
            await connection.execute("update accounts set access_token_sealed = $3 where tenant_id = $1 and id = $2",
                                     row["tenant_id"], row["id"], fresh)  # fmt: skip

    async def meta_apps(self, connection: Connection) -> None:
        for row in await connection.fetch(_APPS):
            slug, owner = row["slug"], row["tenant_id"]
            app_secrets = [
                await self._anew(connection, one, f"meta_apps|{slug}|app_secret", places.app_secret(owner, slug))
                for one in row["app_secrets_sealed"]
            ]
            token = await self._anew(connection, row["verify_token_sealed"], f"meta_apps|{slug}|verify_token",
                                     places.verify_token(owner, slug))  # fmt: skip
            await self._store_app(connection, row["id"], app_secrets, token)

    async def _store_app(self, connection: Connection, app_id: UUID, secrets: Sequence[str], token: str) -> None:
        await connection.execute("update meta_apps set app_secrets_sealed = $2, verify_token_sealed = $3 where id = $1",
                                 app_id, secrets, token)  # fmt: skip

    async def _anew(self, connection: Connection, sealed: str, old_place: str, place: Place) -> str:
        """The value as it is when no master key sealed it itself: it is new already, or of a key that was lost."""
        secret = next((one for one in self._secrets if sealed_directly(one, sealed)), None)
        if secret is None:
            return sealed
        self.count += 1
        return await self._vault.seal(connection, open_directly(secret, sealed, old_place), place)
