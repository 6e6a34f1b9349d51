"""What plugins keep is found by an index, in any spelling, and no more of it than the member sees."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from comptoir_sdk.migrations import ProtectTenantTable, SearchableText

from core.db.pool import Database, connect
from core.db.scope import Viewer, tenant_scope, viewer_scope
from core.messaging.search import tables
from core.messaging.search.folding import fold
from core.messaging.search.question import terms_of_text
from core.messaging.search.tables import find_rows
from tests.http.ledger import new_contact
from tests.seed import SeededTenant

_TABLE = [
    "create table acme_note (tenant_id uuid not null, id uuid not null default uuidv7() primary key, "
    "conversation_id uuid not null, body text not null)",
    *ProtectTenantTable("acme_note", {"conversation_id": "conversations"}).sql,
    *SearchableText("acme_note", "body").sql]  # fmt: skip
PATIENT = tables._SETTINGS.replace("500ms", "20s")
_SAY = "insert into acme_note (tenant_id, conversation_id, body) values ($1, $2, $3) returning id"
_MANY = """insert into acme_note (tenant_id, conversation_id, body)
select $1, $2, 'client number ' || n || case when n % 1000 = 7 then ' prefers mornings' else '' end
from generate_series(1, $3::integer) n"""


@pytest.fixture(autouse=True)
async def kept(db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(tables, "_SETTINGS", PATIENT)
    owner = await connect(db.url, "comptoir_owner")
    try:
        for statement in _TABLE:
            await owner.execute(str(statement))
        with tenant_scope(tenant.id):
            yield
        await owner.execute("drop table acme_note")
    finally:
        await owner.close()


async def talk(db: Database, tenant: SeededTenant, phone: str, assignee: UUID | None = None) -> UUID:
    made: UUID = await db.system.fetchval(
        "insert into conversations (tenant_id, account_id, contact_id, assignee_id) values ($1, $2, $3, $4) "
        "returning id", tenant.id, tenant.account_id, await new_contact(db, tenant, "Salma", phone),
        assignee)  # fmt: skip
    return made


async def found(db: Database, q: str) -> list[UUID]:
    return (await find_rows(db, ["acme_note"], terms_of_text(fold(q).words)))["acme_note"]


@pytest.mark.parametrize(("said", "asked"), [
    ("Préfère être livrée le matin", "PREFERE etre"), ("Préfère être livrée le matin", "ivré"),
    ("أهلاً يا مصطفى، المدرسة مغلقة", "المدرسه مغ"), ("الموعد ١٢٣٤٥", "12345"), ("la clé", "cl"),
    ("appeler +212 612-34 56 78", "0612345678"), ("appeler 0612345678", "612 34"),
])  # fmt: skip
async def test_what_was_noted_is_found_however_it_is_spelled(
    db: Database, tenant: SeededTenant, said: str, asked: str
) -> None:
    conversation = await talk(db, tenant, "212600000001")
    wanted = await db.system.fetchval(_SAY, tenant.id, conversation, said)
    await db.system.execute(_SAY, tenant.id, conversation, "autre chose")
    assert await found(db, asked) == [wanted]
    await db.system.execute("update acme_note set body = 'autre chose aussi' where id = $1", wanted)
    assert await found(db, asked) == []


async def test_of_thirty_thousand_notes_none_is_read_that_does_not_say_it(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = await talk(db, tenant, "212600000001")
    await db.system.execute(_MANY, tenant.id, conversation, 30_000)
    await db.system.execute(_MANY, other_tenant.id, await talk(db, other_tenant, "212600000002"), 500)
    await db.system.execute("analyze acme_note")
    newest = "select array_agg(id) from (select id from acme_note where tenant_id = $1 order by id desc limit 500) n"
    assert await found(db, "client") == await db.system.fetchval(newest, tenant.id)
    assert len(await found(db, "mornings")) == 30
    assert await found(db, "evenings") == []
    for statement, index in ((tables._OF_ALL, "acme_note_by_words"), (tables._OF_NEWEST, "acme_note_key")):
        plan = await plan_of(db, statement, tenant.id, "mornings")
        assert "Seq Scan" not in plan, plan
        assert index in plan, plan
    # It takes too long: what is newest is better than nothing, and others' hits are shown.
    slow = "select pg_sleep(30)::text::uuid as id from unnest($2::text[], ${grams}::bigint[]) where $1::uuid = $1"
    monkeypatch.setattr(tables, "_OF_ALL", slow)
    monkeypatch.setattr(tables, "_SETTINGS", PATIENT.replace("20s", "3s"))
    assert len(await found(db, "mornings")) == 1


async def plan_of(db: Database, statement: str, tenant_id: UUID, q: str) -> str:
    terms = terms_of_text(q)
    grams = [terms.grams] if "{grams}" in statement else []
    text = statement.format(table="acme_note", newest=tables._NEWEST, most=tables.MOST, sight="", grams=3)
    async with db.system_transaction() as connection:
        await connection.execute(tables._SETTINGS)
        rows = await connection.fetch(f"explain (analyze, buffers) {text}", tenant_id, terms.patterns, *grams)
    return "\n".join(row[0] for row in rows)


@pytest.mark.parametrize("few", [1000, 0])
async def test_a_member_finds_what_hangs_on_their_own_conversations_although_others_have_more(
    db: Database, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(tables, "_FEW_CONVERSATIONS", few)
    mine = await talk(db, tenant, "212600000001", tenant.agent_id)
    theirs = await talk(db, tenant, "212600000002", tenant.owner_id)
    wanted = await db.system.fetchval(_SAY, tenant.id, mine, "client of mine")
    await db.system.execute(_MANY, tenant.id, theirs, 1200)
    for viewer, seen in ((Viewer(tenant.agent_id, "own"), [wanted]), (Viewer(tenant.agent_id, "team"), [wanted]),
                         (Viewer(uuid4(), "own"), [])):  # fmt: skip
        with viewer_scope(viewer):
            assert await found(db, "client") == seen
            assert await found(db, "mornings") == []
    with viewer_scope(Viewer(tenant.agent_id, "all")):
        assert len(await found(db, "client")) == tables.MOST


async def test_a_table_that_was_not_made_searchable_is_left_to_its_plugin(db: Database) -> None:
    assert await find_rows(db, ["contacts", "nothing"], terms_of_text("salam")) == {}
