"""Files, voices and links of a conversation and of a contact: each on its shelf, page by page, found by an index."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.http.resources import Listing, MessageResource
from core.messaging.shelves import _OF_CONVERSATION, _ON, Shelf
from tests.http.conftest import Enter
from tests.http.ledger import Thread, new_message
from tests.seed import SeededTenant

NOW = datetime.now(UTC)


async def _furnish(db: Database, tenant: SeededTenant, thread: Thread) -> dict[str, list[str]]:
    """Two of each, and what belongs on no shelf; by shelf, newest first."""
    found: dict[str, list[str]] = {"media": [str(one) for one in reversed(thread.message_ids)]}
    kinds = [("documents", "document"), ("voice", "audio"), ("links", "text"), ("", "text"), ("", "sticker")]
    for number, (shelf, type) in enumerate(kinds * 2):
        one = await new_message(db, tenant, thread.conversation_id, thread.contact_id, NOW + timedelta(seconds=number),
                                type=type)  # fmt: skip
        if shelf == "links":
            await db.system.execute("update messages set body = 'See HTTPS://atlas.ma/7' where id = $1", one)
        found.setdefault(shelf, []).insert(0, str(one))
    gone = await new_message(db, tenant, thread.conversation_id, thread.contact_id, NOW, type="document")
    await db.system.execute("update messages set revoked_at = now() where id = $1", gone)
    return found


@pytest.mark.parametrize("shelf", ["media", "documents", "voice", "links"])
async def test_each_shelf_holds_its_own_page_by_page(
    shelf: Shelf, enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread
) -> None:
    wanted = (await _furnish(db, tenant, thread))[shelf]
    agent, stranger = await enter(tenant, "agent"), await enter(other_tenant, "owner")
    for path in (f"/conversations/{thread.conversation_id}/files", f"/contacts/{thread.contact_id}/files"):
        listed: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = (await agent.get(f"{path}?shelf={shelf}&limit=1" + (f"&cursor={cursor}" if cursor else ""))).json
            Listing[MessageResource].model_validate(page)
            listed += [item["id"] for item in page["items"]]
            cursor = page["next"]
        assert listed == wanted
        assert (await stranger.get(f"{path}?shelf={shelf}")).status == 404
    assert (await agent.get(f"/conversations/{thread.conversation_id}/files?shelf=attic")).status == 422


async def test_a_contacts_shelves_have_what_they_sent_in_groups_that_the_caller_sees(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    group = await db.system.fetchval(
        "insert into conversations (tenant_id, account_id, kind) values ($1, $2, 'group') returning id",
        tenant.id, tenant.account_id)
    theirs = [await new_message(db, tenant, group, thread.contact_id, NOW + timedelta(hours=hour), type="document")
              for hour in (1, 2)]  # fmt: skip
    own = await new_message(db, tenant, thread.conversation_id, thread.contact_id, NOW + timedelta(hours=1.5),
                            type="document")  # fmt: skip
    other = await db.system.fetchval("insert into contacts (tenant_id, name, phone) values ($1, 'Driss', '212661999') "
                                     "returning id", tenant.id)  # fmt: skip
    await new_message(db, tenant, group, other, NOW, type="document")
    await db.system.execute("update messages set in_group = true where conversation_id = $1", group)
    agent, path = await enter(tenant, "agent"), f"/contacts/{thread.contact_id}/files?shelf=documents&limit=1"
    listed: list[tuple[str, str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = (await agent.get(path + (f"&cursor={cursor}" if cursor else ""))).json
        listed += [(item["id"], item["conversation_id"]) for item in page["items"]]
        cursor = page["next"]
    assert listed == [(str(one), str(where)) for one, where in (
        (theirs[1], group), (own, thread.conversation_id), (theirs[0], group))]
    owner = await enter(tenant, "owner")
    assert (await owner.ask("PATCH", "/roles/agent", {"sees": "own"})).status == 200
    await db.system.execute("update conversations set assignee_id = $2 where id = $1", thread.conversation_id,
                            UUID((await agent.get("/me")).json["id"]))  # fmt: skip
    seen = (await agent.get(f"/contacts/{thread.contact_id}/files?shelf=documents")).json["items"]
    assert [item["id"] for item in seen] == [str(own)]


async def test_a_shelf_is_read_by_its_index_behind_the_wall(db: Database, tenant: SeededTenant, thread: Thread) -> None:
    await db.system.execute(
        """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction,
            type, body, author_kind, status, status_rank, at)
        select $1, $2, $3, $4, $5, 'w.' || n, 'inbound', 'text', 'Salam', 'customer', 'received', 0,
            now() - n * interval '1 minute' from generate_series(1, 20000) n""",
        tenant.id, thread.conversation_id, thread.account_id, thread.contact_id, tenant.phone_number_id)
    await db.system.execute("analyze messages")
    for shelf, condition in _ON.items():
        plan = await _plan(db, tenant.id, _OF_CONVERSATION.format(on=condition, before=""), thread.conversation_id)
        index = {"voice": "messages_sounds"}.get(shelf, f"messages_{shelf}")
        assert f"using {index}" in plan, plan


async def _plan(db: Database, tenant_id: UUID, query: str, conversation_id: UUID) -> str:
    with tenant_scope(tenant_id):
        async with db.tenant() as connection:
            rows = await connection.fetch("explain " + query, conversation_id, 51)
    return "\n".join(row[0] for row in rows)
