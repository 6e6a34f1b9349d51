"""Values that are well formed and that no database can hold: refused as the caller's, never our error."""

import pytest

from core.db.pool import Database
from core.messaging.page import encode
from tests.http.conftest import Enter
from tests.http.ledger import new_thread
from tests.seed import SeededTenant

EARLIEST, LATEST = "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"
ID = "0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11"


@pytest.mark.parametrize("path", [
    f"/audit?since={EARLIEST.replace('+', '%2B')}", f"/audit?until={LATEST}",
    f"/conversations?cursor={encode(EARLIEST, ID)}", f"/invitations?cursor={encode(LATEST, ID)}",
    f"/contacts?cursor={encode(chr(0xD800), ID)}", f"/members?cursor={encode(chr(0xD800), ID)}",
])  # fmt: skip
async def test_a_query_beyond_time_or_text_is_refused(path: str, tenant: SeededTenant, enter: Enter) -> None:
    assert (await (await enter(tenant, "admin")).get(path)).status == 422


async def test_a_snooze_beyond_time_is_refused(db: Database, tenant: SeededTenant, enter: Enter) -> None:
    thread, agent = await new_thread(db, tenant), await enter(tenant, "agent")
    path, wanted = f"/conversations/{thread.conversation_id}", {"status": "snoozed", "until": LATEST}
    assert (await agent.ask("PUT", f"{path}/status", wanted)).status == 422
    bulk = await agent.ask("PUT", "/conversations", {"ids": [str(thread.conversation_id)], **wanted})
    assert bulk.status == 422
