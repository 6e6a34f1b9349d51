"""Whoever gives a conversation out of their own sight gets a clean answer, and then does not see it any more."""

from typing import Any

import pytest

from core.db.pool import Database
from core.db.scope import Sees
from tests.seed import SeededTenant

from .conftest import Floor, LogIn, new_floor

GIFTS: list[tuple[Sees, str, str, str]] = [
    # (sight, which conversation, what is put, who or what receives it)
    ("own", "mine", "assignment", "colleague"), ("own", "mine", "assignment", "nobody"),
    ("team", "mine", "assignment", "colleague"), ("team", "of_my_team", "team", "other_team"),
    ("team", "of_my_team", "team", "nobody"), ("team", "colleagues_in_my_team", "team", "other_team"),
]  # fmt: skip


def _receiver(floor: Floor, name: str) -> str | None:
    return None if name == "nobody" else str(getattr(floor, name))


@pytest.mark.parametrize(("sees", "kind", "what", "to"), GIFTS)
async def test_the_answer_shows_it_as_it_was_left(
    sees: Sees, kind: str, what: str, to: str, db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, sees)
    caller, path = await log_in(floor), f"/conversations/{floor.talks[kind].id}"
    field, receiver = ("assignee" if what == "assignment" else "team"), _receiver(floor, to)
    answer = await caller.ask("PUT", f"{path}/{what}", {field: receiver})
    assert answer.status == 200, answer.raw
    assert (answer.json[field] or {}).get("id") == receiver
    assert (await caller.get(path)).status == 404
    assert (await caller.ask("PUT", f"{path}/{what}", {field: receiver})).status == 404
    entry = await db.system.fetchrow(
        "select action, changes, actor_id from audit_log where subject_kind = 'conversation'"
    )
    assert entry is not None
    assert entry["action"] == ("conversation.assigned" if what == "assignment" else "conversation.moved")
    assert (entry["changes"][field][1], entry["actor_id"]) == (receiver, str(floor.me))


async def test_what_stays_in_sight_stays(db: Database, tenant: SeededTenant, log_in: LogIn) -> None:
    floor = await new_floor(db, tenant, "team")
    caller, path = await log_in(floor), f"/conversations/{floor.talks['of_my_team'].id}"
    for receiver in (floor.colleague, floor.me, None):
        body = {"assignee": receiver and str(receiver)}
        assert (await caller.ask("PUT", f"{path}/assignment", body)).status == 200
        assert (await caller.get(path)).status == 200


async def test_a_contact_with_conversations_out_of_sight_is_not_deleted(
    db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, "own")
    caller = await log_in(floor)
    hidden, own = floor.talks["nobodys"].thread, floor.talks["mine"].thread
    refused = await caller.ask("DELETE", f"/contacts/{hidden.contact_id}")
    assert refused.status == 403
    assert await db.system.fetchval("select count(*) from messages where conversation_id = $1",
                                    hidden.conversation_id) == 4  # fmt: skip
    assert (await caller.ask("DELETE", f"/contacts/{own.contact_id}")).status == 204
    entry = await db.system.fetchval("select changes from audit_log where action = 'contact.deleted'")
    assert entry == {"conversations": [1, 0]}


async def test_the_address_book_is_everybodys(db: Database, tenant: SeededTenant, log_in: LogIn) -> None:
    """Contacts are the tenant's, whoever talks with them: hidden is what was said."""
    floor = await new_floor(db, tenant, "own")
    caller, hidden = await log_in(floor), floor.talks["nobodys"].thread
    assert (await caller.get(f"/contacts/{hidden.contact_id}")).status == 200
    assert (await caller.get(f"/conversations?contact={hidden.contact_id}")).json["items"] == []


async def test_an_id_used_in_a_conversation_out_of_sight_is_a_conflict(
    db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, "own")
    caller = await log_in(floor)
    body: dict[str, Any] = {"id": str(floor.talks["nobodys"].failed_id), "body": "Bonjour"}
    answer = await caller.ask("POST", f"/conversations/{floor.talks['mine'].id}/messages", body)
    assert answer.status == 409, answer.raw


async def test_acts_on_conversations_and_contacts_are_recorded_without_personal_words(
    db: Database, tenant: SeededTenant, log_in: LogIn
) -> None:
    floor = await new_floor(db, tenant, "all")
    caller, path = await log_in(floor), f"/conversations/{floor.talks['mine'].id}"
    await caller.ask("PUT", f"{path}/status", {"status": "closed"})
    await caller.ask("PUT", f"{path}/status", {"status": "closed"})
    await caller.ask("PUT", f"{path}/status", {"status": "open"})
    await caller.ask("PUT", f"{path}/status", {"status": "snoozed", "until": "2099-01-01T00:00:00Z"})
    made = await caller.ask("POST", "/contacts", {"name": "Driss Secret", "phone": "+212 661 999999"})
    await caller.ask("PATCH", f"/contacts/{made.json['id']}", {"name": "Driss Hidden"})
    await caller.ask("PATCH", f"/contacts/{made.json['id']}", {"name": "Driss Hidden"})
    rows = await db.system.fetch("select action, changes from audit_log where actor_id = $1 and action like 'con%' "
                                 "order by n", str(floor.me))  # fmt: skip
    assert [(row["action"], row["changes"]) for row in rows] == [
        ("conversation.closed", {"status": ["open", "closed"]}),
        ("conversation.reopened", {"status": ["closed", "open"]}),
        ("conversation.snoozed", {"status": ["open", "snoozed"], "snoozed_until": [None, "2099-01-01 00:00:00+00:00"]}),
        ("contact.created", {"name": [None, None], "phone": [None, None]}),
        ("contact.updated", {"name": [None, None]}),
    ]
    entries = await db.system.fetch("select a::text as entry from audit_log a")
    assert not any("Driss" in row["entry"] or "661999999" in row["entry"] for row in entries)
