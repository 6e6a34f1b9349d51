"""An organisation's data by the API."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.app import NoPlugins, WebProcess
from core.config import Settings
from core.db.pool import Database
from core.storage import FolderStorage
from core.tenancy.exports import Exporter
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.seed import SeededTenant


@pytest.fixture
def storage(tmp_path: Path) -> FolderStorage:
    return FolderStorage(tmp_path / "media")


@pytest.fixture
async def process(settings: Settings, db: Database, storage: FolderStorage) -> AsyncIterator[WebProcess]:
    process = WebProcess(settings, db, None, storage, NoPlugins(), None)
    async with process.app.test_app():
        yield process


async def finish(db: Database, storage: FolderStorage) -> None:
    for row in await db.system.fetch("select tenant_id, id from exports where state = 'waiting'"):
        await Exporter(db, storage).make(row["tenant_id"], row["id"])


async def test_an_export_is_asked_for_waited_for_and_fetched_whole(
    enter: Enter, db: Database, storage: FolderStorage, tenant: SeededTenant, thread: Thread
) -> None:
    admin = await enter(tenant, "admin")
    asked = await admin.ask("POST", "/tenant/exports")
    assert (asked.status, asked.json["state"], asked.json["requested_by"]["name"]) == (202, "waiting", "Admin")
    path = f"/tenant/exports/{asked.json['id']}/file"
    assert (await admin.get(path)).status == 409
    await finish(db, storage)
    [listed] = (await admin.get("/tenant/exports")).json["items"]
    fetched = await admin.get(path)
    assert (fetched.status, len(fetched.raw)) == (200, listed["size"])
    assert hashlib.sha256(fetched.raw).hexdigest() == listed["sha256"]
    assert fetched.headers["Content-Disposition"].startswith("attachment; filename=")
    assert fetched.headers["Cache-Control"] == "private, no-store"
    messages = zipfile.ZipFile(io.BytesIO(fetched.raw)).read("tables/messages.jsonl").splitlines()
    assert len(messages) == len(thread.message_ids)


async def test_only_those_who_may_export_and_see_everything_do(
    enter: Enter, with_key: Enter, db: Database, storage: FolderStorage, tenant: SeededTenant,
    other_tenant: SeededTenant,
) -> None:  # fmt: skip
    admin = await enter(tenant, "admin")
    made = (await admin.ask("POST", "/tenant/exports")).json
    await finish(db, storage)
    path = f"/tenant/exports/{made['id']}/file"
    for role in ("supervisor", "agent", "viewer"):
        member = await enter(tenant, role)
        assert [(await member.get(one)).status for one in ("/tenant/exports", path)] == [403, 403]
        assert (await member.ask("POST", "/tenant/exports")).status == 403
    stranger = await enter(other_tenant, "owner")
    assert (await stranger.get(path)).status == 404
    program = await with_key(tenant, "admin")
    assert (await program.get(path)).status == 200


async def test_a_role_that_sees_a_part_exports_nothing(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    await db.system.execute("insert into roles (tenant_id, key, name, permissions, sees) "
                            "values ($1, 'clerk', 'Clerk', '{data.export}', 'own')", tenant.id)  # fmt: skip
    clerk = await enter(tenant, "agent")
    await db.system.execute("update memberships set role = 'clerk' where role = 'agent'")
    assert (await clerk.ask("POST", "/tenant/exports")).status == 403
