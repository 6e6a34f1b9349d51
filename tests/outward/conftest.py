"""A sender of webhooks, and events to send, on a database of the test's own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.db.pool import Database
from core.db.wake import Wake
from core.egress import Egress
from core.events import outbox
from core.events.sequencer import Sequencer
from core.mail import Mail
from core.outward.addresses import Addresses
from core.outward.endpoints import Endpoints
from core.outward.sender import Sender
from core.secrets import Vault
from tests.seed import SeededTenant

LOCAL = ("127.0.0.1",)
Tell = Callable[..., Awaitable[None]]


def admin_of(tenant: SeededTenant) -> Principal:
    return Principal(tenant.id, tenant.owner_id, "owner", "Owner", Permissions().of("owner"), "session", uuid4())


@pytest.fixture
def endpoints(db: Database, vault: Vault) -> Endpoints:
    return Endpoints(db, vault, Addresses(LOCAL))


@pytest.fixture
async def wake(database_url: str) -> AsyncIterator[Wake]:
    opened = Wake(database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def new_sender(db: Database, wake: Wake, vault: Vault) -> AsyncIterator[Callable[[], Sender]]:
    egress = Egress(LOCAL, connections=256)
    yield lambda: Sender(db, wake, egress, vault, Mail(vault))
    await egress.aclose()


@pytest.fixture
def sender(new_sender: Callable[[], Sender]) -> Sender:
    return new_sender()


@pytest.fixture
async def tell(db: Database, wake: Wake) -> AsyncIterator[Tell]:
    """Appends events to the log and numbers them. They are of a number: nobody's words, so nobody can erase them."""
    sequencer = Sequencer(db, wake)

    async def told(tenant: SeededTenant, *names: str, type: str = "account.updated", conversation: UUID | None = None,
                   data: dict[str, Any] | None = None) -> None:  # fmt: skip
        async with db.system_transaction() as connection:
            for name in names or ("",):
                await outbox.append(connection, tenant.id, type, {"name": name} if data is None else data, conversation)
        while await db.system.fetchval("select exists (select from event_outbox)"):
            await sequencer.drain()
            await asyncio.sleep(0)

    yield told
    await sequencer.close()


async def due_now(db: Database) -> None:
    """The time of the next attempt has come."""
    await db.system.execute("update webhook_endpoints set due_at = now()")
