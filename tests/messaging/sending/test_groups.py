"""Writing to a group: with Meta's limits told before anything is queued, and as Meta spells it when it leaves."""

from typing import Any
from uuid import UUID

import pytest

from core.db.scope import tenant_scope
from core.errors import Invalid, Problem, Unavailable
from core.messaging.conversations import mark_read
from core.messaging.receipts import queue_read_receipt
from core.messaging.retry import retry
from tests.messaging.sending.conftest import Desk, refusal
from tests.whatsapp.sendable import EVERY

GROUP = "Y2FwaV9ncm91cDoxOTUwNTU1MDA3OToxMjAzNjMzOTQzMjAZD"


async def a_group(desk: Desk, state: str = "active") -> UUID:
    """In which somebody wrote a minute ago."""
    conversation: UUID = await desk.db.system.fetchval(
        """with made as (insert into conversations (tenant_id, account_id, kind, last_inbound_at, unread_count)
            values ($1, $2, 'group', $5, 1) returning id),
        known as (insert into groups (tenant_id, conversation_id, account_id, group_id, state)
            select $1, id, $2, $3, $4 from made)
        select id from made""",
        desk.tenant.id, desk.tenant.account_id, GROUP, state, desk.clock())  # fmt: skip
    return conversation


async def somebody_writes(desk: Desk, conversation: UUID, wamid: str) -> UUID:
    found: UUID = await desk.db.system.fetchval(
        """insert into messages (tenant_id, conversation_id, account_id, phone_number_id, wamid, in_group,
            direction, type, body, author_kind, status, status_rank, at)
        values ($1, $2, $3, $4, $5, true, 'inbound', 'text', 'salam', 'customer', 'received', 0, $6) returning id""",
        desk.tenant.id, conversation, desk.tenant.account_id, desk.tenant.phone_number_id, wamid, desk.clock())
    return found


async def test_a_text_goes_to_the_group_and_can_be_sent_again(desk: Desk) -> None:
    conversation = await a_group(desk)
    desk.meta.planned = [refusal(131204)]
    sent = await desk.submit(conversation, "salam à tous")
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "failed"
    with tenant_scope(desk.tenant.id):
        await retry(desk.db, UUID(sent.message["id"]), desk.agent(), clock=desk.clock)
    await desk.lanes().drain()
    for _, payload in desk.meta.posts:
        assert (payload["recipient_type"], payload["to"], payload["text"]["body"]) == ("group", GROUP, "salam à tous")
    kept = await desk.message(sent)
    assert (kept["status"], kept["contact_id"], kept["in_group"]) == ("accepted", None, True)


@pytest.mark.parametrize("name", ["location", "contacts", "interactive list", "reaction"])
async def test_what_groups_do_not_take_is_refused_before_it_is_queued(desk: Desk, name: str) -> None:
    type, told = EVERY[name]
    with pytest.raises(Invalid, match="texts, files, templates and pins"):
        await desk.submit(await a_group(desk), "", type=type, content=told)
    assert await desk.events("message.queued") == []


async def test_an_authentication_template_is_not_for_groups(desk: Desk) -> None:
    await desk.db.system.execute(
        """insert into known_templates (tenant_id, waba_id, name, language, status, category, named, components)
        values ($1, $2, 'code', 'fr', 'APPROVED', 'AUTHENTICATION', false, '[]')""",
        desk.tenant.id, desk.tenant.waba_id)  # fmt: skip
    template = {"name": "code", "language": {"code": "fr"}}
    with pytest.raises(Invalid, match="does not send to groups"):
        await desk.submit(await a_group(desk), "", type="template", content=template)


@pytest.mark.parametrize("state", ["suspended", "deleted"])
async def test_a_group_that_is_no_more_takes_nothing(desk: Desk, state: str) -> None:
    with pytest.raises(Unavailable, match="group"):
        await desk.submit(await a_group(desk, state))


async def test_the_window_of_a_group_is_everybodys(desk: Desk) -> None:
    conversation = await a_group(desk)
    desk.clock.pass_(hours=25)
    with pytest.raises(Problem, match="24 hours"):
        await desk.submit(conversation)


async def test_a_pin_names_a_message_of_the_group_and_for_how_long(desk: Desk) -> None:
    conversation = await a_group(desk)
    target = await somebody_writes(desk, conversation, "wamid.theirs")

    async def pin(**told: Any) -> None:
        await desk.submit(conversation, "", type="pin", content={"message_id": str(target), **told}, last_seen=target)

    with pytest.raises(Invalid, match="how many days"):
        await pin(type="pin")
    with pytest.raises(Invalid):
        await pin(type="pin", expiration_days=31)
    await pin(type="pin", expiration_days=7)
    await pin(type="unpin")
    await desk.lanes().drain()
    assert [payload["pin"] for _, payload in desk.meta.posts] == [
        {"type": "pin", "message_id": "wamid.theirs", "expiration_days": 7},
        {"type": "unpin", "message_id": "wamid.theirs"}]
    assert {payload["to"] for _, payload in desk.meta.posts} == {GROUP}


async def test_reading_a_group_tells_meta_of_each_message(desk: Desk) -> None:
    conversation = await a_group(desk)
    for n in range(3):
        await somebody_writes(desk, conversation, f"wamid.{n}")
    for _ in range(2):
        with tenant_scope(desk.tenant.id):
            await mark_read(desk.db, conversation, queue_read_receipt)
    jobs = await desk.db.system.fetch("select args from jobs where name = 'read_receipt'")
    assert sorted(job["args"]["wamid"] for job in jobs) == ["wamid.0", "wamid.1", "wamid.2"]
