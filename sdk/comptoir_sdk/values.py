"""What hooks are given: frozen values, made from the same resources that the API shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, Self, TypeVar
from uuid import UUID

from comptoir_sdk.translation import Text

Resource = Mapping[str, Any]
Item = TypeVar("Item")


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _uuid(value: Any) -> UUID | None:
    return UUID(str(value)) if value else None


@dataclass(frozen=True)
class AuditEntry:
    """What was done, by whom. `actor_kind`: member, api_key, plugin, operator, system or stranger."""

    n: int
    at: datetime
    action: str
    actor_kind: str
    actor_id: str | None
    subject_kind: str
    subject_id: str | None
    changes: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Resource) -> Self:
        """From the data of an `audit.recorded` event."""
        actor, subject = told["actor"], told["subject"]
        return cls(told["n"], datetime.fromisoformat(told["at"]), told["action"], actor["kind"], actor["id"],
                   subject["kind"], subject["id"], dict(told["changes"]))


@dataclass(frozen=True)
class Contact:
    """A person who writes to the tenant. `phone` is None for people who hide their number."""

    id: UUID
    name: str
    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None
    given_name: str | None = None
    profile_name: str | None = None
    locale: str | None = None
    version: int = 1
    preferences: Mapping[str, str] = field(default_factory=dict)

    @property
    def refuses_marketing(self) -> bool:
        """The customer told WhatsApp to stop marketing messages: a marketing template would be refused."""
        return self.preferences.get("marketing_messages") == "stop"

    @classmethod
    def of(cls, resource: Resource) -> Self:
        optional = {name: resource.get(name) for name in (
            "phone", "bsuid", "username", "given_name", "profile_name", "locale")}
        preferences = {category: wish["value"] for category, wish in (resource.get("preferences") or {}).items()}
        return cls(UUID(str(resource["id"])), resource["name"], version=resource.get("version", 1),
                   preferences=preferences, **optional)


@dataclass(frozen=True)
class Account:
    """A WhatsApp business number of the tenant."""

    id: UUID
    phone_number_id: str
    display_phone_number: str = ""
    verified_name: str = ""

    @classmethod
    def of(cls, resource: Resource) -> Self:
        return cls(UUID(str(resource["id"])), resource["phone_number_id"], resource.get("display_phone_number", ""),
                   resource.get("verified_name", ""))


@dataclass(frozen=True)
class Tenant:
    """The organisation a context is bound to. `timezone` as in Africa/Casablanca; `locale` ar, fr or en. Of
    `business_hours`, as the settings have them, `ctx.business_hours` knows the arithmetic."""

    id: UUID
    slug: str
    name: str
    locale: str
    timezone: str
    business_hours: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some of a list. `next` is the cursor of what follows, None at the end."""

    items: tuple[Item, ...]
    next: str | None = None


@dataclass(frozen=True)
class Agent:
    """A member of the tenant."""

    id: UUID
    name: str

    @classmethod
    def of(cls, resource: Resource) -> Self:
        return cls(UUID(str(resource["id"])), resource.get("name") or "")


@dataclass(frozen=True)
class Tag:
    """A word that the tenant puts on conversations. `colour` is a token of the screens' palette."""

    id: UUID
    name: str
    colour: str = "grey"

    @classmethod
    def of(cls, resource: Resource) -> Self:
        return cls(UUID(str(resource["id"])), resource["name"], resource["colour"])


@dataclass(frozen=True)
class Team:
    """Members who share conversations."""

    id: UUID
    name: str

    @classmethod
    def of(cls, resource: Resource) -> Self:
        return cls(UUID(str(resource["id"])), resource.get("name") or "")


@dataclass(frozen=True)
class Member:
    """Somebody who works here. `may_answer`: their role lets them write to customers and their login works; `sees` is
    how much of the conversations their role shows. `last_seen_at` is None in a route whose caller does not manage
    members."""

    id: UUID
    name: str
    role: str
    teams: tuple[Team, ...] = ()
    may_answer: bool = False
    sees: Literal["all", "team", "own"] = "all"
    last_seen_at: datetime | None = None


@dataclass(frozen=True)
class Group:
    """Several people in one conversation. `id` is Meta's; `participants` are known by id and name."""

    id: str
    subject: str | None = None
    state: Literal["active", "suspended", "deleted"] = "active"
    participants: tuple[Contact, ...] = ()

    @classmethod
    def of(cls, resource: Resource) -> Self:
        return cls(resource["id"], resource.get("subject"), resource["state"],
                   tuple(Contact.of(one) for one in resource["participants"]))


@dataclass(frozen=True)
class Conversation:
    """The one thread between a contact, or a group, and an account: the other of the two is None. Free text may be sent
    until `window_expires_at`. `waiting_since`: the first message of the customer that nobody has answered yet.
    `updated_at` is when it was last changed: in an observer, by what it hears of."""

    id: UUID
    status: Literal["open", "snoozed", "closed"]
    contact: Contact | None
    account: Account
    assignee: Agent | None = None
    unread: int = 0
    last_inbound_at: datetime | None = None
    window_expires_at: datetime | None = None
    version: int = 1
    group: Group | None = None
    team: Team | None = None
    snoozed_until: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[Tag, ...] = ()
    priority: Literal["none", "low", "normal", "high", "urgent"] = "none"
    waiting_since: datetime | None = None

    @classmethod
    def of(cls, resource: Resource) -> Self:
        assignee, team = resource.get("assignee"), resource.get("team")
        contact, group = resource.get("contact"), resource.get("group")
        return cls(UUID(str(resource["id"])), resource["status"], Contact.of(contact) if contact else None,
                   Account.of(resource["account"]), Agent.of(assignee) if assignee else None, resource.get("unread", 0),
                   _moment(resource.get("last_inbound_at")), _moment(resource.get("window_expires_at")),
                   resource.get("version", 1), Group.of(group) if group else None, Team.of(team) if team else None,
                   _moment(resource.get("snoozed_until")), _moment(resource.get("updated_at")),
                   tuple(Tag.of(tag) for tag in resource.get("tags", ())), resource.get("priority", "none"),
                   _moment(resource.get("waiting_since")))


@dataclass(frozen=True)
class Message:
    """One message. `body` is what a person would read of it, `content` Meta's object, whole. `contact_id`: with whom;
    in a group who of them wrote it, None for what we wrote there.

    Once its author took it back (`revoked_at`) both are empty; `original` is what stood before the first edit.
    """

    id: UUID
    conversation_id: UUID
    contact_id: UUID | None
    direction: Literal["inbound", "outbound"]
    type: str
    body: str
    at: datetime
    status: str
    wamid: str | None = None
    content: Resource = field(default_factory=dict)
    context_wamid: str | None = None
    author: Agent | None = None
    error: Resource | None = None
    edited_at: datetime | None = None
    revoked_at: datetime | None = None
    original: Resource | None = None

    @property
    def text(self) -> str:
        """The same as `body`."""
        return self.body

    @classmethod
    def of(cls, resource: Resource, contact_id: UUID | str | None) -> Self:
        author = resource.get("author")
        at = _moment(resource["at"])
        if at is None:
            raise ValueError("a message resource has no time")
        whom = UUID(str(contact_id)) if contact_id else None
        return cls(UUID(str(resource["id"])), UUID(str(resource["conversation_id"])), whom,
                   resource["direction"], resource["type"], resource["body"], at, resource["status"],
                   resource.get("wamid"), resource.get("content") or {}, resource.get("context_wamid"),
                   Agent.of(author) if author and author.get("id") else None, resource.get("error"),
                   _moment(resource.get("edited_at")), _moment(resource.get("revoked_at")), resource.get("original"))


@dataclass(frozen=True)
class Attachment:
    """A file that was uploaded. `kind`: image, video, audio, document or sticker."""

    id: UUID
    kind: str
    mime_type: str
    filename: str | None = None
    size: int = 0
    voice: bool = False

    @classmethod
    def of(cls, resource: Resource) -> Self:
        return cls(UUID(str(resource["id"])), resource["kind"], resource["mime_type"] or "", resource.get("filename"),
                   resource.get("size") or 0, bool(resource.get("voice")))


@dataclass(frozen=True)
class Status:
    """What became of an outbound message: sending, accepted, sent, delivered, read, played, failed or uncertain."""

    name: str
    at: datetime | None = None
    error: Resource | None = None

    @classmethod
    def of(cls, resource: Resource) -> Self:
        name = resource["status"]
        return cls(name, _moment((resource.get("timestamps") or {}).get(name)), resource.get("error"))


@dataclass(frozen=True)
class Template:
    """A message template of an account, as Meta names it."""

    name: str
    language: str
    account_id: UUID | None = None
    category: str | None = None


@dataclass(frozen=True)
class Draft:
    """A message that someone wants to send. `filter_outbound` may return a changed copy (`dataclasses.replace`).

    `body` is what a person would read of it: a changed one is a text's new words, or a file's new caption; other types
    have no words of their own. `content` is Meta's object of the type; a changed one is checked again, and wins.
    """

    id: UUID
    conversation_id: UUID
    type: str
    body: str
    author: Literal["agent", "api", "automation"] = "agent"
    author_id: UUID | None = None
    content: Resource = field(default_factory=dict)


@dataclass(frozen=True)
class Reject:
    """The answer of a `filter_outbound` that refuses: the agent reads `reason`."""

    reason: Text | str


@dataclass(frozen=True)
class Fact:
    """One line beside a conversation. `url`, of a page that tells more: http, https, or a path of ours."""

    label: Text | str
    value: str
    url: str | None = None

    def __post_init__(self) -> None:
        # "//host" and "/\\host" lead elsewhere, and browsers leave out tabs and line breaks before they look.
        if self.url is not None and not re.fullmatch(r"(https?://|/(?![/\\]))[^\x00-\x1f]*", self.url):
            raise ValueError(f"the url of a fact is http, https or a path: {self.url[:80]!r}")


@dataclass(frozen=True)
class Suggestion:
    """An answer an agent may choose; nothing is sent without a person."""

    body: str
    why: Text | str = ""


@dataclass(frozen=True)
class SearchHit:
    """Something a plugin keeps that says what was asked, shown under `title`. It leads to a conversation, a contact, or
    `url`, a path of ours; the kernel marks the words in `text`, and leaves out what the caller may not see."""

    text: str
    title: Text | str
    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    url: str | None = None
    at: datetime | None = None
    icon: str = "file-text"

    def __post_init__(self) -> None:
        if self.url is not None and not re.fullmatch(r"/(?![/\\])[^\x00-\x1f]*", self.url):
            raise ValueError(f"the url of a hit is a path: {self.url[:80]!r}")
        if self.conversation_id is None and self.contact_id is None and self.url is None:
            raise ValueError("a hit leads somewhere: give conversation_id, contact_id or url")
