"""Changing and removing numbers: a new token revives, and what is removed is gone everywhere."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.db.wake import Wake
from core.http.application import Application
from core.jobs.work import CORE, Run
from core.mail import Mail
from core.messaging.accounts import find_account
from core.messaging.numbers import change
from core.messaging.numbers.connect import introduced
from core.messaging.numbers.remove import JOB, Eraser
from core.messaging.token_death import stop_number
from core.storage.folder import FolderStorage
from core.whatsapp.answers import refusal
from tests.http.callers import Caller
from tests.http.ledger import Thread, new_thread
from tests.messaging.intake.deliveries import apply, count, delivery, row, text
from tests.numbers.clinic import Clinic
from tests.numbers.conftest import As
from tests.people.crew import in_roles
from tests.seed import VAULT, SeededTenant


@pytest.fixture
def one(tenant: SeededTenant) -> str:
    return f"/accounts/{tenant.account_id}"


async def kill_token(db: Database, tenant: SeededTenant) -> None:
    account = await find_account(db, tenant.id, tenant.account_id)
    assert account is not None
    refused = refusal(401, {"code": 190, "error_subcode": 463, "message": "Session has expired"}, {})
    async with db.system_transaction() as connection:
        assert await stop_number(connection, Mail(VAULT), account, refused)


async def events(db: Database, kind: str) -> list[dict[str, Any]]:
    rows = await db.system.fetch("select payload from event_outbox where type = $1 order by id", kind)
    return [found["payload"] for found in rows]


async def test_a_new_token_that_meta_takes_revives_the_number_and_its_queue(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    await kill_token(db, tenant)
    dead = (await admin.get(one, Accept_Language="fr")).json
    assert (dead["status"], dead["token_error"]["code"]) == ("token_dead", 190)
    assert dead["token_died_at"] is not None
    await clinic.control("PATCH", f"numbers/{tenant.phone_number_id}", {"token": "EAAGthe-next-token"})
    wake = Wake(db.url)
    await wake.listen("lanes")
    bell = wake.bell("lanes")
    answer = await admin.ask("PATCH", one, {"access_token": "EAAGthe-next-token"})
    async with asyncio.timeout(10):
        assert await bell.wait(10) is not False
    await wake.close()
    assert answer.status == 200, answer.json
    assert answer.json["status"] == "connected"
    assert (answer.json["token_error"], answer.json["token_died_at"]) == (None, None)
    changed = (await events(db, "account.updated"))[-1]["changed"]
    assert changed["status"] == ["token_dead", "connected"]
    assert changed["access_token"] == [None, None]
    kept = await row(db, "select access_token_sealed, data_keys.wrapped from accounts join data_keys using (tenant_id) "
                         "where accounts.id = $1 and purpose = 'seal'", tenant.account_id)
    assert "the-next-token" not in kept["access_token_sealed"]


async def test_a_token_that_meta_refuses_changes_nothing(
    db: Database, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    await kill_token(db, tenant)
    before = await row(db, "select * from accounts where id = $1", tenant.account_id)
    answer = await admin.ask("PATCH", one, {"access_token": "EAAGwrong-token"})
    assert answer.status == 422
    assert answer.json["findings"][0]["state"] == "failed"
    assert dict(await row(db, "select * from accounts where id = $1", tenant.account_id)) == dict(before)


async def test_the_token_is_not_taken_to_another_address_by_who_does_not_know_it(
    db: Database, admin: Caller, one: str
) -> None:
    answer = await admin.ask("PATCH", one, {"graph_url": "https://elsewhere.example"})
    assert (answer.status, answer.json["errors"][0]["loc"]) == (422, ["access_token"])


async def test_a_change_that_was_overtaken_takes_no_token_to_another_address(
    db: Database, admin: Caller, tenant: SeededTenant, one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = introduced

    async def meanwhile(*args: Any) -> Any:
        """Somebody takes the number elsewhere, with a token of theirs, while Meta is asked about this change."""
        met = await ask(*args)
        await db.system.execute("update accounts set graph_url = 'https://elsewhere.example', "
                                "access_token_sealed = 'another' where id = $1", tenant.account_id)
        return met

    monkeypatch.setattr(change, "introduced", meanwhile)
    assert (await admin.ask("PATCH", one, {"graph_version": "v25.0"})).status == 409
    kept = await row(db, "select graph_url, access_token_sealed, graph_version from accounts where id = $1",
                     tenant.account_id)
    assert (kept["graph_url"], kept["access_token_sealed"]) == ("https://elsewhere.example", "another")
    assert kept["graph_version"] != "v25.0"


async def test_a_number_is_switched_off_and_on_again(
    db: Database, clinic: Clinic, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    assert (await admin.ask("PATCH", one, {"status": "disabled"})).json["status"] == "disabled"
    # Inbound is never gated: what customers write still arrives.
    await apply(db, tenant, delivery(tenant, text("wamid.1")))
    assert await count(db, "messages") == 1
    await clinic.fault("token_dead_190", count=8)
    assert (await admin.ask("PATCH", one, {"status": "connected"})).status == 422
    await clinic.control("DELETE", "faults")
    assert (await admin.ask("PATCH", one, {"status": "connected"})).json["status"] == "connected"
    actions = [entry["action"] for entry in await db.system.fetch("select action from audit_log order by n")]
    assert actions == ["account.updated", "account.updated"]


async def test_a_number_moves_to_a_team_of_its_own_tenant(
    db: Database, admin: Caller, tenant: SeededTenant, other_tenant: SeededTenant, one: str
) -> None:
    make = "insert into teams (tenant_id, name) values ($1, $2) returning id::text"
    team = await db.system.fetchval(make, tenant.id, "Rabat")
    theirs = await db.system.fetchval(make, other_tenant.id, "X")
    assert (await admin.ask("PATCH", one, {"team": team})).json["team"] == {"id": team, "name": "Rabat"}
    assert (await admin.ask("PATCH", one, {"team": theirs})).status == 422
    assert (await admin.ask("PATCH", one, {"graph_version": "v25.0"})).json["team"]["id"] == team
    assert (await admin.ask("PATCH", one, {"team": None})).json["team"] is None
    assert (await admin.ask("PATCH", one, {})).status == 422


async def test_who_sees_less_takes_no_numbers_conversations_for_their_team_or_away(
    db: Database, app: Application, tenant: SeededTenant, one: str
) -> None:
    keeper = await in_roles(app, db)(tenant, "keeper", ["accounts.manage", "conversations.read"], "team")
    me = (await keeper.get("/me")).json["id"]
    make = "insert into teams (tenant_id, name) values ($1, 'Mine') returning id::text"
    team = await db.system.fetchval(make, tenant.id)
    await db.system.execute("insert into team_members values ($1, $2, $3)", tenant.id, UUID(team), UUID(me))
    await new_thread(db, tenant)
    assert (await keeper.ask("PATCH", one, {"team": team})).status == 403
    assert (await keeper.ask("DELETE", f"{one}?with=conversations")).status == 403
    assert (await keeper.ask("DELETE", one)).status == 409
    assert (await keeper.ask("PATCH", one, {"graph_version": "v25.0"})).status == 200
    assert await count(db, "conversations") == 1


async def test_a_number_without_conversations_is_gone_at_once(
    db: Database, admin: Caller, tenant: SeededTenant, one: str
) -> None:
    assert (await admin.ask("DELETE", one)).status == 204
    assert await count(db, "accounts") == 0
    assert await events(db, "account.removed") == [{"account_id": str(tenant.account_id)}]
    assert (await admin.ask("DELETE", one)).status == 404


async def test_a_number_with_conversations_is_removed_only_when_that_is_said(
    db: Database, admin: Caller, tenant: SeededTenant, other_tenant: SeededTenant, one: str, tmp_path: Path
) -> None:
    storage = FolderStorage(tmp_path / "media")
    threads = [await new_thread(db, tenant, phone=f"21266100000{n}") for n in range(3)]
    await _stored(db, storage, tenant, threads)
    elsewhere = await new_thread(db, other_tenant)
    assert (await admin.ask("DELETE", one)).status == 409
    assert (await admin.ask("DELETE", f"{one}?with=everything")).status == 422
    assert (await admin.ask("DELETE", f"{one}?with=conversations")).status == 202
    assert (await admin.get("/accounts")).json["items"] == []
    assert (await admin.get(one)).status == 404
    await apply(db, tenant, delivery(tenant, text("wamid.late")))
    assert await count(db, "quarantine") == 1
    await _erase(db, storage, tenant)
    assert await count(db, "accounts") == 1
    assert await db.system.fetchval("select array_agg(id) from conversations") == [elsewhere.conversation_id]
    for thread in threads:
        assert not await storage.exists(_key(tenant, thread))


async def test_a_removed_number_can_be_connected_elsewhere_while_it_is_being_erased(
    db: Database, clinic: Clinic, admin: Caller, as_role: As, tenant: SeededTenant, other_tenant: SeededTenant,
    one: str,
) -> None:  # fmt: skip
    await new_thread(db, tenant)
    assert (await admin.ask("DELETE", f"{one}?with=conversations")).status == 202
    wanted = {"phone_number_id": tenant.phone_number_id, "waba_id": tenant.waba_id, "graph_url": clinic.sandbox_url,
              "access_token": tenant.access_token, "meta_app": {"app_secret": tenant.app_secret}}  # fmt: skip
    assert (await (await as_role(other_tenant, "owner")).ask("POST", "/accounts", wanted)).status == 201


def _key(tenant: SeededTenant, thread: Thread) -> str:
    return f"{tenant.id}/attachments/{thread.attachment_id}"


async def _stored(db: Database, storage: FolderStorage, tenant: SeededTenant, threads: list[Thread]) -> None:
    async def bytes_() -> Any:
        yield b"a file"

    for thread in threads:
        key = _key(tenant, thread)
        await storage.put(key, bytes_(), "image/jpeg")
        await db.system.execute("update attachments set storage_key = $2 where id = $1", thread.attachment_id, key)


async def _erase(db: Database, storage: FolderStorage, tenant: SeededTenant) -> None:
    job = await row(db, "select * from jobs where name = $1", JOB)
    with tenant_scope(tenant.id):
        await Eraser(db, storage).run(Run(job["id"], tenant.id, CORE, JOB, job["args"], 1, 5, "w"))
    assert json.dumps(job["args"]).count(str(tenant.account_id)) == 1
    assert isinstance(job["id"], UUID)
