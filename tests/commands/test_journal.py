"""`comptoir journal`, as an operator types it."""

import asyncio

from core.db.pool import Database
from tests.commands.conftest import Comptoir
from tests.messaging.intake.deliveries import apply, delivery, journal, text
from tests.seed import SeededTenant

SPAN = ("--from", "2020-01-01", "--to", "2036-01-01T00:00")


def fill(database_url: str, tenant: SeededTenant) -> None:
    """Applied, applied and lost again, set aside, waiting."""

    async def filled() -> None:
        db = await Database.open(database_url)
        await apply(db, tenant, delivery(tenant, text("wamid.1", "212611111111")), delivery(tenant, text("wamid.2")),
                    delivery(tenant, text("wamid.lost"), phone_number_id="999"))
        await db.system.execute("delete from messages where wamid = 'wamid.2'")
        await journal(db, tenant, delivery(tenant, text("wamid.waits")))
        await db.close()

    asyncio.run(filled())


def test_deliveries_are_found_and_explained(database_url: str, tenant: SeededTenant, comptoir: Comptoir) -> None:
    fill(database_url, tenant)
    status, told = comptoir("journal", "find", "--phone", "+212 611-111-111", "--tenant", "atlas")
    assert status == 0
    assert "message text wamid.1 (atlas)" in told
    assert comptoir("journal", "find", "--wamid", "wamid.none") == (1, "")
    assert comptoir("journal", "find", "--phone", "12") == (1, "Give at least 4 digits of the number.\n")
    status, told = comptoir("journal", "explain", "wamid.1")
    assert status == 0
    assert {"received", "applied", "status"} <= {line.split()[1] for line in told.splitlines()[1:]}
    assert "nobody's:" in comptoir("journal", "explain", "wamid.lost")[1]
    assert comptoir("journal", "explain", "wamid.none") == (1, "nothing is known of wamid.none\n")


def test_a_range_is_replayed_once_intake_has_nothing_to_do(
    database_url: str, tenant: SeededTenant, comptoir: Comptoir
) -> None:
    fill(database_url, tenant)
    _empty_the_queue(database_url, tenant)
    status, told = comptoir("journal", "replay", *SPAN, "--dry-run", "--here")
    assert status == 0
    assert "1 messages would be stored" in told
    told = comptoir("journal", "replay", *SPAN, "--here", "--tenant", "atlas")[1]
    assert "done: 4 deliveries; 1 messages stored" in told
    assert "0 messages stored" in comptoir("journal", "replay", *SPAN, "--here")[1]
    assert comptoir("journal", "replay", "--from", "2026-01-02", "--to", "2026-01-01") == (
        1, "--to must be after --from\n")


def test_the_quarantine_is_counted_listed_and_replayed(
    database_url: str, tenant: SeededTenant, comptoir: Comptoir
) -> None:
    fill(database_url, tenant)
    told = comptoir("journal", "quarantine")[1]
    count, _, reason = told.strip().partition("  ")
    assert count == "1"
    assert "message wamid.lost" in comptoir("journal", "quarantine", "--reason", reason)[1]
    assert comptoir("journal", "quarantine", "--replay")[0] == 1
    assert "1 open" in comptoir("journal", "quarantine", "--reason", reason, "--replay")[1]
    assert comptoir("journal", "quarantine", "--tenant", "atlas") == (0, "")


def _empty_the_queue(database_url: str, tenant: SeededTenant) -> None:
    async def emptied() -> None:
        db = await Database.open(database_url)
        await apply(db, tenant)
        await db.close()

    asyncio.run(emptied())
