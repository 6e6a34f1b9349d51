"""GET /search, and threads read around a message."""


import pytest

from core.auth.api_keys import create_api_key
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.http.application import Application
from core.messaging.messages import _placing
from core.messaging.search.keeper import SearchKeeper
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import new_thread
from tests.seed import SeededTenant


async def read(db: Database) -> None:
    while await SearchKeeper(db).keep():
        pass


async def test_one_question_finds_messages_names_and_what_plugins_keep(
    db: Database, tenant: SeededTenant, enter: Enter
) -> None:
    thread = await new_thread(db, tenant, name="Salama", count=3)
    await read(db)
    agent = await enter(tenant, "agent")
    found = (await agent.get("/search?q=S%C3%81LAM&limit=2")).json
    told = [str(one) for one in thread.message_ids]
    assert [hit["message"]["id"] for hit in found["messages"]["items"]] == told[:0:-1]
    assert found["messages"]["items"][0]["snippet"] == {"text": "Salam", "ranges": [[0, 5]]}
    assert found["conversations"][0]["found"] == {"field": "name", "text": "Salama", "ranges": [[0, 5]]}
    assert (found["contacts"], found["plugins"]) == ([], {"items": [], "missing": []})
    rest = (await agent.get(f"/search?q=salam&limit=2&cursor={found['messages']['next']}")).json
    assert [hit["message"]["id"] for hit in rest["messages"]["items"]] == [str(thread.message_ids[0])]
    assert (rest["messages"]["next"], rest["conversations"]) == (None, [])
    filtered = (await agent.get("/search?q=salam&from=colleague")).json
    assert (filtered["messages"]["items"], filtered["conversations"]) == ([], [])
    assert (await agent.get("/search?q=salam&in=names")).json["messages"] == {"items": [], "next": None}


@pytest.mark.parametrize("query", [
    "", "q=", "q=a", "q=%3F%3F", "q=salam&kind=poem", "q=salam&cursor=x", "q=salam&limit=0"])
async def test_what_cannot_be_searched_for_is_refused(tenant: SeededTenant, enter: Enter, query: str) -> None:
    assert (await (await enter(tenant, "agent")).get(f"/search?{query}")).status == 422


async def test_a_program_is_nobodys_me(db: Database, app: Application, tenant: SeededTenant) -> None:
    key = await create_api_key(db, tenant.id, "n8n", "agent")
    program = Caller(app, {"Authorization": f"Bearer {key}"})
    assert (await program.get("/search?q=salam&from=me")).status == 422
    assert (await program.get("/search?q=salam")).status == 200


async def test_a_thread_is_read_around_a_message_and_on_in_both_directions(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant, enter: Enter
) -> None:
    thread = await new_thread(db, tenant, count=30)
    wanted, base = thread.message_ids[10], f"/conversations/{thread.conversation_id}/messages"
    agent = await enter(tenant, "agent")
    wamid = (await agent.get(f"/messages/{wanted}")).json["wamid"]
    told = [str(one) for one in thread.message_ids]
    for key in (wanted, wamid):
        page = (await agent.get(f"{base}?around={key}&limit=8")).json
        assert [one["id"] for one in page["items"]] == told[7:15][::-1]
    found, at = [one["id"] for one in page["items"]][::-1], page["previous"]
    while at:
        newer = (await agent.get(f"{base}?after={at}&limit=7")).json
        found, at = found + [one["id"] for one in newer["items"]][::-1], newer["previous"]
    assert found == told[7:]
    older = (await agent.get(f"{base}?cursor={page['next']}&limit=50")).json
    assert ([one["id"] for one in older["items"]], older["previous"], older["next"]) == (told[6::-1], None, None)
    newest = (await agent.get(f"{base}?around={told[-1]}&limit=6")).json
    assert ([one["id"] for one in newest["items"]], newest["previous"]) == (told[:-7:-1], None)
    assert (await agent.get(f"{base}?around={told[0]}&after=x")).status == 422
    other = await new_thread(db, tenant, phone="212661000002", count=1)
    assert (await agent.get(f"{base}?around={other.message_ids[0]}")).status == 404
    assert (await (await enter(other_tenant, "owner")).get(f"{base}?around={wanted}")).status == 404


@pytest.mark.parametrize(("message", "index"), [
    ("0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c99", "messages_pkey"),
    ("wamid.HBgM", "messages_tenant_id_phone_number_id_wamid_key")])
async def test_the_message_is_found_by_its_key_however_long_the_thread_is(
    db: Database, tenant: SeededTenant, message: str, index: str
) -> None:
    thread = await new_thread(db, tenant)
    await db.system.execute(
        """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction,
            type, body, author_kind, status, status_rank, at)
        select $1, $2, $3, $4, $5, 'w.' || n, 'inbound', 'text', 'Salam', 'customer', 'received', 0,
            now() - n * interval '1 minute' from generate_series(1, 20000) n""",
        tenant.id, thread.conversation_id, thread.account_id, thread.contact_id, tenant.phone_number_id)
    await db.system.execute("analyze messages")
    statement, key = _placing(message)
    with tenant_scope(tenant.id):
        async with db.tenant() as connection:
            rows = await connection.fetch(f"explain {statement}", thread.conversation_id, key)
    plan = "\n".join(row[0] for row in rows)
    assert f"using {index} on messages" in plan, plan
    assert "messages_thread" not in plan, plan
