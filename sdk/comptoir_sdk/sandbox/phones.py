"""The customers' phones: who they are to Meta, and the thread each has with the business."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from comptoir_sdk.sandbox.identifiers import bsuid

WINDOW_SECONDS = 24 * 3600
TYPING_SECONDS = 25
Side = Literal["customer", "business"]
RANK = {"sending": 0, "accepted": 0, "refused": 0.5, "sent": 1, "delivered": 2, "read": 3, "played": 4, "failed": 5}


class PhoneRefused(ValueError):
    """A phone cannot be made or changed like this; the message says why."""


@dataclass(slots=True)
class ChatMessage:
    """One bubble. `content` is the object Meta carries under the type's own key."""

    wamid: str
    side: Side
    type: str
    content: Any
    at: float
    status: str
    reply_to: str | None = None
    callback_data: str | None = None
    to_number: bool = False
    error: dict[str, Any] | None = None
    reactions: dict[Side, str] = field(default_factory=dict)
    history: list[tuple[str, float]] = field(default_factory=list)

    def reach(self, status: str, at: float) -> bool:
        """Note a status; what the phone shows only goes up. True when it went up."""
        self.history.append((status, at))
        if RANK.get(status, 0) <= RANK.get(self.status, 0):
            return False
        self.status = status
        return True


@dataclass(slots=True)
class Phone:
    """A customer. Without `number`, or with `hidden`, Meta names them by `bsuid` alone."""

    id: str
    name: str
    bsuid: str
    number: str | None = None
    username: str | None = None
    hidden: bool = False
    language: str = "en"
    blue_ticks: bool = True
    auto_read: bool = False
    online: bool = True
    allowed: bool = True
    stranger: bool = False
    blocked: bool = False
    last_wrote_at: float | None = None
    typing_until: float = 0.0
    thread: list[ChatMessage] = field(default_factory=list)

    @property
    def address(self) -> str:
        """What a wamid is derived from."""
        return self.number or self.bsuid

    @property
    def shown_number(self) -> str | None:
        """The number as webhooks carry it: none when it is hidden from the business."""
        return None if self.hidden else self.number

    def window_open(self, now: float) -> bool:
        """Free text allowed? For a number this sandbox never saw writing it cannot know, and says yes."""
        if self.stranger and self.last_wrote_at is None:
            return True
        return self.last_wrote_at is not None and now - self.last_wrote_at < WINDOW_SECONDS

    def summary(self, now: float) -> dict[str, Any]:
        """The phone as the page and the control API show it, without its thread."""
        shown = {name: getattr(self, name) for name in SUMMARY}
        unread = sum(1 for m in self.thread[-50:] if m.side == "business" and m.status in {"sent", "delivered"})
        return shown | {
            "unread": unread,
            "typing": self.typing_until > now,
            "window_open": self.window_open(now),
            "messages": len(self.thread),
        }


SUMMARY = (
    "id", "name", "bsuid", "number", "username", "hidden", "language",
    "blue_ticks", "auto_read", "online", "allowed", "last_wrote_at", "blocked",
)  # fmt: skip
CHANGEABLE = {
    "name": str, "username": str, "hidden": bool, "language": str, "blue_ticks": bool,
    "auto_read": bool, "online": bool, "allowed": bool,
}  # fmt: skip
FIRST = (
    {"id": "amina", "name": "أمينة العلوي", "number": "212600000101", "country": "MA", "language": "ar"},
    {"id": "lucas", "name": "Lucas Martin", "number": "33600000102", "country": "FR", "language": "fr"},
    {"id": "james", "name": "James Carter", "number": "447700900103", "country": "GB", "language": "en"},
    {"id": "yasmine", "name": "Yasmine", "username": "yasmine.b", "country": "MA", "language": "fr"},
)


class Phones:
    """Every phone, found by id, number, BSUID, or by a message in its thread."""

    def __init__(self) -> None:
        self._by_id: dict[str, Phone] = {}
        self._by_number: dict[str, Phone] = {}
        self._by_bsuid: dict[str, Phone] = {}
        self._messages: dict[str, tuple[Phone, ChatMessage]] = {}

    def __iter__(self) -> Iterator[Phone]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def get(self, phone_id: str) -> Phone | None:
        return self._by_id.get(phone_id)

    def recipient(self, number: str | None, user_id: str | None) -> Phone | None:
        """The phone a send names: by number when there is one, else by BSUID."""
        return self._by_number.get(number) if number else self._by_bsuid.get(user_id or "")

    def message(self, wamid: str) -> tuple[Phone, ChatMessage] | None:
        """The message and whose thread it is in."""
        return self._messages.get(wamid)

    def make(self, wanted: dict[str, Any]) -> Phone:
        """A new phone from `name`, and `number` and/or `username`, `country`, `id`; raises PhoneRefused."""
        name = str(wanted.get("name") or "").strip()
        number = _digits(wanted.get("number"))
        if not name:
            raise PhoneRefused("name is missing: a phone needs the name its owner shows")
        country = str(wanted.get("country") or "US").upper()
        phone = Phone(
            id=str(wanted.get("id") or number or f"phone-{len(self._by_id) + 1}"),
            name=name,
            bsuid=str(wanted.get("bsuid") or bsuid(country)),
            number=number,
            stranger=bool(wanted.get("stranger", False)),
        )
        for key in CHANGEABLE.keys() & wanted.keys() - {"name"}:
            change(phone, key, wanted[key])
        self.add(phone)
        return phone

    def add(self, phone: Phone) -> None:
        """Take a phone in; ids, numbers and BSUIDs are unique."""
        if not re.fullmatch(r"[\w.@-]{1,160}", phone.id):
            raise PhoneRefused(f"id {phone.id!r} is refused: use letters, digits, dots and hyphens, 160 at most")
        if phone.id in self._by_id or (phone.number and phone.number in self._by_number):
            raise PhoneRefused(f"there is already a phone with id {phone.id!r} or number {phone.number!r}")
        if phone.bsuid in self._by_bsuid:
            raise PhoneRefused(f"there is already a phone with BSUID {phone.bsuid!r}")
        self._by_id[phone.id] = phone
        self._by_bsuid[phone.bsuid] = phone
        if phone.number:
            self._by_number[phone.number] = phone
        for message in phone.thread:
            self._messages[message.wamid] = (phone, message)

    def move(self, phone: Phone, number: Any) -> tuple[str | None, str]:
        """Give the phone a new number, and so a new BSUID; the old ones. Raises PhoneRefused."""
        digits = _digits(number)
        if digits is None or digits in self._by_number:
            raise PhoneRefused(f"number {number!r} is missing, or has a phone already")
        old = phone.number, phone.bsuid
        if phone.number:
            del self._by_number[phone.number]
        del self._by_bsuid[phone.bsuid]
        phone.number, phone.bsuid = digits, bsuid(phone.bsuid.partition(".")[0])
        self._by_number[digits] = self._by_bsuid[phone.bsuid] = phone
        return old

    def keep(self, phone: Phone, message: ChatMessage) -> None:
        """Append to the phone's thread."""
        phone.thread.append(message)
        self._messages[message.wamid] = (phone, message)


def change(phone: Phone, key: str, value: Any) -> None:
    """Set one changeable property; raises PhoneRefused on a wrong name or type."""
    kind = CHANGEABLE.get(key)
    if kind is None:
        raise PhoneRefused(f"{key!r} cannot be set: choose among {', '.join(CHANGEABLE)}")
    if not isinstance(value, kind) and not (key == "username" and value is None):
        raise PhoneRefused(f"{key} wants a {kind.__name__}")
    setattr(phone, key, value)


def _digits(number: Any) -> str | None:
    if number is None or number == "":
        return None
    digits = re.sub(r"[\s()+.-]", "", str(number))
    if not re.fullmatch(r"[1-9]\d{5,14}", digits):
        raise PhoneRefused(f"number {number!r} is not a phone number with its country code")
    return digits


def bubble(message: ChatMessage) -> dict[str, Any]:
    """A message as the page and the control API show it."""
    return {name: getattr(message, name) for name in BUBBLE}


BUBBLE = (
    "wamid", "side", "type", "content", "at", "status", "reply_to", "callback_data", "error", "reactions", "history",
)  # fmt: skip
