"""What only an administrator may do: the database, its extensions and the three roles. Safe to run again."""

from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from core.db.roles import ROLES, role_password

_CREATE_ROLE = "create role {role} login nosuperuser nocreatedb nocreaterole {bypass} password '{password}'"
_CREATE_DATABASE = (
    'create database "{name}" template template0 encoding utf8 '
    "locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'"
)
_EXTENSIONS = ("vector", "pg_trgm", "btree_gin")


async def ensure_database(database_url: str) -> None:
    """Create the database named in the URL when it is absent, UTF-8 whatever the server's locale."""
    parts = urlsplit(database_url)
    name = parts.path.lstrip("/")
    admin = await asyncpg.connect(urlunsplit(parts._replace(path="/postgres")), timeout=5)
    try:
        if not await admin.fetchval("select 1 from pg_database where datname = $1", name):
            # Another starter may create it between our look and our statement.
            with suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await admin.execute(_CREATE_DATABASE.format(name=name.replace('"', '""')))
    finally:
        await admin.close()


async def bootstrap(connection: "asyncpg.Connection[asyncpg.Record]", database_url: str) -> None:
    """Extensions, roles and their rights on this database. Needs a login that may create roles and extensions."""
    for extension in _EXTENSIONS:
        await connection.execute(f"create extension if not exists {extension}")
    for role in ROLES:
        bypass = "bypassrls" if role == "comptoir_sys" else "nobypassrls"
        password = role_password(database_url, role)
        exists = await connection.fetchval("select 1 from pg_roles where rolname = $1", role)
        await connection.execute(
            f"alter role {role} password '{password}'" if exists
            else _CREATE_ROLE.format(role=role, bypass=bypass, password=password)
        )
    await connection.execute("grant usage on schema public to comptoir_app, comptoir_sys")
    await connection.execute("grant usage, create on schema public to comptoir_owner")
