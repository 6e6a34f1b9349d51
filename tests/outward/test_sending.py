"""What a receiver of webhooks may rely on: signed, in order, at least once, and nobody waits for anybody else."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from core.db.pool import Database
from core.db.wake import Wake
from core.egress import Egress
from core.jobs.work import Run
from core.mail import Mail
from core.outward import attempts, places, queue
from core.outward.endpoints import Change, Endpoints
from core.outward.exchange import LONGEST_PAUSE, Outcome, pause_after
from core.outward.sender import Sender
from core.secrets import Vault
from core.tenancy.rotation import Rotation
from tests.egress.loopback import Loopback, Received, serving
from tests.outward.conftest import Tell, admin_of, due_now
from tests.seed import SECRET_KEY, SeededTenant

TYPES = ["account.updated", "message.received", "contact.saved"]


class Script:
    """Answers by turns with these statuses, then with the last one for ever."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)

    async def __call__(self, _: Received, writer: asyncio.StreamWriter) -> None:
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 5\r\nRetry-After: 0\r\n\r\nheard".encode())
        await writer.drain()


async def hanging(_: Received, writer: asyncio.StreamWriter) -> None:
    await writer.drain()
    await asyncio.sleep(60)


async def listening(endpoints: Endpoints, tenant: SeededTenant, server: Loopback, **changes: Any) -> dict[str, Any]:
    return await endpoints.create(admin_of(tenant), "shop", f"{server.url}/hook", changes.get("types", TYPES))


def names(server: Loopback) -> list[str]:
    return [json.loads(one.body)["data"]["name"] for one in server.received]


def genuine(secret: str, one: Received) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{one.headers['webhook-id']}.{one.headers['webhook-timestamp']}.".encode() + one.body
    expected = "v1," + base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()
    return expected in one.headers["webhook-signature"].split(" ")


async def rows(db: Database, endpoint: dict[str, Any]) -> list[Any]:
    return list(await db.system.fetch("select * from webhook_attempts where endpoint_id = $1 order by at, id",
                                      UUID(endpoint["id"])))


async def test_each_event_comes_signed_in_order_and_only_of_the_types_chosen(
    endpoints: Endpoints, sender: Sender, tell: Tell, tenant: SeededTenant
) -> None:
    await tell(tenant, "before")
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, *(str(n) for n in range(45)))
        await tell(tenant, "x", type="account.connected")
        await sender.drain()
        assert names(server) == [str(n) for n in range(45)]
        assert all(genuine(made["secret"], one) for one in server.received)
        first = json.loads(server.received[0].body)
        assert {"version", "id", "seq", "type", "at", "data"} == first.keys()
        assert first["version"] == 1
        assert server.received[0].headers["content-type"] == "application/json"
        assert abs(int(server.received[0].headers["webhook-timestamp"]) - time.time()) < 60
    assert (await endpoints.get(tenant.id, UUID(made["id"])))["waiting"] == 0


async def test_a_failure_holds_the_order_and_is_tried_again_under_the_same_id(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(500, 429, 302, 200)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "a", "b")
        for _ in range(3):
            await sender.drain()
            await due_now(db)
        await sender.drain()
        assert names(server) == ["a", "a", "a", "a", "b"]
        assert len({one.headers["webhook-id"] for one in server.received[:4]}) == 1
        assert server.received[4].headers["webhook-id"] != server.received[0].headers["webhook-id"]
    found = [(one["attempt"], one["outcome"], one["status"], one["excerpt"]) for one in await rows(db, made)]
    assert found == [(1, "refused", 500, "heard"), (2, "refused", 429, "heard"), (3, "refused", 302, "heard"),
                     (4, "delivered", 200, "heard"), (1, "delivered", 200, "heard")]  # fmt: skip


def test_the_pauses_grow_to_a_day_with_jitter_and_heed_retry_after() -> None:
    failed = Outcome("refused", 1, 500)
    pauses = [[pause_after(failures, failed) for _ in range(200)] for failures in (0, 1, 2, 9, 50)]
    assert all(4 <= one <= 6 for one in pauses[0])
    assert all(16 <= one <= 24 for one in pauses[1])
    assert all(64 <= one <= 96 for one in pauses[2])
    assert all(0.8 * LONGEST_PAUSE <= one <= LONGEST_PAUSE for one in [*pauses[3], *pauses[4]])
    assert all(len(set(group)) > 50 for group in pauses)
    assert pause_after(0, Outcome("refused", 1, 503, retry_after=900)) == 900
    assert pause_after(0, Outcome("refused", 1, 503, retry_after=10**8)) == LONGEST_PAUSE


async def test_one_that_hangs_delays_neither_another_endpoint_nor_another_tenant(
    endpoints: Endpoints, sender: Sender, tell: Tell, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    async with AsyncExitStack() as stack:
        dead = await stack.enter_async_context(serving(hanging))
        well, theirs = [await stack.enter_async_context(serving(Script(200))) for _ in range(2)]
        for _ in range(4):
            await listening(endpoints, tenant, dead)
        await listening(endpoints, tenant, well)
        await listening(endpoints, other_tenant, theirs)
        running = asyncio.create_task(sender.run())
        began = time.monotonic()
        for n in range(5):
            await tell(tenant, f"ours {n}")
            await tell(other_tenant, f"theirs {n}")
        async with asyncio.timeout(5):
            while len(well.received) < 5 or len(theirs.received) < 5:  # noqa: ASYNC110 - two servers
                await asyncio.sleep(0.02)
        assert time.monotonic() - began < 5
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert names(theirs) == [f"theirs {n}" for n in range(5)]


async def test_an_endpoint_that_is_gone_is_off_at_once_and_its_organisation_hears_of_it_once(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(410)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "a", "b")
        await sender.drain()
        await due_now(db)
        await sender.drain()
        assert len(server.received) == 1
    told = await endpoints.get(tenant.id, UUID(made["id"]))
    assert (told["state"], told["off_reason"], told["waiting"]) == ("off", "gone", 2)
    assert await db.system.fetchval("select count(*) from jobs where name = 'send_mail'") == 1  # the one owner
    assert await db.system.fetchval("select count(*) from audit_log where action = 'webhook.switched_off'") == 1


async def test_days_of_failure_switch_it_off_and_switched_on_again_nothing_is_missing(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(500, 500, 200)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "a", "b")
        await sender.drain()
        assert (await endpoints.get(tenant.id, UUID(made["id"])))["state"] == "on"
        await db.system.execute("update webhook_endpoints set failing_since = now() - interval '6 days'")
        await due_now(db)
        await sender.drain()
        told = await endpoints.get(tenant.id, UUID(made["id"]))
        assert (told["state"], told["off_reason"]) == ("off", "failing")
        await tell(tenant, "c")
        told = await endpoints.change(admin_of(tenant), UUID(made["id"]), Change(state="on"))
        assert (told["state"], told["off_reason"], told["failures"]) == ("on", None, 0)
        await sender.drain()
        assert names(server) == ["a", "a", "a", "b", "c"]


async def test_while_secrets_overlap_both_verify_and_afterwards_the_new_one_alone(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        renewed = await endpoints.rotate(tenant.id, UUID(made["id"]), timedelta(hours=24))
        await tell(tenant, "a")
        await sender.drain()
        await db.system.execute("update webhook_endpoints set old_secret_ends_at = now() - interval '1 second'")
        await tell(tenant, "b")
        await sender.drain()
        both, one = server.received
    assert genuine(made["secret"], both)
    assert genuine(renewed["secret"], both)
    assert not genuine(made["secret"], one)
    assert genuine(renewed["secret"], one)
    kept = await db.system.fetchval("select string_agg(t::text, '') from webhook_endpoints t")
    assert made["secret"] not in kept
    assert renewed["secret"] not in kept


async def test_another_master_key_changes_nothing_for_the_receiver(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, vault: Vault, tenant: SeededTenant
) -> None:
    class Ring:
        def __init__(self) -> None:
            self.keys = [SECRET_KEY]

        def read(self) -> list[str]:
            return self.keys

        def write(self, keys: Sequence[str]) -> None:
            self.keys = list(keys)

    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        ring = Ring()
        ours = Vault.of(ring)
        await Rotation(db, ours.masters, ring).rotate()
        sender._vault = ours
        await tell(tenant, "a")
        await sender.drain()
        assert genuine(made["secret"], server.received[0])


async def test_a_test_event_comes_even_when_the_endpoint_is_paused(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        await endpoints.change(admin_of(tenant), UUID(made["id"]), Change(state="paused"))
        await tell(tenant, "a")
        await attempts.ask_for_test(db, tenant.id, UUID(made["id"]))
        await sender.drain()
        assert [json.loads(one.body)["type"] for one in server.received] == ["webhook.test"]
        assert genuine(made["secret"], server.received[0])


async def test_a_test_event_brings_no_failing_event_before_its_time(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(503)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "a")
        await sender.drain()
        due = "select failures, due_at from webhook_endpoints"
        before = await db.system.fetchrow(due)
        await attempts.ask_for_test(db, tenant.id, UUID(made["id"]))
        await sender.drain()
        assert [json.loads(one.body)["type"] for one in server.received] == [TYPES[0], "webhook.test"]
        assert await db.system.fetchrow(due) == before


async def test_a_sender_that_the_database_left_sends_when_it_is_back(
    endpoints: Endpoints, sender: Sender, tell: Tell, tenant: SeededTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_db: Database) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(queue, "pass_by", away)
        with pytest.raises(ConnectionResetError):
            await sender.run()
    async with serving(Script(200)) as server:
        await listening(endpoints, tenant, server)
        await tell(tenant, "a")
        running = asyncio.create_task(sender.run())
        async with asyncio.timeout(10):
            while not server.received:  # noqa: ASYNC110 - another server
                await asyncio.sleep(0.02)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert names(server) == ["a"]


async def test_a_replay_sends_everything_since_then_again_in_order_under_the_same_ids(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, *(str(n) for n in range(10)))
        await sender.drain()
        since = await db.system.fetchval("select created_at from event_log where payload ->> 'name' = '6'")
        await places.start_from(db, tenant.id, UUID(made["id"]), since)
        await tell(tenant, "new")
        await sender.drain()
        assert names(server)[10:] == ["6", "7", "8", "9", "new"]
        assert ([one.headers["webhook-id"] for one in server.received[10:14]]
                == [one.headers["webhook-id"] for one in server.received[6:10]])
        assert [one["kind"] for one in await rows(db, made)][10:] == ["replay"] * 4 + ["event"]
        await places.start_from(db, tenant.id, UUID(made["id"]), datetime.now(UTC) - timedelta(days=4000))
        await sender.drain()
        assert len(server.received) == 15 + 11


async def test_one_that_fails_can_be_left_out_and_any_sent_again(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(400, 200)) as server:
        made = await listening(endpoints, tenant, server)
        endpoint_id = UUID(made["id"])
        await tell(tenant, "poison", "b")
        await sender.drain()
        await places.skip(db, tenant.id, endpoint_id)
        await sender.drain()
        assert names(server) == ["poison", "b"]
        first = (await rows(db, made))[0]
        await attempts.ask_again(db, tenant.id, endpoint_id, first["id"])
        await sender.drain()
        assert names(server) == ["poison", "b", "poison"]
        assert server.received[2].headers["webhook-id"] == server.received[0].headers["webhook-id"]


async def test_two_workers_send_each_event_once(
    endpoints: Endpoints, new_sender: Callable[[], Sender], tell: Tell, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        for _ in range(3):
            await listening(endpoints, tenant, server)
        await tell(tenant, *(str(n) for n in range(30)))
        await asyncio.gather(*(new_sender().drain() for _ in range(3)))
        while len(server.received) < 90:
            await new_sender().drain()
        assert len(server.received) == 90


async def test_one_that_hears_of_little_is_not_lost_in_a_long_log(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        await db.system.execute(
            "insert into event_outbox (tenant_id, type, payload) select $1, 'message.queued', '{}' "
            "from generate_series(1, 12000)", tenant.id)  # fmt: skip
        await tell(tenant, "rare")
        await sender.drain()
        assert server.received == []  # it is looked for a little way at a time
        await queue.pass_by(db)
        await sender.drain()
        assert names(server) == ["rare"]
        assert (await endpoints.get(tenant.id, UUID(made["id"])))["waiting"] == 0


async def test_types_added_later_are_told_from_then_on(
    endpoints: Endpoints, sender: Sender, tell: Tell, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "old", type="account.connected")
        await endpoints.change(admin_of(tenant), UUID(made["id"]), Change(types=[*TYPES, "account.connected"]))
        await tell(tenant, "new", type="account.connected")
        await sender.drain()
        assert names(server) == ["new"]


async def test_an_answer_that_never_ends_is_cut_and_its_status_counts(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async def endless(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"\0<b>spam " * 1000)
            await writer.drain()

    async with serving(endless) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "a")
        await sender.drain()
    [row] = await rows(db, made)
    assert row["outcome"] == "delivered"
    assert len(row["excerpt"]) <= 500


async def test_only_the_public_internet_is_called_also_when_the_name_says_otherwise(
    db: Database, endpoints: Endpoints, wake: Wake, vault: Vault, tell: Tell, tenant: SeededTenant
) -> None:
    """The name is looked up at the call: what was public when it was saved may not be later."""
    await endpoints.create(admin_of(tenant), "inside", "https://localhost:1/hook", TYPES)
    await tell(tenant, "a")
    async with Egress() as egress:
        await Sender(db, wake, egress, vault, Mail(vault)).drain()
    [row] = await db.system.fetch("select error, status from webhook_attempts")
    assert "not public" in row["error"]
    assert row["status"] is None




async def test_attempts_are_kept_for_a_week(
    endpoints: Endpoints, sender: Sender, tell: Tell, db: Database, tenant: SeededTenant
) -> None:
    async with serving(Script(200)) as server:
        made = await listening(endpoints, tenant, server)
        await tell(tenant, "a", "b")
        await sender.drain()
    await db.system.execute("update webhook_attempts set at = now() - interval '8 days' where type = $1 and seq = $2",
                            "account.updated", 2)  # fmt: skip
    async with db.system_transaction() as connection:
        await attempts.forget(Run(UUID(int=1), None, "core", attempts.JOB, {}, 1, 1, "w", connection))
    assert [one["seq"] for one in await rows(db, made)] == [3]
