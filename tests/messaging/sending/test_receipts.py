"""Telling Meta that a message was read."""

from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from core.db.scope import tenant_scope
from core.jobs.work import Run
from core.mail import Mail
from core.messaging.accounts import Account, GraphClients
from core.messaging.conversations import mark_read
from core.messaging.receipts import ReadReceipts, queue_read_receipt
from core.whatsapp.client import GraphRefused, GraphUnreachable
from tests.messaging.sending.conftest import Desk, refusal
from tests.seed import VAULT


class Meta:
    """Remembers what it was told was read, and fails as planned."""

    def __init__(self, *failures: Exception) -> None:
        self.read: list[tuple[str, str]] = []
        self._failures = list(failures)

    def of(self, account: Account) -> "Meta":
        return self

    async def mark_read(self, phone_number_id: str, wamid: str) -> None:
        if self._failures:
            raise self._failures.pop(0)
        self.read.append((phone_number_id, wamid))


async def _read(desk: Desk, conversation: UUID) -> None:
    await desk.db.system.execute("update conversations set unread_count = 1 where id = $1", conversation)
    with tenant_scope(desk.tenant.id):
        await mark_read(desk.db, conversation, queue_read_receipt)


async def _jobs(desk: Desk) -> list[Any]:
    return list(await desk.db.system.fetch("select * from jobs where tenant_id = $1", desk.tenant.id))


async def _run(desk: Desk, meta: Meta, args: dict[str, Any]) -> None:
    receipts = ReadReceipts(desk.db, cast(GraphClients, meta), Mail(VAULT))
    with tenant_scope(desk.tenant.id):
        await receipts.run(Run(uuid4(), desk.tenant.id, "core", "read_receipt", args, 1, 5, "test"))


async def test_reading_a_conversation_asks_for_one_receipt_of_its_newest_message(desk: Desk) -> None:
    conversation = await desk.conversation()
    await _read(desk, conversation)
    await _read(desk, conversation)
    [job] = await _jobs(desk)
    assert (job["name"], job["args"]["wamid"]) == ("read_receipt", "wamid.first")


async def test_the_receipt_names_the_message_that_was_read_and_not_a_newer_one(desk: Desk) -> None:
    conversation, meta = await desk.conversation(), Meta()
    await _read(desk, conversation)
    await desk.db.system.execute("update conversations set last_inbound_wamid = 'wamid.newer'")
    [job] = await _jobs(desk)
    await _run(desk, meta, job["args"])
    assert meta.read == [(desk.tenant.phone_number_id, "wamid.first")]


async def test_a_receipt_that_did_not_arrive_is_tried_again(desk: Desk) -> None:
    conversation = await desk.conversation()
    await _read(desk, conversation)
    [job] = await _jobs(desk)
    with pytest.raises(GraphUnreachable):
        await _run(desk, Meta(GraphUnreachable("timeout")), job["args"])
    with pytest.raises(GraphRefused):
        await _run(desk, Meta(GraphRefused(refusal(130429))), job["args"])


async def test_a_receipt_that_meta_refuses_for_good_is_let_go(desk: Desk) -> None:
    conversation, meta = await desk.conversation(), Meta(GraphRefused(refusal(100)))
    await _read(desk, conversation)
    [job] = await _jobs(desk)
    await _run(desk, meta, job["args"])
    assert meta.read == []


async def test_a_stopped_number_tells_nothing(desk: Desk) -> None:
    conversation, meta = await desk.conversation(), Meta()
    await _read(desk, conversation)
    await desk.db.system.execute("update accounts set status = 'token_dead'")
    [job] = await _jobs(desk)
    await _run(desk, meta, job["args"])
    assert meta.read == []
