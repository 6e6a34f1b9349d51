"""A conversation with an open window, a pretended Meta, and lanes between them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from core.db.pool import Connection, Database
from core.db.scope import tenant_scope
from core.db.wake import Wake
from core.mail import Mail
from core.messaging.accounts import Account, GraphClients
from core.messaging.gate import Author, Draft, OutboundFilter, Submitted, submit
from core.messaging.lanes import Delivery, Lanes, LocalLimits
from core.messaging.lanes.allowance import Bucket
from core.messaging.media import SentMedia
from core.messaging.reconcile import Reconciler
from core.whatsapp.errors import explain
from core.whatsapp.outcomes import Accepted, NotSent, Refused, SendOutcome, Uncertain
from tests.seed import VAULT, SeededTenant

NO_LIMIT = Bucket(0.0001, 10_000)
GRACE = timedelta(seconds=60)


class HeldClock:
    """Time that moves when told."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **spans: float) -> None:
        self.now += timedelta(**spans)


Answer = SendOutcome | Callable[[dict[str, Any]], Awaitable[SendOutcome]]


def taken(wamid: str | None = None) -> Accepted:
    return Accepted(wamid or f"wamid.{uuid4().hex}", (), "accepted")


def refusal(code: int, retry_after: float | None = None) -> Refused:
    return Refused(explain(code, "as told by Meta"), 400, "trace-1", retry_after)


UNCERTAIN = Uncertain("connection reset", None)
NEVER_LEFT = NotSent("connection refused")


@dataclass
class PretendedMeta:
    """Answers each POST with what was planned, then with acceptance; remembers every payload."""

    planned: list[Answer] = field(default_factory=list)
    posts: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def of(self, account: Account) -> "PretendedMeta":
        return self

    async def send(self, phone_number_id: str, payload: dict[str, Any]) -> SendOutcome:
        self.posts.append((phone_number_id, payload))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(0)
            return await self._answer(payload)
        finally:
            self.at_once -= 1

    async def _answer(self, payload: dict[str, Any]) -> SendOutcome:
        answer = self.planned.pop(0) if self.planned else taken()
        return await answer(payload) if callable(answer) else answer

    @property
    def bodies(self) -> list[str]:
        return [payload["text"]["body"] for _, payload in self.posts]

    @property
    def callback_data(self) -> list[str]:
        return [payload["biz_opaque_callback_data"] for _, payload in self.posts]


@dataclass
class Desk:
    """One tenant's sending: submit, send, look."""

    db: Database
    tenant: SeededTenant
    clock: HeldClock
    meta: PretendedMeta
    parked: list[tuple[str, list[str]]] = field(default_factory=list)
    limits: Any = None
    http_timeout: float = 5.0
    delivery: Delivery | None = None
    media: SentMedia | None = None

    async def conversation(self, phone: str | None = None, bsuid: str | None = None, hours_ago: float = 1) -> UUID:
        """A customer who wrote `hours_ago`."""
        phone = phone or (None if bsuid else f"2126{uuid4().int % 10**8:08d}")
        async with self.db.system_transaction() as connection:
            contact = await connection.fetchval(
                """insert into contacts (tenant_id, profile_name, phone, bsuid) values ($1, 'Amina', $2, $3)
                returning id""",
                self.tenant.id, phone, bsuid,
            )
            wrote = self.clock() - timedelta(hours=hours_ago)
            conversation: UUID = await connection.fetchval(
                """insert into conversations (tenant_id, account_id, contact_id, last_inbound_at, last_inbound_wamid)
                values ($1, $2, $3, $4, 'wamid.first') returning id""",
                self.tenant.id, self.tenant.account_id, contact, wrote,
            )
        return conversation

    async def customer_writes(self, conversation: UUID, body: str = "hello") -> UUID:
        """An inbound message, as intake stores it."""
        return cast(UUID, await self.db.system.fetchval(
            """insert into messages (tenant_id, conversation_id, account_id, contact_id, phone_number_id, wamid,
                direction, type, body, author_kind, status, status_rank, at)
            select tenant_id, id, account_id, contact_id, $3, $4, 'inbound', 'text', $5, 'customer', 'received', 0, $6
            from conversations where tenant_id = $1 and id = $2 returning id""",
            self.tenant.id, conversation, self.tenant.phone_number_id, f"wamid.{uuid4().hex}", body, self.clock(),
        ))

    def agent(self) -> Author:
        return Author("agent", self.tenant.agent_id)

    async def submit(
        self, conversation: UUID, body: str = "salam", *, author: Author | None = None,
        filters: OutboundFilter | None = None, **draft: Any,
    ) -> Submitted:
        with tenant_scope(self.tenant.id):
            return await submit(
                self.db, Draft(conversation, body, **draft), author=author or self.agent(), filters=filters,
                clock=self.clock,
            )

    def lanes(self, **options: Any) -> Lanes:
        """A worker's lanes. A new one has forgotten what an older one was told to wait for."""
        delivery = self.delivery or Delivery(
            self.db, cast(GraphClients, self.meta), Mail(VAULT), self._apply_parked, clock=self.clock,
            http_timeout=self.http_timeout, grace=GRACE, media=self.media,
        )
        limits = self.limits or LocalLimits(NO_LIMIT, NO_LIMIT)
        return Lanes(
            self.db, Wake(self.db.url), delivery, limits, http_timeout=self.http_timeout, clock=self.clock, **options
        )

    def reconciler(self, then: Any = "resend") -> Reconciler:
        return Reconciler(self.db, grace=GRACE, then=then, clock=self.clock)

    async def _apply_parked(
        self, connection: Connection, tenant_id: UUID, phone_number_id: str, wamids: Sequence[str]
    ) -> None:
        self.parked.append((phone_number_id, list(wamids)))

    async def message(self, submitted: Submitted) -> Any:
        return await self.db.system.fetchrow(
            "select * from messages where tenant_id = $1 and id = $2", self.tenant.id, UUID(submitted.message["id"])
        )

    async def attempts(self, submitted: Submitted) -> list[Any]:
        return list(await self.db.system.fetch(
            "select * from send_attempts where tenant_id = $1 and message_id = $2 order by number",
            self.tenant.id, UUID(submitted.message["id"]),
        ))

    async def events(self, type: str) -> list[dict[str, Any]]:
        """Payloads of the events told so far, oldest first."""
        rows = await self.db.system.fetch(
            "select payload from event_outbox where tenant_id = $1 and type = $2 order by id", self.tenant.id, type
        )
        return [row["payload"] for row in rows]


@pytest.fixture
def clock() -> HeldClock:
    return HeldClock()


@pytest.fixture
def desk(db: Database, tenant: SeededTenant, clock: HeldClock) -> Desk:
    return Desk(db, tenant, clock, PretendedMeta())


@pytest.fixture
def other_desk(desk: Desk, other_tenant: SeededTenant) -> Desk:
    """Another tenant at the same Meta."""
    return Desk(desk.db, other_tenant, desk.clock, desk.meta)
