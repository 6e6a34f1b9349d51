"""What its author changed or took back is shown so, whichever came first, and the original is kept."""

import itertools

import pytest

from core.db.pool import Database
from tests.messaging.intake.deliveries import NOW, Json, apply, delivery, numbered, row, text
from tests.seed import SeededTenant

SHOWN = "select type, body, original ->> 'body', edited_at is not null, revoked_at is not null from messages"


def edit(wamid: str, body: str, at: int, target: str = "wamid.1") -> Json:
    new = {"type": "text", "text": {"body": body}}
    return text(wamid, at=at, type="edit", edit={"original_message_id": target, "message": new})


def revoke(wamid: str, at: int, target: str = "wamid.1") -> Json:
    return text(wamid, at=at, type="revoke", revoke={"original_message_id": target})


TOLD = {
    "message": text("wamid.1", body="Bonjuor"), "edit": edit("wamid.2", "Bonjour", NOW + 1),
    "later edit": edit("wamid.3", "Bonsoir", NOW + 2),
}  # fmt: skip


@pytest.mark.parametrize("order", list(itertools.permutations(TOLD)), ids=" ".join)
async def test_the_newest_edit_is_shown_whatever_the_order(
    db: Database, tenant: SeededTenant, order: tuple[str, ...]
) -> None:
    for name in (*order, *order):
        await apply(db, tenant, delivery(tenant, TOLD[name]))
    assert tuple(await row(db, SHOWN)) == ("text", "Bonsoir", "Bonjuor", True, False)
    assert await db.system.fetchval("select unread_count from conversations") == 1


@pytest.mark.parametrize("first", [True, False])
async def test_a_deleted_message_shows_nothing_of_itself_and_keeps_what_was_written(
    db: Database, tenant: SeededTenant, first: bool
) -> None:
    both = [delivery(tenant, text("wamid.1", body="secret")), delivery(tenant, revoke("wamid.2", NOW + 1))]
    for body in both if first else reversed(both):
        await apply(db, tenant, body)
    assert tuple(await row(db, SHOWN)) == ("text", "", "secret", False, True)
    shown = await db.system.fetchval("select resource from conversation_resources")
    assert shown["last_message"]["preview"] == ""
    assert shown["last_message"]["revoked_at"] is not None
    assert [e.type for e in await numbered(db, tenant)].count("message.updated") == 1


async def test_a_customer_cannot_edit_what_the_business_wrote(db: Database, tenant: SeededTenant) -> None:
    echo = {"message_echoes": [{"from": "212520000000", "to": "212611111111", "id": "wamid.1", "timestamp": str(NOW),
                                "type": "text", "text": {"body": "ours"}}]}  # fmt: skip
    await apply(db, tenant, delivery(tenant, echo, field="smb_message_echoes"),
                delivery(tenant, edit("wamid.2", "forged", NOW + 1)))
    assert await db.system.fetchval("select body from messages") == "ours"
