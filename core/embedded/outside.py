"""Services that the operator named: reached before anything starts, or said plainly. Never a silent fallback."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import cast
from urllib.parse import urlsplit

from core.config import S3, Settings
from core.embedded.errors import EmbeddedError

_SECONDS = 5.0


class ServiceUnreachable(EmbeddedError):
    """A named outside service does not answer, or does not let us in."""


async def require_outside_services(settings: Settings) -> None:
    """Raises ServiceUnreachable for the first of PostgreSQL, Valkey and S3 that is named and cannot be used."""
    if settings.database_outside:
        await _require_postgres(settings.database_url)
    if settings.valkey_outside:
        await _require_valkey(settings.valkey_url)
    if settings.storage.kind == "s3":
        await _require_bucket(settings.storage.s3)


async def _require_postgres(url: str) -> None:
    import asyncpg

    try:
        connection = await asyncpg.connect(url, timeout=_SECONDS)
        await connection.close()
    except asyncpg.InvalidCatalogNameError:
        return  # the migration makes the database
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise ServiceUnreachable(_said("DATABASE_URL", "PostgreSQL", url, error)) from error


async def _require_valkey(url: str) -> None:
    import redis.asyncio
    from redis.exceptions import RedisError

    client = redis.asyncio.Redis.from_url(url, socket_timeout=_SECONDS, socket_connect_timeout=_SECONDS)
    try:
        async with asyncio.timeout(_SECONDS):
            await cast(Awaitable[bool], client.ping())
    except (OSError, TimeoutError, RedisError) as error:
        raise ServiceUnreachable(_said("VALKEY_URL", "Valkey", url, error)) from error
    finally:
        await client.aclose()


async def _require_bucket(s3: S3) -> None:
    from aiobotocore.config import AioConfig
    from aiobotocore.session import get_session
    from botocore.exceptions import BotoCoreError, ClientError

    quick = AioConfig(connect_timeout=_SECONDS, read_timeout=_SECONDS, retries={"max_attempts": 0})
    where = s3.endpoint or f"https://s3.{s3.region}.amazonaws.com"
    try:
        async with get_session().create_client(
            "s3", endpoint_url=s3.endpoint, region_name=s3.region, aws_access_key_id=s3.access_key,
            aws_secret_access_key=s3.secret_key, config=quick,
        ) as client:  # fmt: skip
            await client.head_bucket(Bucket=s3.bucket)
    except (OSError, TimeoutError, BotoCoreError, ClientError) as error:
        raise ServiceUnreachable(
            f"S3_ENDPOINT_URL: the bucket {s3.bucket!r} at {where} cannot be used ({_short(error)}): start the S3 "
            "server, correct the S3_* variables, or unset them to keep attachments in a folder"
        ) from error


def _said(variable: str, service: str, url: str, error: BaseException) -> str:
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)
    return (
        f"{variable}: {service} at {where} cannot be used ({_short(error)}): start it, correct {variable}, "
        f"or unset it to use the embedded {service}"
    )


def _short(error: BaseException) -> str:
    lines = str(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else f"no answer within {_SECONDS:g} s"
