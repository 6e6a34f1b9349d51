"""A message's way tells what became of its file: waiting, tried again, stored or given up, and when."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.db.pool import Database
from core.messaging.deliveries.explain import explain_message, nobody_hears
from tests.messaging.intake.deliveries import NOW, apply, delivery
from tests.seed import SeededTenant

TRIED = datetime(2030, 1, 1, 9, tzinfo=UTC)


async def steps(db: Database, tenant: SeededTenant, message: UUID) -> list[dict[str, Any]]:
    found = await explain_message(db, tenant.id, message, nobody_hears)
    return [step for step in found["steps"] if step["stage"] == "media"]


async def test_a_file_waits_is_tried_again_and_is_stored_or_given_up(db: Database, tenant: SeededTenant) -> None:
    picture = {"id": "wamid.1", "from": "212611111111", "timestamp": str(NOW), "type": "image",
               "image": {"id": "media-1", "mime_type": "image/jpeg", "sha256": "aGk="}}  # fmt: skip
    await apply(db, tenant, delivery(tenant, {"messages": [picture]}))
    message = await db.system.fetchval("select id from messages")
    [waits] = await steps(db, tenant, message)
    assert (waits["what"], waits["outcome"]) == ("image", "fetching")
    await db.system.execute("update attachments set attempts = 2, tried_at = $1, error = 'slow'", TRIED)
    _, again = await steps(db, tenant, message)
    assert (again["outcome"], again["attempt"], again["detail"], again["at"]) == ("tried_again", 2, "slow", TRIED)
    await db.system.execute("update attachments set state = 'failed', failure = 'gone', settled_at = $1", TRIED)
    _, given_up = await steps(db, tenant, message)
    assert (given_up["outcome"], given_up["detail"], given_up["at"]) == ("failed", "gone", TRIED)
    await db.system.execute("update attachments set state = 'stored', failure = null")
    assert [step["outcome"] for step in await steps(db, tenant, message)] == ["fetching", "stored"]
