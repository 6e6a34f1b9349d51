"""The demo tenant: marked as such, and never in the way of anybody's own organisation."""

from pathlib import Path

import pytest

from core.config import Settings, load
from core.db.pool import Database
from core.embedded.demo import PHONE_NUMBER_ID, ensure_demo, why_no_demo
from core.embedded.sandbox import find_sandbox_again, sandbox_environment
from core.tenancy.seed import create_tenant
from core.tenancy.tenants import is_new
from tests.seed import seed_tenant


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"COMPTOIR_DATA": str(tmp_path), "COMPTOIR_PORT": "9300"})


async def test_an_installation_with_nothing_but_the_demo_is_new(db: Database, settings: Settings) -> None:
    assert await is_new(db)
    first = await ensure_demo(settings, db)
    assert await is_new(db)
    assert await ensure_demo(settings, db) == first
    row = await db.system.fetchrow("select t.demo, a.simulated from accounts a join tenants t on t.id = a.tenant_id")
    assert row is not None
    assert (row["demo"], row["simulated"]) == (True, True)
    await create_tenant(db, "rif-cafe", "Rif Café")
    assert not await is_new(db)


async def test_a_demo_made_before_there_were_marks_is_recognised(db: Database, settings: Settings) -> None:
    await ensure_demo(settings, db)
    await db.system.execute("update tenants set demo = false")
    await db.system.execute("update meta_apps set tenant_id = null")
    assert await why_no_demo(db) is None
    await ensure_demo(settings, db)
    assert await db.system.fetchval("select count(*) from tenants where demo") == 1


async def test_the_demo_never_moves_into_an_organisation_of_the_same_name(db: Database) -> None:
    await create_tenant(db, "atlas", "Atlas Voyages")
    assert "'atlas'" in str(await why_no_demo(db))


async def test_the_demo_stays_away_once_a_number_of_metas_is_connected(db: Database, settings: Settings) -> None:
    await ensure_demo(settings, db)
    tenant = await seed_tenant(db, "dune")
    assert "Meta" in str(await why_no_demo(db))
    await db.system.execute("update accounts set simulated = true where tenant_id = $1", tenant.id)
    assert await why_no_demo(db) is None


async def test_simulated_numbers_follow_the_sandbox_to_another_port(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    await ensure_demo(settings, db)
    await seed_tenant(db, "dune")
    moved = load({"COMPTOIR_DATA": str(tmp_path), "COMPTOIR_PORT": "9400"})
    await find_sandbox_again(moved, db)
    urls = await db.system.fetch("select phone_number_id, graph_url from accounts order by simulated desc")
    assert [row["graph_url"] for row in urls] == ["http://127.0.0.1:9402", "https://graph.facebook.com"]
    assert urls[0]["phone_number_id"] == PHONE_NUMBER_ID


def test_a_sandbox_without_a_demo_starts_empty(settings: Settings) -> None:
    told = sandbox_environment(settings, None)
    assert told["COMPTOIR_SANDBOX_EMPTY"] == "1"
    assert told["COMPTOIR_SANDBOX_WEBHOOK_URL"] == "http://127.0.0.1:9301/"
