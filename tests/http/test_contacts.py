import pytest

from core.db.pool import Database
from core.http.resources import ContactResource
from tests.http.conftest import Enter
from tests.http.ledger import Thread, new_contact
from tests.seed import SeededTenant


async def test_a_contact_is_made_changed_and_found(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    made = await agent.ask("POST", "/contacts", {"name": " Salma ", "phone": "+212 661-00 00 01", "locale": "ar"})
    assert made.status == 201
    ContactResource.model_validate(made.json)
    assert (made.json["name"], made.json["phone"], made.json["locale"]) == ("Salma", "212661000001", "ar")
    path = f"/contacts/{made.json['id']}"
    assert (await agent.get(path)).json == made.json
    changed = await agent.ask("PATCH", path, {"name": "Salma I.", "phone": "+212661000001"})
    assert (changed.json["name"], changed.json["version"]) == ("Salma I.", 2)
    assert (await agent.ask("PATCH", path, {"name": "Salma I."})).json == changed.json
    nameless = await agent.ask("PATCH", path, {"name": None})
    assert nameless.json["name"] == "+212661000001"
    saved = await db.system.fetch("select payload from event_outbox where type = 'contact.saved' order by id")
    assert [row["payload"]["changed"] for row in saved] == [["name", "phone", "locale"], ["name"], ["name"]]


async def test_one_phone_has_one_contact_in_a_tenant_however_it_is_spelled(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    agent, stranger = await enter(tenant, "agent"), await enter(other_tenant, "agent")
    first = await agent.ask("POST", "/contacts", {"name": "Luz", "phone": "+52 55 1234 5678"})
    second = await agent.ask("POST", "/contacts", {"name": "Luz again", "phone": "+52 1 55 1234 5678"})
    assert (second.status, second.json["contact_id"]) == (409, first.json["id"])
    assert (await stranger.ask("POST", "/contacts", {"phone": "+52 55 1234 5678"})).status == 201
    other = await agent.ask("POST", "/contacts", {"name": "Omar", "phone": "34600111222"})
    moved = await agent.ask("PATCH", f"/contacts/{other.json['id']}", {"phone": "+52 55 1234 5678"})
    assert moved.status == 409
    assert (await agent.get(f"/contacts/{other.json['id']}")).json == other.json
    assert await db.system.fetchval("select count(*) from contacts where tenant_id = $1", tenant.id) == 2


async def test_a_changed_phone_frees_the_old_one(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    made = await agent.ask("POST", "/contacts", {"phone": "212661000001"})
    await agent.ask("PATCH", f"/contacts/{made.json['id']}", {"phone": "212661000002", "name": "Salma"})
    assert (await agent.ask("POST", "/contacts", {"phone": "212661000001"})).status == 201


@pytest.mark.parametrize(
    "body",
    [{}, {"name": ""}, {"name": "  "}, {"phone": "salma"}, {"phone": "١٢٣٤٥٦٧"}, {"phone": "12"}, {"locale": "de"},
     {"name": "x" * 201}, {"name": "a\0"}, {"naem": "Salma"}, {"name": "Salma", "tenant_id": "x"}, None],
)  # fmt: skip
async def test_a_contact_that_makes_no_sense_is_refused(body: object, enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.ask("POST", "/contacts", body)
    assert answer.status == 422
    assert answer.json["errors"]


async def test_contacts_are_listed_by_name_and_paged(enter: Enter, db: Database, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    names = ["Éric", "adam", "Adam", "Zineb", "Omar", "omar", "Bilal"]
    for number, name in enumerate(names):
        await new_contact(db, tenant, name, f"21266100000{number}")
    seen: list[str] = []
    cursor = ""
    while True:
        answer = (await agent.get(f"/contacts?limit=2{cursor}")).json
        seen += [item["name"] for item in answer["items"]]
        if answer["next"] is None:
            break
        cursor = f"&cursor={answer['next']}"
    assert [name.lower() for name in seen] == sorted(name.lower() for name in names)
    assert [item["name"].lower() for item in (await agent.get("/contacts?q=OMA")).json["items"]] == ["omar", "omar"]
    assert len((await agent.get("/contacts?q=%2B212 661&limit=100")).json["items"]) == len(names)
    assert (await agent.get("/contacts?cursor=x")).status == 422


async def test_deleting_takes_the_conversations_along_and_tells(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    boss = await enter(tenant, "supervisor")
    assert (await boss.ask("DELETE", f"/contacts/{thread.contact_id}")).status == 204
    assert (await boss.ask("DELETE", f"/contacts/{thread.contact_id}")).status == 404
    for table in ("contacts", "contact_identities", "conversations", "messages", "attachments"):
        assert await db.system.fetchval(f"select count(*) from {table}") == 0
    row = await db.system.fetchrow("select type, payload from event_outbox where type <> 'audit.recorded'")
    assert row is not None
    assert row["type"] == "contact.deleted"
    assert row["payload"] == {"id": str(thread.contact_id), "conversations": [str(thread.conversation_id)],
                                  "groups": []}
