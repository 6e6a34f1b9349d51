"""From the queue to the server or the folder."""

import json
import ssl
from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from core.config import Mail as MailSettings
from core.db.pool import Database
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.mail import Mail, Postman
from core.mail.outlets import Folder, Outlet, Smtp
from core.secrets import MasterKeys, Vault
from tests.mail.certificate import contexts
from tests.mail.smtp_stub import SmtpStub, smtp_stub
from tests.seed import SECRET_KEY, SeededTenant

INVITED = {"inviter": "Amine", "tenant": "Atlas Store", "token": "a-secret-token"}
VAULT = Vault(MasterKeys(SECRET_KEY))


def settings(**given: Any) -> MailSettings:
    values = {"kind": "smtp", "from": "Atlas <inbox@atlas.test>", "host": "127.0.0.1", "security": "none", **given}
    return MailSettings.model_validate(values)


async def queued(db: Database, tenant: SeededTenant, to: str = "salma@example.test") -> UUID:
    async with db.system_transaction() as connection:
        return await Mail(VAULT).queue(connection, tenant.id, to=to, template="invitation", locale="fr",
                                       values=INVITED)  # fmt: skip


async def run(db: Database, outlet: Outlet, job_id: UUID) -> Mapping[str, Any]:
    """The job's row after one attempt."""
    postman = Postman(db, VAULT, outlet, settings(), "https://inbox.atlas.test")
    assert await Runner(db, Handlers(postman.handler()), pause=lambda _: 0.0).run(job_id)
    row = await db.system.fetchrow("select state, attempts, args, last_error from jobs where id = $1", job_id)
    assert row is not None
    return dict(row)


async def test_a_mail_is_there_when_its_cause_is_and_not_otherwise(db: Database, tenant: SeededTenant) -> None:
    async def fail_after_queueing() -> None:
        async with db.system_transaction() as connection:
            await Mail(VAULT).queue(connection, tenant.id, to="a@b.test", template="invitation", locale="fr",
                                    values=INVITED)  # fmt: skip
            raise RuntimeError("undone")

    with pytest.raises(RuntimeError, match="undone"):
        await fail_after_queueing()
    assert await db.system.fetchval("select count(*) from jobs") == 0


async def test_neither_token_nor_address_can_be_read_in_the_database(db: Database, tenant: SeededTenant) -> None:
    job_id = await queued(db, tenant)
    stored = json.dumps(await db.system.fetchval("select args from jobs where id = $1", job_id))
    assert "a-secret-token" not in stored
    assert "salma" not in stored


async def test_the_folder_gets_a_file_for_its_owner_only(db: Database, tenant: SeededTenant, tmp_path: Path) -> None:
    row = await run(db, Folder(tmp_path / "outbox"), await queued(db, tenant))
    assert row["state"] == "done"
    (file,) = (tmp_path / "outbox").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o777 == 0o600
    message = message_from_bytes(file.read_bytes(), policy=default)
    assert message["To"] == "salma@example.test"
    assert "https://inbox.atlas.test/invitation#a-secret-token" in str(message.get_body(("plain",)))


async def test_a_letter_copied_to_another_job_does_not_open(
    db: Database, tenant: SeededTenant, other_tenant: SeededTenant, tmp_path: Path
) -> None:
    stolen = await queued(db, tenant)
    for thief in (tenant, other_tenant):
        job_id = await queued(db, thief, "thief@example.test")
        await db.system.execute("update jobs set args = (select args from jobs where id = $1) where id = $2",
                                stolen, job_id)  # fmt: skip
        row = await run(db, Folder(tmp_path / "outbox"), job_id)
        assert (row["state"], row["attempts"]) == ("failed", 1)
        assert "does not open" in row["last_error"]
    assert not any((tmp_path / "outbox").glob("*"))


async def test_smtp_takes_it_after_starttls_and_a_login(db: Database, tenant: SeededTenant, tmp_path: Path) -> None:
    server, client = contexts(tmp_path)
    async with smtp_stub(SmtpStub(tls=server)) as stub:
        given = settings(security="starttls", port=stub.port, username="inbox", password="hush")
        row = await run(db, Smtp(given, trust=client), await queued(db, tenant))
    assert row["state"] == "done"
    words = [command.split()[0] for command in stub.commands]
    assert words.index("STARTTLS") < words.index("AUTH") < words.index("MAIL") < words.index("DATA")
    assert "MAIL FROM:<inbox@atlas.test>" in stub.commands[words.index("MAIL")]
    assert stub.commands[words.index("RCPT")] == "RCPT TO:<salma@example.test>"
    assert "a-secret-token" in str(message_from_bytes(stub.taken[0], policy=default).get_body(("plain",)))


async def test_smtp_with_tls_from_the_first_byte(db: Database, tenant: SeededTenant, tmp_path: Path) -> None:
    server, client = contexts(tmp_path)
    async with smtp_stub(SmtpStub(tls=server), at_once=True) as stub:
        row = await run(db, Smtp(settings(security="tls", port=stub.port), trust=client), await queued(db, tenant))
    assert (row["state"], len(stub.taken)) == ("done", 1)


async def test_without_starttls_nothing_is_sent_in_the_clear(db: Database, tenant: SeededTenant) -> None:
    async with smtp_stub(SmtpStub()) as stub:
        given = settings(security="starttls", port=stub.port, username="inbox", password="hush")
        row = await run(db, Smtp(given), await queued(db, tenant))
    assert (row["state"], stub.taken) == ("queued", [])
    assert not any(command.startswith(("AUTH", "MAIL")) for command in stub.commands)


async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    db: Database, tenant: SeededTenant, tmp_path: Path
) -> None:
    server, _ = contexts(tmp_path)
    async with smtp_stub(SmtpStub(tls=server)) as stub:
        given = settings(security="starttls", port=stub.port, username="inbox", password="hush")
        row = await run(db, Smtp(given, trust=ssl.create_default_context()), await queued(db, tenant))
    assert (row["state"], stub.taken) == ("queued", [])
    assert not any(command.startswith("AUTH") for command in stub.commands)


@pytest.mark.parametrize(("answers", "state"), [
    ({"RCPT": "451 greylisted, come again"}, "queued"), ({"BODY": "452 no room"}, "queued"),
    ({"MAIL": "550 not your domain"}, "queued"), ({"RCPT": "550 nobody here"}, "failed"),
    ({"BODY": "554 looks like spam"}, "failed"),
])  # fmt: skip
async def test_what_may_pass_is_tried_again_and_what_cannot_is_not(
    answers: dict[str, str], state: str, db: Database, tenant: SeededTenant
) -> None:
    async with smtp_stub(SmtpStub(answers)) as stub:
        row = await run(db, Smtp(settings(port=stub.port)), await queued(db, tenant))
    assert row["state"] == state
    assert "a-secret-token" not in row["last_error"]


async def test_a_server_that_is_away_is_asked_again(db: Database, tenant: SeededTenant) -> None:
    async with smtp_stub(SmtpStub()) as stub:
        port = stub.port
    row = await run(db, Smtp(settings(port=port)), await queued(db, tenant))
    assert row["state"] == "queued"


async def test_a_wording_gets_exactly_its_values(db: Database, tenant: SeededTenant) -> None:
    async with db.system_transaction() as connection:
        for values in ({}, {**INVITED, "more": "x"}, {"tenant": "Atlas"}):
            with pytest.raises(ValueError, match="the mail invitation needs"):
                await Mail(VAULT).queue(connection, tenant.id, to="a@b.test", template="invitation", locale="fr",
                                        values=values)  # fmt: skip
