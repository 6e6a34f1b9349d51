"""Lanes against Meta in a box, over real sockets, with Meta misbehaving. The box's own ledger is the judge."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx2
import pytest
from comptoir_sdk.sandbox import Settings, create_app
from hypercorn.asyncio import serve
from hypercorn.config import Config
from quart import Quart, Response, request

from core.egress import Egress
from core.mail import Mail
from core.messaging.accounts import GraphClients
from core.messaging.intake.parked import apply_parked
from core.messaging.lanes import Delivery
from core.messaging.reconcile import settle_attempts
from core.whatsapp.parse import parse
from core.whatsapp.values import StatusUpdate
from tests.messaging.sending.conftest import GRACE, Desk
from tests.seed import VAULT

TAKEN_BUT_NOT_TOLD = ["error_500_accepted", "hang_accepted", "reset_accepted", "reset_body", "truncated_json"]
NOT_TAKEN = ["error_500", "bad_gateway", "hang", "reset"]


class Box:
    """A running sandbox and a hook that settles attempts by the statuses it hears."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.url, self.settled = desk, "", asyncio.Condition()
        self.client: httpx2.AsyncClient | None = None
        self.heard: set[str] = set()

    async def take(self) -> Response:
        body = await request.get_data(as_text=False)
        assert isinstance(body, bytes)
        statuses = [i for i in parse(body) if isinstance(i, StatusUpdate)]
        async with self.desk.db.system_transaction() as connection:
            pairs = [(s.callback_data, s.wamid) for s in statuses if s.callback_data]
            await settle_attempts(connection, self.desk.tenant.id, pairs, self.desk.clock)
        async with self.settled:
            self.heard |= {attempt for attempt, _ in pairs}
            self.settled.notify_all()
        return Response("")

    async def ask(self, method: str, path: str, **sent: Any) -> Any:
        assert self.client is not None
        answer = await self.client.request(method, f"/sandbox/api/{path}", **sent)
        assert answer.status_code < 300, answer.text
        return answer.json()

    async def heard_of(self, attempt: str) -> None:
        async with asyncio.timeout(10), self.settled:
            await self.settled.wait_for(lambda: attempt in self.heard)

    async def twice(self) -> dict[str, int]:
        """What a customer got more than once."""
        told = await self.ask("GET", "ledger")
        return {text: count for text, count in told["sends"]["by_content"].items() if count > 1}


@asynccontextmanager
async def _served(app: Quart, listener: socket.socket) -> AsyncIterator[None]:
    config, stop = Config(), asyncio.Event()
    config.bind, config.graceful_timeout = [f"fd://{listener.detach()}"], 0.2
    config.include_date_header = False  # the box tells its own time
    server = asyncio.create_task(serve(app, config, shutdown_trigger=stop.wait, mode="asgi"))
    try:
        yield
    finally:
        stop.set()
        await server


def _listening() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
async def box(desk: Desk) -> AsyncIterator[Box]:
    found, hook, tenant = Box(desk), Quart("hook"), desk.tenant
    hook.add_url_rule("/hook", "take", found.take, methods=["POST"])
    async with AsyncExitStack() as stack:
        (hook_socket, hook_url), (box_socket, found.url) = _listening(), _listening()
        settings = Settings(
            webhook_url=f"{hook_url}/hook", app_secret=tenant.app_secret, verify_token=tenant.verify_token,
            phone_number_id=tenant.phone_number_id, waba_id=tenant.waba_id, token=tenant.access_token,
            public_url=found.url,
        )
        await stack.enter_async_context(_served(hook, hook_socket))
        await stack.enter_async_context(_served(create_app(settings), box_socket))
        found.client = await stack.enter_async_context(
            httpx2.AsyncClient(base_url=found.url, trust_env=False, timeout=10)
        )
        egress = await stack.enter_async_context(Egress(allow=["127.0.0.0/8"]))
        await desk.db.system.execute(
            "update accounts set graph_url = $2 where id = $1", tenant.account_id, found.url
        )
        desk.http_timeout = 0.5
        desk.delivery = Delivery(
            desk.db, GraphClients(egress, VAULT), Mail(VAULT), apply_parked, clock=desk.clock, http_timeout=0.5,
            grace=GRACE,
        )
        await found.ask("PATCH", "delivery", json={"sent_after": 5, "delivered_after": 10, "read_after": 5})
        yield found


async def _fault(box: Box, name: str) -> None:
    await box.ask("PUT", f"faults/{name}", json={"count": 1, "seconds": 2})


async def _customer(desk: Desk) -> Any:
    return await desk.conversation(phone="212600000101")


async def test_a_message_reaches_the_customer_once(desk: Desk, box: Box) -> None:
    sent = await desk.submit(await _customer(desk))
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert message["wamid"] is not None
    assert await box.twice() == {}


@pytest.mark.parametrize("fault", TAKEN_BUT_NOT_TOLD)
async def test_what_meta_took_without_telling_is_settled_by_its_status_and_not_sent_again(
    desk: Desk, box: Box, fault: str
) -> None:
    await _fault(box, fault)
    sent = await desk.submit(await _customer(desk))
    await desk.lanes().drain()
    [attempt] = await desk.attempts(sent)
    await box.heard_of(str(attempt["id"]))
    desk.clock.pass_(seconds=61)
    await desk.reconciler().sweep()
    await desk.lanes().drain()
    message = await desk.message(sent)
    assert message["status"] == "accepted"
    assert message["wamid"] is not None
    assert await box.twice() == {}


@pytest.mark.parametrize("fault", NOT_TAKEN)
async def test_what_meta_did_not_take_is_sent_after_the_silence_and_arrives_once(
    desk: Desk, box: Box, fault: str
) -> None:
    await _fault(box, fault)
    sent = await desk.submit(await _customer(desk))
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "uncertain"
    desk.clock.pass_(seconds=61)
    await desk.reconciler().sweep()
    await desk.lanes().drain()
    assert (await desk.message(sent))["wamid"] is not None
    told = await box.ask("GET", "ledger")
    assert told["sends"]["accepted"] == 1
    assert await box.twice() == {}


async def test_an_expired_token_stops_the_number(desk: Desk, box: Box) -> None:
    await _fault(box, "token_expired_190")
    sent = await desk.submit(await _customer(desk))
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "queued"
    assert len(await desk.events("account.token_dead")) == 1


async def test_a_dead_meta_is_tried_again_later(desk: Desk, box: Box) -> None:
    listener, nowhere = _listening()
    listener.close()
    await desk.db.system.execute("update accounts set graph_url = $2 where id = $1", desk.tenant.account_id, nowhere)
    sent = await desk.submit(await _customer(desk))
    await desk.lanes().drain()
    assert (await desk.message(sent))["status"] == "queued"
    assert [a["state"] for a in await desk.attempts(sent)] == ["not_sent"]
    await desk.db.system.execute("update accounts set graph_url = $2 where id = $1", desk.tenant.account_id, box.url)
    desk.clock.pass_(seconds=2)
    await desk.lanes().drain()
    assert (await desk.message(sent))["wamid"] is not None


BURSTS = ["throughput_130429", "pair_rate_131056", "waba_rate_80007", "rate_limit_429", "maintenance_131057"]


async def _until_all_are_sent(desk: Desk, box: Box, count: int) -> None:
    """Two workers, round after round, each round ten minutes later. The sandbox's ledger is the judge."""
    for _ in range(20):
        await asyncio.gather(desk.lanes().drain(), desk.lanes().drain())
        if (await box.ask("GET", "ledger"))["sends"]["accepted"] == count:
            return
        desk.clock.pass_(minutes=10)
        await desk.reconciler().sweep()
    raise AssertionError(await box.ask("GET", "ledger"))


@pytest.mark.parametrize("fault", BURSTS)
async def test_a_burst_of_refusals_loses_and_doubles_nothing_and_stops_only_what_it_is_about(
    desk: Desk, box: Box, fault: str
) -> None:
    await box.ask("PUT", f"faults/{fault}", json={"count": 4})
    sent = [await desk.submit(await desk.conversation(phone=f"2126000001{n:02d}"), f"m{n}") for n in range(12)]
    await desk.lanes(at_once=1).drain()
    account = await desk.db.system.fetchrow("select * from accounts where id = $1", desk.tenant.account_id)
    assert account is not None
    accepted = (await box.ask("GET", "ledger"))["sends"]["accepted"]
    if fault == "pair_rate_131056":
        assert (accepted, account["paused_until"]) == (8, None)
    else:
        assert accepted == 0
        assert account["paused_until"] > desk.clock()
    if fault == "waba_rate_80007":
        assert (account["paused_until"] - desk.clock()).total_seconds() == 300
    await _until_all_are_sent(desk, box, 12)
    assert [(await desk.message(one))["status"] for one in sent] == ["accepted"] * 12
    assert await box.twice() == {}


async def test_a_token_that_dies_in_the_middle_keeps_the_queue_says_so_once_and_goes_on_with_the_next(
    desk: Desk, box: Box
) -> None:
    sent = [await desk.submit(await desk.conversation(phone=f"2126000001{n:02d}"), f"m{n}") for n in range(12)]
    lanes = desk.lanes(at_once=3)
    assert await lanes.pump() == 2  # a quarter of three stays free of any one tenant
    await asyncio.gather(*lanes._running)
    await box.ask("PUT", "faults/token_dead_190", json={})
    await asyncio.gather(desk.lanes().drain(), desk.lanes().drain())
    assert len(await desk.events("account.token_dead")) == 1
    statuses = [(await desk.message(one))["status"] for one in sent]
    assert (statuses.count("accepted"), statuses.count("queued")) == (2, 10)
    await box.ask("DELETE", "faults/token_dead_190")
    await desk.db.system.execute("update accounts set status = 'connected' where id = $1", desk.tenant.account_id)
    await _until_all_are_sent(desk, box, 12)
    assert await box.twice() == {}


async def test_all_faults_at_once_double_nothing_while_statuses_come_in_time(desk: Desk, box: Box) -> None:
    for fault in (*TAKEN_BUT_NOT_TOLD, "error_500", "reset", "throughput_130429", "pair_rate_131056"):
        await box.ask("PUT", f"faults/{fault}", json={"count": 2, "seconds": 2})
    sent = [await desk.submit(await desk.conversation(phone=f"2126000001{n:02d}"), f"m{n}") for n in range(24)]
    await asyncio.gather(desk.lanes().drain(), desk.lanes().drain())
    taken = (await box.ask("GET", "ledger"))["sends"]["items"]
    for send in taken:
        await box.heard_of(send["callback_data"])
    await _until_all_are_sent(desk, box, 24)
    assert await box.twice() == {}
    for send in (await box.ask("GET", "ledger"))["sends"]["items"]:
        await box.heard_of(send["callback_data"])
    assert {(await desk.message(one))["status"] for one in sent} == {"accepted"}
