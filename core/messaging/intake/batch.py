"""What one transaction of intake works on: deliveries, and what each of their items is about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.whatsapp.values import InboundMessage, NumberNews, StatusUpdate, Unhandled

IdentityKey = tuple[UUID, str, str]
"""(tenant id, kind, value): what a customer is known by."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the journal. `attempts` counts the times it was tried alone, or took its worker down."""

    id: int
    app_slug: str
    received_at: datetime
    body: bytes
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """The number an item came to. `app_slug` is the Meta app whose signature it must carry, when one is set."""

    tenant_id: UUID
    id: UUID
    phone_number_id: str
    waba_id: str
    app_slug: str | None
    locale: str
    display_phone_number: str


@dataclass(slots=True)
class Known:
    """A contact as stored before this batch."""

    created_at: datetime
    profile_name: str | None
    phone: str | None
    bsuid: str | None
    username: str | None


@dataclass(slots=True, eq=False)
class Person:
    """One customer of this batch; `known` is None for a new one. After a fold, `folded_into` is who it really is."""

    tenant_id: UUID
    contact_id: UUID
    known: Known | None
    profile_name: str | None = None
    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None
    heard_at: datetime | None = None
    folded_into: "Person | None" = None

    def now(self) -> "Person":
        person = self
        while person.folded_into is not None:
            person = person.folded_into
        return person


@dataclass(slots=True, eq=False)
class Incoming:
    """A message on its way into the ledger."""

    account: Account
    message: InboundMessage
    delivery_id: int
    id: UUID
    person: Person | None = None
    conversation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A status of the account's own message."""

    account: Account
    status: StatusUpdate


@dataclass(frozen=True, slots=True)
class Heard:
    """News of this number. `at` is Meta's clock, or ours when it told none."""

    account: Account
    news: NumberNews
    at: datetime


@dataclass(frozen=True, slots=True)
class Bystander:
    """Something nobody here handles, told to the tenant as an event."""

    account: Account
    item: Unhandled


@dataclass(frozen=True, slots=True)
class Refusal:
    """An item set aside, with the reason and what to do."""

    delivery_id: int
    tenant_id: UUID | None
    path: str
    reason: str
    item: Any
    wamid: str | None = None
    phone: str | None = None


@dataclass(slots=True)
class Batch:
    """Everything the deliveries said, sorted by what has to be done about it."""

    messages: list[Incoming] = field(default_factory=list)
    statuses: list[Told] = field(default_factory=list)
    news: list[Heard] = field(default_factory=list)
    unhandled: list[Bystander] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def tenants(self) -> list[UUID]:
        """In one order for all workers, so that their locks cannot wait for each other in a ring."""
        found = {m.account.tenant_id for m in self.messages} | {s.account.tenant_id for s in self.statuses}
        return sorted(found)


class Overtaken(Exception):
    """Another writer was faster; the same batch succeeds when tried again."""
