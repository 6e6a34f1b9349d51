"""A token dies, whoever hears of it first: lane, receipt or file."""

import json
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from core.db.scope import tenant_scope
from core.jobs.work import CORE, Run
from core.mail import Mail
from core.mail.queue import place
from core.messaging.accounts import GraphClients, find_account
from core.messaging.media import MediaFetcher, unpark
from core.messaging.receipts import JOB, ReadReceipts
from core.messaging.token_death import stop_number
from core.storage.folder import FolderStorage
from core.whatsapp.client import GraphRefused
from core.whatsapp.media import MediaLocation
from tests.messaging.sending.conftest import Desk, refusal
from tests.seed import VAULT


class Refusing:
    """A Meta that takes the token no more."""

    def of(self, _: Any) -> "Refusing":
        return self

    async def mark_read(self, *_: Any) -> None:
        raise GraphRefused(refusal(190))

    async def media_url(self, _: str) -> MediaLocation:
        raise GraphRefused(refusal(190))


async def _letters(desk: Desk) -> list[dict[str, Any]]:
    rows = await desk.db.system.fetch("select id, args from jobs where name = 'send_mail' order by id")
    async with desk.db.system.acquire() as connection:
        return [json.loads(await VAULT.open(connection, row["args"]["sealed"], place(desk.tenant.id, row["id"])))
                for row in rows]  # fmt: skip


async def _account(desk: Desk) -> Any:
    return await desk.db.system.fetchrow("select * from accounts where id = $1", desk.tenant.account_id)


async def test_owners_and_admins_hear_of_it_once_in_their_language(desk: Desk) -> None:
    await desk.db.system.execute("update users set locale = 'ar' where id = $1", desk.tenant.owner_id)
    for n in range(3):
        await desk.submit(await desk.conversation(), str(n))
    desk.meta.planned = [refusal(190)] * 3
    await desk.lanes().drain()
    [letter] = await _letters(desk)
    assert (letter["to"], letter["template"], letter["locale"]) == ("owner@atlas.test", "token_dead", "ar")
    assert letter["values"]["number"] == "+212520000000"
    assert "واتساب" in letter["values"]["reason"]


async def test_it_is_written_down_with_its_time_and_its_reason(desk: Desk) -> None:
    await desk.submit(await desk.conversation())
    desk.meta.planned = [refusal(190)]
    await desk.lanes().drain()
    account = await _account(desk)
    assert (account["status"], account["token_error"]["code"], account["version"]) == ("token_dead", 190, 2)
    assert account["token_died_at"] is not None
    entry = await desk.db.system.fetchrow("select * from audit_log")
    assert entry is not None
    assert (entry["action"], entry["actor_kind"], entry["changes"]) == (
        "account.token_died", "system", {"status": ["connected", "token_dead"], "code": [None, 190]})
    [event] = await desk.events("account.token_dead")
    assert event["account"]["status"] == "token_dead"


async def test_a_token_that_was_replaced_meanwhile_is_left_alone(desk: Desk) -> None:
    account = await find_account(desk.db, desk.tenant.id, desk.tenant.account_id)
    assert account is not None
    await desk.db.system.execute("update accounts set access_token_sealed = 'another'")
    async with desk.db.system_transaction() as connection:
        assert not await stop_number(connection, Mail(VAULT), account, refusal(190))
    assert (await _account(desk))["status"] == "connected"
    assert await _letters(desk) == []


async def test_a_read_receipt_hears_of_it_too(desk: Desk) -> None:
    conversation = await desk.conversation()
    receipts = ReadReceipts(desk.db, cast(GraphClients, Refusing()), Mail(VAULT))
    args = {"conversation_id": str(conversation), "wamid": "wamid.first"}
    with tenant_scope(desk.tenant.id):
        await receipts.run(Run(UUID(int=1), desk.tenant.id, CORE, JOB, args, 1, 5, "w"))
    assert (await _account(desk))["status"] == "token_dead"
    assert len(await _letters(desk)) == 1


async def test_files_wait_for_the_next_token_without_a_try_being_counted(desk: Desk, tmp_path: Path) -> None:
    attachments = [await _attachment(desk) for _ in range(2)]
    storage = FolderStorage(tmp_path / "media")
    fetcher = MediaFetcher(desk.db, cast(GraphClients, Refusing()), storage, Mail(VAULT), clock=desk.clock)
    assert await fetcher.sweep() == 2
    assert (await _account(desk))["status"] == "token_dead"
    desk.clock.pass_(days=6)
    assert await fetcher.sweep() == 0
    async with desk.db.system_transaction() as connection:
        await connection.execute("update accounts set status = 'connected'")
        await unpark(connection, desk.tenant.id, desk.tenant.account_id)
    rows = await desk.db.system.fetch("select id, state, attempts, due_at < now() + interval '1 s' as due "
                                      "from attachments order by id")
    assert [(row["state"], row["attempts"], row["due"]) for row in rows] == [("pending", 0, True)] * len(attachments)


async def _attachment(desk: Desk) -> UUID:
    message = await desk.customer_writes(await desk.conversation())
    return cast(UUID, await desk.db.system.fetchval(
        """insert into attachments (tenant_id, message_id, kind, media_id, mime_type, due_at)
        values ($1, $2, 'image', '1234', 'image/jpeg', $3) returning id""", desk.tenant.id, message, desk.clock()))
