"""What an agent gets who searches: messages, contacts and groups, in any spelling, as they are now, and no others."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.db.pool import Database
from core.db.scope import Sees, Viewer, tenant_scope, viewer_scope
from core.errors import Invalid
from core.messaging import contacts
from core.messaging.merge import merge_contacts
from core.messaging.search import keeper, messages, names
from core.messaging.search.keeper import SearchKeeper
from core.messaging.search.messages import find_messages
from core.messaging.search.names import find_names
from core.messaging.search.question import Question
from tests.http.ledger import new_contact
from tests.seed import SeededTenant

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
_CROWD = """
with them as (insert into contacts (tenant_id, name, phone)
    select $1, 'Autre ' || n, (212700000000 + n)::text from generate_series(1, 2000) n returning id)
insert into conversations (tenant_id, account_id, contact_id, team_id) select $1, $2, id, $3 from them
"""


@pytest.fixture(autouse=True)
async def scope(tenant: SeededTenant) -> AsyncIterator[None]:
    with tenant_scope(tenant.id):
        yield


async def read(db: Database) -> None:
    while await SearchKeeper(db).keep():
        pass


async def talk(db: Database, tenant: SeededTenant, contact_id: UUID, assignee: UUID | None = None) -> UUID:
    made: UUID = await db.system.fetchval(
        "insert into conversations (tenant_id, account_id, contact_id, assignee_id) values ($1, $2, $3, $4) "
        "returning id", tenant.id, tenant.account_id, contact_id, assignee)  # fmt: skip
    return made


async def say(db: Database, tenant: SeededTenant, conversation: UUID, *bodies: str, at: datetime = NOON,
              direction: str = "inbound", type: str = "text", author: UUID | None = None) -> list[UUID]:  # fmt: skip
    """One a minute."""
    return [await db.system.fetchval(
        "insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid, direction, "
        "type, body, author_kind, author_id, status, status_rank, at) select v.tenant_id, v.id, v.account_id, "
        "v.contact_id, $3, $4, $5, $6, $7, case when $5 = 'inbound' then 'customer' else 'agent' end, $8, 'received', "
        "0, $9 from conversations v where v.tenant_id = $1 and v.id = $2 returning id", tenant.id, conversation,
        tenant.phone_number_id, f"wamid.{uuid4().hex}", direction, type, body, author, at + timedelta(minutes=number))
        for number, body in enumerate(bodies)]  # fmt: skip


@pytest.fixture
async def salma(db: Database, tenant: SeededTenant) -> UUID:
    return await talk(db, tenant, await new_contact(db, tenant, "Salma Élégante", "212612345678"))


async def texts(db: Database, q: str, limit: int = 50, **filters: Any) -> list[str]:
    return [hit["snippet"]["text"] for hit in (await find_messages(db, Question(q, **filters), limit=limit)).items]


@pytest.mark.parametrize(("said", "asked"), [
    ("Votre livraison part demain", "livr"), ("Votre livraison part demain", "RAISON"),
    ("Votre livraison part demain", "demain livraison"), ("déjà reçu", "deja recu"), ("deja recu", "DÉJÀ"),
    ("أهلاً يا مصطفى، المدرسة مغلقة", "اهلا"), ("أهلاً يا مصطفى، المدرسة مغلقة", "مصطفي"),
    ("أهلاً يا مصطفى، المدرسة مغلقة", "المدرسه مغ"), ("الموعد ١٢٣٤٥", "12345"), ("commande 12345", "١٢٣٤٥"),
    ("appelez +212 612-34 56 78", "0612345678"), ("appelez 0612 34 56 78", "212612345678"[3:]),
    ("appelez 0612345678", "612 34"), ("la clé", "cl"), ("please help me", "hel"), ("😀 parfait", "parf"),
])  # fmt: skip
async def test_what_was_said_is_found(db: Database, tenant: SeededTenant, salma: UUID, said: str, asked: str) -> None:
    await say(db, tenant, salma, said, "autre chose")
    await read(db)
    assert await texts(db, asked) == [said]


@pytest.mark.parametrize("asked", ["arrivee", "va livr zzz", "ivrx", "ai"])
async def test_what_was_not_said_is_not_found(db: Database, tenant: SeededTenant, salma: UUID, asked: str) -> None:
    await say(db, tenant, salma, "Votre livraison part demain", "ivre")
    await read(db)
    assert await texts(db, asked) == []


async def test_too_little_is_refused(db: Database) -> None:
    for asked in ("a", "  ", "?!", "ـَ"):
        with pytest.raises(Invalid, match="two letters"):
            await find_messages(db, Question(asked), limit=5)


async def test_the_newest_come_first_page_after_page_across_shelves(
    db: Database, tenant: SeededTenant, salma: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SHELF", 10)
    monkeypatch.setattr(keeper, "BATCH", 7)
    await say(db, tenant, salma, *(f"colis {number}" for number in range(60)))
    await read(db)
    await say(db, tenant, salma, *(f"colis du passé {number}" for number in range(60)), at=NOON - timedelta(days=90))
    await read(db)
    assert await db.system.fetchval("select count(*) from search_shelves where tenant_id = $1", tenant.id) > 4
    found: list[Any] = []
    cursor = None
    while True:
        page = await find_messages(db, Question("colis"), limit=7, cursor=cursor)
        found += [hit["message"]["at"] for hit in page.items]
        if not (cursor := page.next):
            break
    assert len(found) == 120
    assert found == sorted(found, reverse=True)
    assert len(await texts(db, "passe", limit=100)) == 60


async def test_a_search_that_has_taken_long_enough_goes_on_where_it_stopped(
    db: Database, tenant: SeededTenant, salma: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "SHELF", 5)
    monkeypatch.setattr(keeper, "BATCH", 5)
    monkeypatch.setattr(messages, "_BUDGET_SECONDS", 0.0)
    await say(db, tenant, salma, "aiguille", *(["foin"] * 60))
    await read(db)
    first = await find_messages(db, Question("aiguille"), limit=5)
    assert (first.items, first.next is None) == ([], False)
    found: list[Any] = []
    cursor = first.next
    while cursor:
        page = await find_messages(db, Question("aiguille"), limit=5, cursor=cursor)
        found, cursor = found + page.items, page.next
    assert [hit["snippet"]["text"] for hit in found] == ["aiguille"]


async def test_filters_narrow_it_down(db: Database, tenant: SeededTenant, salma: UUID) -> None:
    other = await talk(db, tenant, await new_contact(db, tenant, "Omar", "212699999999"))
    contact = await db.system.fetchval("select contact_id from conversations where id = $1", salma)
    await say(db, tenant, salma, "facture jointe", type="document")
    await say(db, tenant, salma, "facture https://atlas.ma", at=NOON + timedelta(days=1))
    await say(db, tenant, other, "facture payée", at=NOON + timedelta(days=2))
    await say(db, tenant, other, "facture envoyée", at=NOON + timedelta(days=3), direction="outbound",
              author=tenant.agent_id)
    await read(db)
    everything = ["facture envoyée", "facture payée", "facture https://atlas.ma", "facture jointe"]
    assert await texts(db, "facture") == everything
    assert await texts(db, "facture", conversation=salma) == everything[2:]
    assert await texts(db, "facture", contact=contact) == everything[2:]
    assert await texts(db, "facture", account=tenant.account_id) == everything
    assert await texts(db, "facture", account=uuid4()) == []
    assert await texts(db, "facture", side="customer") == everything[1:]
    assert await texts(db, "facture", side="colleague") == everything[:1]
    assert await texts(db, "facture", member=tenant.agent_id) == everything[:1]
    assert await texts(db, "facture", kind="document") == everything[3:]
    assert await texts(db, "facture", kind="link") == everything[2:3]
    assert await texts(db, "facture", since=NOON + timedelta(days=2)) == everything[:2]
    assert await texts(db, "facture", until=NOON + timedelta(days=1)) == everything[3:]
    tag = await db.system.fetchval(
        "insert into tags (tenant_id, name, colour) values ($1, 'VIP', 'red') returning id", tenant.id)
    await db.system.execute(
        "insert into conversation_tags (tenant_id, conversation_id, tag_id, status, last_message_at) "
        "values ($1, $2, $3, 'open', now())", tenant.id, other, tag)  # fmt: skip
    assert await texts(db, "facture", tag=tag) == everything[:2]


async def test_a_file_is_found_by_its_name_and_its_caption(db: Database, tenant: SeededTenant, salma: UUID) -> None:
    [message] = await say(db, tenant, salma, "voici", type="document")
    await db.system.execute("insert into attachments (tenant_id, message_id, kind, filename) "
                            "values ($1, $2, 'document', 'Contrat-Été.pdf')", tenant.id, message)
    await read(db)
    assert await texts(db, "contrat ete") == ["Contrat-Été.pdf"]
    assert await texts(db, "voici") == ["voici"]
    assert await texts(db, "voici contrat") == ["voici · Contrat-Été.pdf"]


async def test_an_edited_message_is_found_by_its_new_words_and_a_revoked_one_by_none(
    db: Database, tenant: SeededTenant, salma: UUID
) -> None:
    edited, revoked = await say(db, tenant, salma, "rendez-vous mardi", "secret mardi")
    await read(db)
    await db.system.execute("update messages set body = 'rendez-vous jeudi' where id = $1", edited)
    await db.system.execute("update messages set revoked_at = now() where id = $1", revoked)
    assert await texts(db, "mardi") == []  # at once, before anybody has read it anew
    await read(db)
    assert await texts(db, "jeudi") == ["rendez-vous jeudi"]
    assert await db.system.fetchval("select count(*) from message_words where words like '%mardi%'") == 0


async def test_who_is_erased_leaves_nothing_to_be_found(db: Database, tenant: SeededTenant, salma: UUID) -> None:
    await say(db, tenant, salma, "mon adresse")
    await read(db)
    contact = await db.system.fetchval("select contact_id from conversations where id = $1", salma)
    await contacts.delete_contact(db, contact)
    assert await texts(db, "adresse") == []
    kept = "select (select count(*) from message_words) + (select count(*) from name_words)"
    assert await db.system.fetchval(kept) == 0


async def test_merged_contacts_are_searched_as_one(db: Database, tenant: SeededTenant, salma: UUID) -> None:
    twin = await new_contact(db, tenant, "Salma bis", "212600000009")
    second = await talk(db, tenant, twin)
    await say(db, tenant, second, "ancien message")
    await read(db)
    kept = await db.system.fetchval("select contact_id from conversations where id = $1", salma)
    async with db.system_transaction() as connection:
        await merge_contacts(connection, tenant.id, kept, twin)
    await read(db)
    [hit] = (await find_messages(db, Question("ancien", contact=kept), limit=5)).items
    assert hit["conversation"]["id"] == salma
    assert await texts(db, "ancien", conversation=salma) == ["ancien message"]
    assert (await find_names(db, "bis", limit=5, contacts=True)) == {"conversations": [], "contacts": []}


@pytest.mark.parametrize("many", [False, True])
async def test_a_limited_member_finds_their_own_alone_and_learns_no_number(
    db: Database, tenant: SeededTenant, salma: UUID, monkeypatch: pytest.MonkeyPatch, many: bool
) -> None:
    if many:
        monkeypatch.setattr(messages, "_FEW_CONVERSATIONS", 0)
    mine = await talk(db, tenant, await new_contact(db, tenant, "Salma mienne", "212600000001"), tenant.agent_id)
    await say(db, tenant, salma, *(["colis"] * 30), at=NOON + timedelta(days=1))
    await say(db, tenant, mine, "mon colis")
    await read(db)
    with viewer_scope(Viewer(tenant.agent_id, "own")):
        page = await find_messages(db, Question("colis"), limit=5)
        assert [hit["conversation"]["id"] for hit in page.items] == [mine]
        assert page.next is None
        found = await find_names(db, "salma", limit=5, contacts=False)
        assert [hit["conversation"]["id"] for hit in found["conversations"]] == [str(mine)]
    with viewer_scope(Viewer(None, "own")):  # an API key in a limited role
        assert (await find_messages(db, Question("colis"), limit=5)).items == []
    with viewer_scope(Viewer(tenant.agent_id, "team")):
        assert await texts(db, "colis") == ["mon colis"]
        team = await db.system.fetchval(
            "insert into teams (tenant_id, name) values ($1, 'Ventes') returning id", tenant.id)
        await db.system.execute("insert into team_members (tenant_id, team_id, user_id) values ($1, $2, $3)", tenant.id,
                                team, tenant.agent_id)
        await db.system.execute("update conversations set team_id = $2 where id = $1", salma, team)
        assert len(await texts(db, "colis")) == 31


async def test_a_limited_members_names_are_looked_for_among_their_own_conversations_alone(
    db: Database, tenant: SeededTenant, salma: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "_SETTINGS", names._SETTINGS.replace("'2s'", "'20s'"))
    add = "insert into teams (tenant_id, name) values ($1, $2) returning id"
    team, other = [await db.system.fetchval(add, tenant.id, called) for called in ("Ventes", "Paris")]
    await db.system.execute("insert into team_members (tenant_id, team_id, user_id) values ($1, $2, $3)",
                            tenant.id, team, tenant.agent_id)
    await db.system.execute(_CROWD, tenant.id, tenant.account_id, other)
    of_team = await talk(db, tenant, await new_contact(db, tenant, "Salma de Ventes", "212600000001"))
    await db.system.execute("update conversations set team_id = $2, status = 'closed' where id = $1", of_team, team)
    both = await talk(db, tenant, await new_contact(db, tenant, "Salma mienne", "212600000002"), tenant.agent_id)
    await db.system.execute("update conversations set team_id = $2 where id = $1", both, team)
    await read(db)
    await db.system.execute("analyze conversations")
    limited: list[tuple[Sees, set[UUID]]] = [("team", {of_team, both}), ("own", {both})]
    for sees, seen in limited:
        with viewer_scope(Viewer(tenant.agent_id, sees)):
            found = await find_names(db, "salma", limit=5, contacts=False)
            assert {UUID(hit["conversation"]["id"]) for hit in found["conversations"]} == seen
    async with db.system_transaction() as connection:
        await connection.execute(names._SETTINGS)
        rows = await connection.fetch(f"explain (analyze) {names._HOLD_IN_SIGHT}", tenant.id, ["% salma%"], 300,
                                      tenant.agent_id, [team])  # fmt: skip
    plan = "\n".join(row[0] for row in rows)
    assert set(re.findall(r"Index \w*\s?Scan (?:using|on) (\w+)", plan)) == {
        "conversations_by_assignee", "conversations_by_team", "name_words_pkey"}, plan


async def test_another_tenant_finds_nothing_of_it(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant, salma: UUID
) -> None:
    await say(db, tenant, salma, "colis")
    await read(db)
    with tenant_scope(other_tenant.id):
        assert await texts(db, "colis") == []
        assert await texts(db, "colis", conversation=salma) == []
        assert await find_names(db, "salma", limit=5, contacts=True) == {"conversations": [], "contacts": []}


@pytest.mark.parametrize(("asked", "field", "marked"), [
    ("elega", "name", "Éléga"), ("salma", "name", "Salma"), ("612 34", "phone", "61234"),
    ("0612345678", "phone", "612345678"), ("+212612", "phone", "212612"),
    ("212 612 345 678", "phone", "212612345678"), ("sa el", "name", "Sa"),
    ("lma", "name", "lma"),
])  # fmt: skip
async def test_a_contact_is_found_by_name_and_by_any_part_of_the_phone(
    db: Database, salma: UUID, asked: str, field: str, marked: str
) -> None:
    await read(db)
    [hit] = (await find_names(db, asked, limit=5, contacts=True))["conversations"]
    assert hit["conversation"]["id"] == str(salma)
    begins, ends = hit["found"]["ranges"][0]
    assert (hit["found"]["field"], hit["found"]["text"][begins:ends]) == (field, marked)


async def test_names_that_begin_with_it_come_first_and_contacts_without_a_conversation_apart(
    db: Database, tenant: SeededTenant, salma: UUID
) -> None:
    om_salma = await talk(db, tenant, await new_contact(db, tenant, "Om Salma", "212600000002"))
    alone = await new_contact(db, tenant, "Salmane", "212600000003")
    await read(db)
    found = await find_names(db, "salma", limit=5, contacts=True)
    assert [hit["conversation"]["id"] for hit in found["conversations"]] == [str(salma), str(om_salma)]
    assert [hit["contact"]["id"] for hit in found["contacts"]] == [str(alone)]
    await db.system.execute("update contacts set name = 'Nadia' where id = $1", alone)
    await read(db)
    assert (await find_names(db, "nadi", limit=5, contacts=True))["contacts"][0]["contact"]["id"] == str(alone)


async def test_a_group_is_found_by_its_subject(db: Database, tenant: SeededTenant) -> None:
    group = await db.system.fetchval("insert into conversations (tenant_id, account_id, kind) values ($1, $2, 'group') "
                                     "returning id", tenant.id, tenant.account_id)
    await db.system.execute("insert into groups (tenant_id, conversation_id, account_id, group_id, subject) "
                            "values ($1, $2, $3, 'g1', 'Voyage à Fès')", tenant.id, group, tenant.account_id)
    await read(db)
    [hit] = (await find_names(db, "fes voy", limit=5, contacts=True))["conversations"]
    assert (hit["conversation"]["id"], hit["found"]["ranges"]) == (str(group), [[0, 3], [9, 12]])


async def test_statuses_are_not_read_anew(db: Database, tenant: SeededTenant, salma: UUID) -> None:
    [message] = await say(db, tenant, salma, "colis")
    await read(db)
    await db.system.execute("update messages set status = 'read', version = version + 1 where id = $1", message)
    assert not await keeper.waiting(db)
