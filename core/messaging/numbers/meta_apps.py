"""Meta apps: whose secrets sign the webhooks that arrive at /webhooks/whatsapp/<slug>. Secrets go in and never out."""

import re
import secrets
import unicodedata
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection
from core.errors import Conflict, Forbidden, Invalid, NotFound
from core.messaging.doctor.door import Door
from core.messaging.numbers.desk import NumberDesk
from core.secrets import Vault
from core.tenancy import places

MOST_SECRETS: Final = 4
_LIST: Final = """
select id, slug, name, meta_app_id, cardinality(app_secrets_sealed) as secrets, tenant_id from meta_apps
where (tenant_id = $1 or tenant_id is null) and ($2::uuid is null or id = $2) order by created_at, id
"""
_INSERT: Final = """
insert into meta_apps (tenant_id, slug, name, meta_app_id, app_secrets_sealed, verify_token_sealed)
values ($1, $2, $3, $4, $5, $6) returning id
"""
_LOCK: Final = "select * from meta_apps where id = $1 and (tenant_id = $2 or tenant_id is null) for update"
_UPDATE: Final = """
update meta_apps set name = $2, meta_app_id = $3, app_secrets_sealed = $4, verify_token_sealed = $5, updated_at = now()
where id = $1
"""


@dataclass(frozen=True, slots=True)
class NewApp:
    """`verify_token` None: we make one. `shared`: the installation's, for all its tenants."""

    app_secret: str = field(repr=False)
    name: str = ""
    meta_app_id: str | None = None
    slug: str | None = None
    verify_token: str | None = field(default=None, repr=False)
    shared: bool = False


@dataclass(frozen=True, slots=True)
class AppChange:
    """None leaves a thing as it is. `drop_secret` is the place of a secret, the oldest 0."""

    name: str | None = None
    meta_app_id: str | None = None
    add_secret: str | None = field(default=None, repr=False)
    drop_secret: int | None = None
    verify_token: str | None = field(default=None, repr=False)


async def list_apps(desk: NumberDesk, tenant_id: UUID) -> list[dict[str, Any]]:
    """The tenant's own, and those that the installation shares."""
    return [_resource(row, desk.door) for row in await desk.db.system.fetch(_LIST, tenant_id, None)]


async def get_app(desk: NumberDesk, tenant_id: UUID, app_id: UUID) -> dict[str, Any]:
    """Raises NotFound."""
    row = await desk.db.system.fetchrow(_LIST, tenant_id, app_id)
    if row is None:
        raise _absent()
    return _resource(row, desk.door)


async def create_app(desk: NumberDesk, tenant_id: UUID, new: NewApp) -> dict[str, Any]:
    """With `verify_token` in the answer when we made it: it is not shown again. Raises Conflict for a taken slug."""
    async with desk.db.system_transaction() as connection:
        app_id, made = await insert_app(connection, desk.vault, tenant_id, new)
        await record_app(connection, tenant_id, app_id, new)
    return {**await get_app(desk, tenant_id, app_id), **({"verify_token": made} if new.verify_token is None else {})}


async def insert_app(connection: Connection, vault: Vault, tenant_id: UUID, new: NewApp) -> tuple[UUID, str]:
    """(id, verify token), in the caller's transaction. Raises Conflict."""
    owner, slug = None if new.shared else tenant_id, new.slug or _slug(new.name)
    wrapped = await vault.wrapped_key(connection, owner)
    verify_token = new.verify_token or secrets.token_urlsafe(24)
    try:
        app_id = await connection.fetchval(
            _INSERT, owner, slug, new.name or slug, new.meta_app_id,
            [vault.seal_with(wrapped, new.app_secret, places.app_secret(owner, slug))],
            vault.seal_with(wrapped, verify_token, places.verify_token(owner, slug)),
        )  # fmt: skip
    except asyncpg.UniqueViolationError:
        raise Conflict(f"There is a Meta app {slug!r} already: choose another slug, or leave it out.") from None
    return app_id, verify_token


async def record_app(connection: Connection, tenant_id: UUID, app_id: UUID, new: NewApp) -> None:
    """Last in the transaction that made it."""
    made = {"name": [None, new.name], "meta_app_id": [None, new.meta_app_id], "shared": [None, new.shared]}
    await audit.record_for(connection, tenant_id, "meta_app.created", "meta_app", app_id, made)


async def change_app(
    desk: NumberDesk, tenant_id: UUID, app_id: UUID, change: AppChange, *, operator: bool
) -> dict[str, Any]:
    """Raises NotFound, Forbidden for a shared app unless `operator`, Invalid for a secret that cannot go or come."""
    async with desk.db.system_transaction() as connection:
        row = await _locked(connection, tenant_id, app_id, operator=operator)
        sealed = _secrets_after(desk.vault, row, change, await desk.vault.wrapped_key(connection, row["tenant_id"]))
        name = row["name"] if change.name is None else change.name
        meta_app_id = row["meta_app_id"] if change.meta_app_id is None else change.meta_app_id or None
        await connection.execute(_UPDATE, app_id, name, meta_app_id, *sealed)
        await audit.record_for(connection, tenant_id, "meta_app.updated", "meta_app", app_id,
                               _changes(row, name, meta_app_id, change, len(sealed[0])))  # fmt: skip
    return await get_app(desk, tenant_id, app_id)


def _secrets_after(vault: Vault, row: Any, change: AppChange, wrapped: str) -> tuple[list[str], str]:
    """(secrets, verify token), sealed. Both may change at once: the new secret comes before the old one goes."""
    owner, slug, kept = row["tenant_id"], row["slug"], list(row["app_secrets_sealed"])
    if change.drop_secret is not None and not 0 <= change.drop_secret < len(kept):
        raise _invalid("drop_secret", "There is no secret at this place.")
    if change.drop_secret is not None:
        del kept[change.drop_secret]
    if change.add_secret is not None:
        kept.append(vault.seal_with(wrapped, change.add_secret, places.app_secret(owner, slug)))
    if not kept:
        raise _invalid("drop_secret", "The last secret stays: without any, no webhook of the app would be accepted.")
    if len(kept) > MOST_SECRETS:
        raise _invalid("add_secret", f"An app has at most {MOST_SECRETS} secrets: remove one that Meta no longer uses.")
    if change.verify_token is None:
        return kept, row["verify_token_sealed"]
    return kept, vault.seal_with(wrapped, change.verify_token, places.verify_token(owner, slug))


def _changes(row: Any, name: str, meta_app_id: str | None, change: AppChange, count: int) -> dict[str, Any]:
    told = {"name": [row["name"], name], "meta_app_id": [row["meta_app_id"], meta_app_id],
            "secrets": [len(row["app_secrets_sealed"]), count]}  # fmt: skip
    told = {key: pair for key, pair in told.items() if pair[0] != pair[1]}
    # One that replaces another leaves their number as it was, and must show all the same.
    hidden = {"added_secret": change.add_secret, "verify_token": change.verify_token}
    return told | {key: [None, None] for key, value in hidden.items() if value is not None}


async def delete_app(desk: NumberDesk, tenant_id: UUID, app_id: UUID, *, operator: bool) -> None:
    """Raises NotFound, Forbidden for a shared app unless `operator`, Conflict while numbers use it."""
    try:
        async with desk.db.system_transaction() as connection:
            row = await _locked(connection, tenant_id, app_id, operator=operator)
            await connection.execute("delete from meta_apps where id = $1", app_id)
            await audit.record_for(connection, tenant_id, "meta_app.deleted", "meta_app", app_id,
                                   {"slug": [row["slug"], None]})  # fmt: skip
    except asyncpg.ForeignKeyViolationError:
        raise Conflict("Numbers still use this app: move or remove them first.") from None


async def _locked(connection: Connection, tenant_id: UUID, app_id: UUID, *, operator: bool) -> Any:
    row = await connection.fetchrow(_LOCK, app_id, tenant_id)
    if row is None:
        raise _absent()
    if row["tenant_id"] is None and not operator:
        raise Forbidden("This app is shared by all organisations here: its operator changes it.")
    return row


def _resource(row: Any, door: Door) -> dict[str, Any]:
    return {"id": str(row["id"]), "slug": row["slug"], "name": row["name"] or row["slug"],
            "meta_app_id": row["meta_app_id"], "secrets": row["secrets"], "webhook_url": door.url(row["slug"]),
            "shared": row["tenant_id"] is None}  # fmt: skip


def _slug(name: str) -> str:
    """Readable, and taken by nobody."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    readable = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:40].strip("-")
    return f"{readable or 'app'}-{secrets.token_hex(4)}"


def _absent() -> NotFound:
    return NotFound("There is no such Meta app.")


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, errors=[{"loc": [field], "msg": message}])
