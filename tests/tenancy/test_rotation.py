"""Master keys replaced while logins, calls, sends and deliveries go on."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest

from core.app import NoPlugins, WebProcess
from core.config import Settings, load
from core.config.key_ring import KeyRing
from core.db.pool import Database
from core.egress import Egress
from core.messaging.accounts import GraphClients, find_account
from core.messaging.app_keys import AppKeys
from core.messaging.journal import Journal
from core.receiver import Receiver
from core.secrets import MasterKeys, Place, SealBroken, Vault
from core.tenancy.accounts import connect_account
from core.tenancy.rotation import KeysInUse, Rotation
from core.tenancy.tenants import create_tenant
from core.whatsapp.outcomes import Accepted
from tests.egress.loopback import Received, answering, serving
from tests.http.callers import Caller, new_member
from tests.http.conftest import Drawer
from tests.receiver.door import post, signed
from tests.seed import SECRET_KEY, SeededTenant

BODY = json.dumps({"object": "whatsapp_business_account", "entry": []}).encode()


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    kept = KeyRing(tmp_path / "secret.key")
    kept.write([SECRET_KEY])
    return kept


@pytest.fixture
def settings(ring: KeyRing, database_url: str, tmp_path: Path) -> Settings:
    config = tmp_path / "config.yaml"
    config.write_text("limits: {}\n")
    return load({"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_DATA": str(tmp_path)},
                config)  # fmt: skip


def rotation(db: Database, ring: KeyRing, batch: int = 10) -> Rotation:
    return Rotation(db, MasterKeys(*ring.read(), reload=ring.read), ring, batch=batch)


async def masters_in_use(db: Database) -> set[str]:
    return {row["master_id"] for row in await db.system.fetch("select distinct master_id from data_keys")}


@dataclass
class Load:
    """Work that goes on until told to stop, counted by kind."""

    done: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _over: bool = False

    def keep_doing(self, what: str, work: Callable[[], Awaitable[object]], good: object) -> None:
        self._tasks.append(asyncio.create_task(self._repeat(what, work, good)))

    async def _repeat(self, what: str, work: Callable[[], Awaitable[object]], good: object) -> None:
        while not self._over:
            try:
                answer = await work()
            except Exception as error:  # whatever it is, it is a failure under rotation
                answer = error
            if answer == good:
                self.done[what] += 1
            else:
                self.failed.append(f"{what}: {answer!r}")

    async def has_done(self, each: int, kinds: int) -> None:
        """Wait until every kind of work was done so many times more."""
        before = Counter(self.done)
        async with asyncio.timeout(60):
            while len(self.done) < kinds or any(self.done[what] < before[what] + each for what in self.done):
                if self.failed:
                    return
                await asyncio.sleep(0.01)

    async def end(self) -> None:
        self._over = True
        await asyncio.gather(*self._tasks)


@dataclass
class Running:
    """Processes that learnt the ring before any rotation, each with a vault of its own."""

    settings: Settings
    db: Database
    tenant: SeededTenant
    web: WebProcess
    receiver: Receiver
    clients: GraphClients
    maker: Vault

    async def log_in(self, email: str) -> int:
        return (await Caller(self.web.app).log_in(email)).status

    async def send(self) -> bool:
        account = await find_account(self.db, self.tenant.id, self.tenant.account_id)
        assert account is not None
        outcome = await self.clients.of(account).send(account.phone_number_id, {"to": "212600000001"})
        return isinstance(outcome, Accepted)

    async def deliver(self) -> int:
        return await post(self.receiver, self.tenant.app_slug, BODY, signed(self.tenant.app_secret, BODY))

    async def connect(self) -> None:
        """A new tenant, so a new data key, by a process that may not know the new master key yet."""
        made = await create_tenant(self.db, f"t-{uuid4().hex[:12]}", "Another")
        await connect_account(self.db, self.maker, made.id, phone_number_id=uuid4().hex[:15], waba_id="1",
                              display_phone_number="212", access_token="EAAG")  # fmt: skip


async def meta(request: Received, writer: asyncio.StreamWriter, token: str) -> None:
    known = request.headers.get("authorization") == f"Bearer {token}"
    said = {"messages": [{"id": f"wamid.{uuid4().hex}"}]} if known else {"error": {"code": 190, "message": "no"}}
    await answering(json.dumps(said).encode(), 200 if known else 401)(request, writer)


@pytest.fixture
async def running(settings: Settings, db: Database, tenant: SeededTenant) -> AsyncIterator[Running]:
    async with AsyncExitStack() as stack:
        box = await stack.enter_async_context(
            serving(lambda request, writer: meta(request, writer, tenant.access_token)))  # fmt: skip
        await db.system.execute("update accounts set graph_url = $1", box.url)
        egress = await stack.enter_async_context(Egress(allow=["127.0.0.0/8"]))
        web = WebProcess(settings, db, None, Drawer(), NoPlugins(), None)
        await web.app.startup()
        stack.push_async_callback(web.app.shutdown)
        receiver = Receiver(Journal(settings.database_url),
                            AppKeys(settings.database_url, Vault.of(settings.key_ring)))  # fmt: skip
        await receiver.startup()
        stack.push_async_callback(receiver.shutdown)
        yield Running(settings, db, tenant, web, receiver, GraphClients(egress, Vault.of(settings.key_ring)),
                      Vault.of(settings.key_ring))  # fmt: skip


async def test_master_keys_are_replaced_under_load_and_nothing_fails(
    running: Running, db: Database, ring: KeyRing
) -> None:
    for _ in range(40):
        await running.connect()
    _, email = await new_member(db, running.tenant.id, "admin")
    visitor = Caller(running.web.app)
    assert (await visitor.log_in(email)).status == 200

    async def call() -> int:
        return (await visitor.get("/conversations")).status

    load = Load()
    load.keep_doing("login", lambda: running.log_in(email), 200)
    load.keep_doing("call", call, 200)
    load.keep_doing("send", running.send, True)
    load.keep_doing("delivery", running.deliver, 200)
    load.keep_doing("new number", running.connect, None)
    for _ in range(2):
        await load.has_done(each=3, kinds=5)
        before = await masters_in_use(db)
        done = await rotation(db, ring).rotate()
        assert done.broken == {}
        assert done.count >= 41
        await load.has_done(each=3, kinds=5)
        assert await rotation(db, ring).retire() == sorted(before)
    await load.has_done(each=3, kinds=5)
    await load.end()
    assert load.failed == []
    assert len(ring.read()) == 1
    assert await masters_in_use(db) == {MasterKeys(*ring.read()).current_id}
    assert (await visitor.get("/me")).status == 200


async def test_a_process_started_after_the_rotation_opens_what_older_ones_sealed(
    db: Database, ring: KeyRing, tenant: SeededTenant
) -> None:
    older, place = Vault.of(ring), Place(tenant.id, "accounts", "1", "access_token")
    async with db.system.acquire() as connection:
        sealed = await older.seal(connection, "EAAG", place)
        await rotation(db, ring).rotate()
        await rotation(db, ring).retire()
        assert await Vault.of(ring).open(connection, sealed, place) == "EAAG"
        assert await older.open(connection, sealed, place) == "EAAG"
        with pytest.raises(SealBroken, match="master key"):
            await Vault(MasterKeys(SECRET_KEY)).open(connection, sealed, place)


async def test_a_data_key_made_by_a_process_that_knew_only_the_older_key_is_waited_for(
    db: Database, ring: KeyRing, tenant: SeededTenant
) -> None:
    """It was wrapped before the ring changed, and is committed after."""
    slow, vault = await create_tenant(db, "slow", "Slow"), Vault.of(ring)
    async with db.system_transaction() as connection:
        await vault.wrapped_key(connection, slow.id)
        rotating = asyncio.create_task(rotation(db, ring).rotate())
        async with asyncio.timeout(10):
            while len(ring.read()) < 2:  # noqa: ASYNC110 - a file has no event
                await asyncio.sleep(0.01)
        assert not rotating.done()
    await rotating
    assert await masters_in_use(db) == {MasterKeys(*ring.read()).current_id}


async def test_a_rotation_that_was_cut_off_is_finished_and_not_begun_again(
    db: Database, ring: KeyRing, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    class Cut(Exception):
        pass

    def cut(_: int) -> None:
        raise Cut

    with pytest.raises(Cut):
        await rotation(db, ring, batch=1).rotate(cut)
    keys = ring.read()
    assert (len(keys), len(await masters_in_use(db))) == (2, 2)
    with pytest.raises(KeysInUse, match="keys rotate"):
        await rotation(db, ring).retire()
    assert (await rotation(db, ring).rotate()).count == 2
    assert ring.read() == keys
    assert await rotation(db, ring).retire() == [MasterKeys(SECRET_KEY).current_id]


async def test_keys_of_the_environment_are_rewrapped_by_its_first(
    db: Database, tenant: SeededTenant
) -> None:
    def replaced() -> Rotation:
        return Rotation(db, MasterKeys("the new key", SECRET_KEY), None)

    assert (await replaced().rotate()).count == 2
    assert await masters_in_use(db) == {MasterKeys("the new key").current_id}
    assert await replaced().retire() == [MasterKeys(SECRET_KEY).current_id]


async def test_a_data_key_that_nothing_opens_is_named_and_stops_nothing(
    db: Database, ring: KeyRing, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    lost = await db.system.fetchval(
        "update data_keys set wrapped = 'm1.0000aaaa.x.y', master_id = '0000aaaa' where tenant_id = $1 returning id",
        tenant.id)  # fmt: skip
    done = await rotation(db, ring).rotate()
    assert list(done.broken) == [lost]
    assert done.count == 2
    await rotation(db, ring).retire()
    assert len(ring.read()) == 1


async def test_a_rotation_is_told_in_the_installations_chain_without_the_keys(
    db: Database, ring: KeyRing, tenant: SeededTenant
) -> None:
    await rotation(db, ring).rotate()
    await rotation(db, ring).retire()
    rows = await db.system.fetch("select action, changes::text as changes from audit_log order by n")
    assert [row["action"] for row in rows] == ["master_key.rotated", "master_key.retired"]
    assert not any(key in row["changes"] for row in rows for key in (*ring.read(), SECRET_KEY))
