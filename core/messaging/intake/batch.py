"""What one transaction of intake works on: deliveries, and what each of their items is about."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from core.whatsapp.values import (
    AppMessage,
    BookEntry,
    CallMessage,
    Correction,
    InboundMessage,
    Moved,
    NumberNews,
    Sender,
    StatusUpdate,
    Tiding,
    Unhandled,
    Wish,
)

IdentityKey = tuple[UUID, str, str, str]
"""(tenant id, kind, value, scope): what a customer is known by, and where."""


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


Values = dict[str, str | None]


@dataclass(slots=True)
class Known:
    """A contact as stored before this batch."""

    created_at: datetime
    values: Values
    preferences: dict[str, Any]
    named_at: int | None    # by the address book


@dataclass(slots=True, eq=False)
class Person:
    """One customer of this batch; `known` is None for a new one. After a fold, `folded_into` is who it really is.

    `told_at` has the second of Meta's clock at which each value was told, `heard_at` that of the newest message.
    """

    tenant_id: UUID
    contact_id: UUID
    known: Known | None
    values: Values
    told_at: dict[str, int] = field(default_factory=dict)
    heard_at: int = 0
    preferences: dict[str, Any] = field(default_factory=dict)
    folded_into: "Person | None" = None

    def now(self) -> "Person":
        person = self
        while person.folded_into is not None:
            person = person.folded_into
        return person


@dataclass(slots=True, eq=False)
class Sighting:
    """A customer as one item names them: `left` (kind, value) are names given up at `at`, `book` what the number's own
    address book calls them ("" for a line removed), `wish` what they want to get. `keys` are set when they are
    recognised."""

    account: Account
    who: Sender
    at: datetime
    left: tuple[tuple[str, str], ...] = ()
    book: str | None = None
    wish: Wish | None = None
    keys: tuple[IdentityKey, ...] = ()
    person: Person | None = None

    def contact_id(self) -> UUID:
        assert self.person is not None  # noqa: S101 - identities.recognise has set it
        return self.person.now().contact_id


@dataclass(slots=True, eq=False)
class Incoming:
    """A message on its way into the ledger. `wamid` is None for a note of ours."""

    account: Account
    message: InboundMessage
    delivery_id: int
    id: UUID
    sighting: Sighting | None = None
    conversation_id: UUID | None = None
    is_note: bool = False

    @property
    def told_by_app(self) -> AppMessage | None:
        return self.message if isinstance(self.message, AppMessage) else None

    @property
    def call(self) -> CallMessage | None:
        return self.message if isinstance(self.message, CallMessage) else None

    @property
    def group_id(self) -> str | None:
        """Meta's id of the group it was written in. A number with an app of its own has no groups."""
        return None if self.is_note or isinstance(self.message, AppMessage) else self.message.group_id

    @property
    def outbound(self) -> bool:
        return isinstance(self.message, AppMessage | CallMessage) and self.message.outbound

    @property
    def past(self) -> bool:
        return isinstance(self.message, AppMessage) and self.message.past

    @property
    def from_customer(self) -> bool:
        """The customer wrote it, or called: the window counts from here. A system message is Meta's."""
        return not self.outbound and self.message.type != "system"

    @property
    def asks_for_attention(self) -> bool:
        """Unread, and reason enough to open a closed conversation. A call is, once nobody has taken it."""
        return self.from_customer and not self.past and (self.call is None or self.call.lately_missed)

    @property
    def asks_for_answer(self) -> bool:
        """From here on the customer waits. A reaction asks nothing."""
        return self.asks_for_attention and self.message.type != "reaction"

    @property
    def answers(self) -> bool:
        """Somebody of ours spoke with them, or wrote it in the app: no automatic word of the app's, no reaction."""
        if self.call is not None:
            return self.call.outcome == "completed"
        told = self.told_by_app
        return told is not None and told.outbound and not told.automated and told.type != "reaction"

    def contact_id(self) -> UUID:
        assert self.sighting is not None  # noqa: S101 - the application has set it
        return self.sighting.contact_id()


@dataclass(frozen=True, slots=True)
class Told:
    """A status of the account's own message."""

    account: Account
    status: StatusUpdate
    delivery_id: int


@dataclass(frozen=True, slots=True)
class Corrected:
    """An edit or a deletion by the author."""

    account: Account
    correction: Correction
    delivery_id: int


@dataclass(frozen=True, slots=True)
class Relocation:
    """A customer's new names, told by a field of its own."""

    account: Account
    moved: Moved
    delivery_id: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to be told to the tenant that moves no row, or only those of a call or a group."""

    account: Account
    tiding: Tiding
    at: datetime
    delivery_id: int


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
    delivery_id: int
    at: datetime


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
    corrections: list[Corrected] = field(default_factory=list)
    relocations: list[Relocation] = field(default_factory=list)
    wishes: list[tuple[Account, Wish]] = field(default_factory=list)
    book: list[tuple[Account, BookEntry]] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    news: list[Heard] = field(default_factory=list)
    unhandled: list[Bystander] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)

    def tenants(self) -> list[UUID]:
        """In one order for all workers, so that their locks cannot wait for each other in a ring."""
        told = (self.messages, self.statuses, self.corrections, self.relocations, self.notices, self.news,
                self.unhandled)  # fmt: skip
        found = {one.account.tenant_id for kind in told for one in kind}
        found |= {account.tenant_id for account, _ in (*self.wishes, *self.book)}
        return sorted(found)


class Overtaken(Exception):
    """Another writer was faster; the same batch succeeds when tried again."""
