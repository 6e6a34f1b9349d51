"""`comptoir storage sweep`, as an operator types it, on a folder and on a bucket."""

import asyncio
import os
import re
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from core.commands import storage as command
from core.config import load
from core.db.pool import Database
from core.messaging.clock import utc_now
from core.messaging.media.sweep import StorageSweeper
from core.storage import open_storage
from tests.commands.conftest import Comptoir
from tests.http.ledger import new_attachment, new_thread
from tests.seed import SeededTenant
from tests.storage.conftest import s3
from tests.storage.s3_server import KEYS, S3Server

__all__ = ["s3"]


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, s3: S3Server, installation: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Its kind; the environment names it, as in production."""
    if request.param == "s3":
        monkeypatch.setenv("S3_ENDPOINT_URL", s3.endpoint)
        monkeypatch.setenv("S3_BUCKET", asyncio.run(s3.new_bucket()))
        monkeypatch.setenv("S3_ACCESS_KEY_ID", KEYS["access_key"])
        monkeypatch.setenv("S3_SECRET_ACCESS_KEY", KEYS["secret_key"])
    return str(request.param)


@pytest.fixture
def two_days_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was put today is old enough to be judged."""
    late = partial(StorageSweeper, clock=lambda: utc_now() + timedelta(days=2))
    monkeypatch.setattr(command, "StorageSweeper", late)


def furnish(database_url: str, tenant: SeededTenant) -> tuple[UUID, UUID]:
    """A file that is there, one whose object is gone, and two objects that nothing names. The ids of the first two."""

    async def furnished() -> tuple[UUID, UUID]:
        db, settings = await Database.open(database_url), load(os.environ)
        storage = await open_storage(settings.storage, settings.data_dir)
        thread = await new_thread(db, tenant)
        await db.system.execute("delete from attachments")
        there, missing = [await new_attachment(db, tenant, thread.message_ids[0], state="stored") for _ in range(2)]
        await db.system.execute("update attachments set storage_key = tenant_id || '/attachments/' || id")
        for name in (str(there), "0stray", "1stray"):
            await storage.put(f"{tenant.id}/attachments/{name}", b"12345", "image/jpeg")
        await storage.close()
        await db.close()
        return there, missing

    return asyncio.run(furnished())


def looked_at(database_url: str, tenant: SeededTenant) -> tuple[list[str], dict[UUID, str | None]]:
    """The names of the objects, and the failures of the rows."""

    async def seen() -> tuple[list[str], dict[UUID, str | None]]:
        db, settings = await Database.open(database_url), load(os.environ)
        storage = await open_storage(settings.storage, settings.data_dir)
        names = [key.rpartition("/")[2] async for key in storage.keys(f"{tenant.id}/attachments")]
        rows = await db.system.fetch("select id, failure from attachments")
        await storage.close()
        await db.close()
        return sorted(names), {row["id"]: row["failure"] for row in rows}

    return asyncio.run(seen())


def test_both_ways_are_told_first_and_then_put_right(
    database_url: str, tenant: SeededTenant, other_tenant: SeededTenant, store: str, two_days_later: None,
    comptoir: Comptoir,
) -> None:
    there, missing = furnish(database_url, tenant)
    status, told = comptoir("storage", "sweep", "--dry-run")
    assert status == 0
    assert re.search(r"^atlas: 3 objects; 2 unnamed ones would be deleted \(10 bytes\).* 1 lost", told, re.MULTILINE)
    assert len(told.splitlines()) == 2  # everybody's
    names, failures = looked_at(database_url, tenant)
    assert (len(names), failures) == (3, {there: None, missing: None})
    status, told = comptoir("storage", "sweep", "atlas")
    assert status == 0
    assert "2 unnamed ones deleted (10 bytes)" in told
    assert looked_at(database_url, tenant) == ([str(there)], {there: None, missing: "lost"})
    assert "1 objects; 0 unnamed ones deleted" in comptoir("storage", "sweep", "atlas")[1]


def test_what_came_today_is_left_and_an_unknown_organisation_is_said(
    database_url: str, tenant: SeededTenant, store: str, comptoir: Comptoir
) -> None:
    furnish(database_url, tenant)
    assert "0 unnamed ones deleted (0 bytes), 2 too young to judge" in comptoir("storage", "sweep", "atlas")[1]
    assert len(looked_at(database_url, tenant)[0]) == 3
    status, told = comptoir("storage", "sweep", "nobody")
    assert status == 1
    assert "nobody" in told


def test_a_store_that_is_away_changes_nothing_and_says_what_to_check(
    database_url: str, tenant: SeededTenant, store: str, installation: Path, comptoir: Comptoir,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there, missing = furnish(database_url, tenant)
    with monkeypatch.context() as away:
        if store == "s3":
            away.setenv("S3_ENDPOINT_URL", "http://127.0.0.1:1")
        else:
            (installation / "media").rename(installation / "elsewhere")
            (installation / "media").write_text("a file where the folder should be")
        status, told = comptoir("storage", "sweep", "atlas")
    assert status == 1
    assert ("S3_ENDPOINT" if store == "s3" else "storage.path") in told
    if store == "folder":
        (installation / "media").unlink()
        (installation / "elsewhere").rename(installation / "media")
    assert looked_at(database_url, tenant)[1] == {there: None, missing: None}
