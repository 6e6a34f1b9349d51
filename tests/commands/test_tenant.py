"""`comptoir tenant`, as an operator types it."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from core.db.roles import role_url
from tests.commands.conftest import Comptoir
from tests.seed import SeededTenant

Ask = Callable[..., Any]


@pytest.fixture
def ask(database_url: str) -> Ask:
    """One value from the database, outside the test's loop."""

    async def fetched(query: str, *values: Any) -> Any:
        connection = await asyncpg.connect(role_url(database_url, "comptoir_sys"))
        try:
            return await connection.fetchval(query, *values)
        finally:
            await connection.close()

    return lambda query, *values: asyncio.run(fetched(query, *values))


def test_tenants_are_listed_and_shown(
    tenant: SeededTenant, other_tenant: SeededTenant, comptoir: Comptoir
) -> None:
    status, text = comptoir("tenant", "list")
    assert status == 0
    assert [line.split()[0] for line in text.splitlines()] == ["slug", "atlas", "zagora"]
    status, text = comptoir("tenant", "show", "atlas")
    assert (status, f"id                {tenant.id}" in text) == (0, True)
    assert comptoir("tenant", "show", "nobody") == (1, "There is no tenant 'nobody'.\n")


def test_a_tenant_is_made_suspended_and_resumed(comptoir: Comptoir, ask: Ask) -> None:
    made = comptoir("tenant", "create", "dune", "--name", "Dune", "--owner", "Salma@dune.test", "--locale", "ar")
    assert made == (0, "made dune; an invitation goes to salma@dune.test, good for 24 hours\n")
    assert ask("select count(*) from jobs where name = 'send_mail'") == 1
    assert comptoir("tenant", "create", "dune", "--name", "Dune", "--owner", "s@dune.test")[0] == 1
    assert comptoir("tenant", "create", "Du ne", "--name", "Dune", "--owner", "s@dune.test")[0] == 1
    assert comptoir("tenant", "suspend", "dune", "--reason", "unpaid")[0] == 0
    assert ask("select status || suspended_reason from tenants") == "suspendedunpaid"
    assert comptoir("tenant", "resume", "dune")[0] == 0
    assert ask("select status from tenants") == "active"
    query = "select string_agg(action || actor_kind, ' ' order by n) from audit_log where tenant_id is null"
    assert ask(query) == "tenant.createdoperator tenant.suspendedoperator tenant.resumedoperator"


def test_an_export_is_written_into_a_private_file(tenant: SeededTenant, comptoir: Comptoir, tmp_path: Path) -> None:
    target = tmp_path / "atlas.zip"
    status, text = comptoir("tenant", "export", "atlas", "--to", str(target))
    data = target.read_bytes()
    assert (status, text) == (0, f"{target}: {len(data)} bytes, sha256 {hashlib.sha256(data).hexdigest()}\n")
    assert target.stat().st_mode & 0o777 == 0o600
    assert b"atlas" in zipfile.ZipFile(io.BytesIO(data)).read("tenant.json")


def test_a_tenant_is_deleted_after_its_export_when_its_name_is_typed(
    tenant: SeededTenant, other_tenant: SeededTenant, comptoir: Comptoir, ask: Ask, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    assert comptoir("tenant", "delete", "atlas", "--yes")[0] == 1
    comptoir("tenant", "export", "atlas", "--to", str(tmp_path / "atlas.zip"))
    monkeypatch.setattr("builtins.input", lambda _: "zagora")
    assert comptoir("tenant", "delete", "atlas") == (1, "nothing was deleted\n")
    monkeypatch.setattr("builtins.input", lambda _: "atlas")
    assert comptoir("tenant", "delete", "atlas", "--now")[0] == 0
    assert ask("select string_agg(slug, ' ') from tenants") == "zagora"
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []


def test_the_workers_delete_what_is_not_deleted_here(tenant: SeededTenant, comptoir: Comptoir, ask: Ask) -> None:
    status, text = comptoir("tenant", "delete", "atlas", "--yes", "--without-export")
    assert (status, text) == (0, "atlas is closing: the workers erase it\n")
    assert ask("select status from tenants") == "closing"
    assert ask("select count(*) from jobs where name = 'erase_tenant'") == 1
