"""One simulated number: its parts put together, and the acts of both sides."""

import logging
from pathlib import Path
from typing import Any

from comptoir_sdk.sandbox import payloads, refusals
from comptoir_sdk.sandbox.callbacks import Callbacks, Waba
from comptoir_sdk.sandbox.clock import Clock
from comptoir_sdk.sandbox.delivery import Delivery
from comptoir_sdk.sandbox.faults import Fault, Faults
from comptoir_sdk.sandbox.feed import Feed
from comptoir_sdk.sandbox.identifiers import wamid
from comptoir_sdk.sandbox.ledger import Attempt, Emission, Ledger, Send
from comptoir_sdk.sandbox.limits import Limits
from comptoir_sdk.sandbox.media import MediaStore, sha256_base64
from comptoir_sdk.sandbox.number import Facts, Number
from comptoir_sdk.sandbox.outgoing import Outgoing
from comptoir_sdk.sandbox.phones import FIRST, TYPING_SECONDS, ChatMessage, Phone, PhoneRefused, Phones, bubble
from comptoir_sdk.sandbox.profile import Profile
from comptoir_sdk.sandbox.qr_links import QrLinks
from comptoir_sdk.sandbox.settings import Settings
from comptoir_sdk.sandbox.snapshot import Snapshot
from comptoir_sdk.sandbox.standing import Standing
from comptoir_sdk.sandbox.statuses import Statuses
from comptoir_sdk.sandbox.webhooks import Webhooks

LOG = logging.getLogger("comptoir.sandbox")
FAILURES = {
    "undeliverable_131026": refusals.UNDELIVERABLE,
    "healthy_ecosystem_131049": refusals.HEALTHY_ECOSYSTEM,
    "media_131053": refusals.MEDIA_FAILED,
    "window_closed_131047": refusals.WINDOW_CLOSED,
}


class Box:
    """A number in a box. Built inside the event loop that serves it; `close` ends its tasks and keeps the snapshot."""

    def __init__(self, settings: Settings, number: Number, waba: Waba, folder: Path | None) -> None:
        self.settings, self.number, self.waba, self.folder = settings, number, waba, folder
        self.facts, self.profile = Facts(), Profile()
        self.clock = Clock()
        self.faults = Faults()
        self.feed = Feed()
        self.ledger = Ledger(self.clock.now())
        self.limits = Limits()
        self.qr_links = QrLinks()
        self.templates = waba.templates
        self.phones = Phones()
        self.callbacks = Callbacks(number, waba, settings.webhook_url)
        self.media = MediaStore(self.clock, folder / "media" if folder else None)
        self.webhooks = Webhooks(number, self.callbacks, Delivery(), self.clock, self.ledger, self._heard)
        self.statuses = Statuses(number, self.clock, self.feed, self.webhooks)
        standing = Standing(self.facts, self.profile, self.callbacks, self.qr_links)
        self.snapshot = Snapshot(folder, self.phones, self.media, self.webhooks, standing)
        self.webhook_state: dict[str, Any] = {"ok": None, "status": None, "error": None}
        if not self.callbacks.subscribed:
            self.callbacks.subscribe()

    def open(self) -> None:
        """Take up the previous run, or the first four customers."""
        if not self.snapshot.load():
            for first in FIRST:
                self.phones.make(dict(first))
        self.statuses.resume(self.phones)
        self.snapshot.start()

    async def settle(self) -> None:
        """Until what the business sent has come to its end, and every webhook of it was answered."""
        await self.statuses.settle()
        await self.webhooks.settle()

    async def close(self) -> None:
        """Stop everything; what is pending goes into the snapshot."""
        self.feed.close()
        await self.statuses.close()
        await self.snapshot.stop()
        await self.webhooks.close()

    def answers_to(self, node: str) -> bool:
        """Whether a Graph object's id is this number, its WABA, or something of theirs."""
        return node in {self.number.phone_number_id, self.number.waba_id} or bool(
            self.media.get(node) or self.templates.get(node)
        )

    # the customer

    def write(self, phone: Phone, kind: str, content: Any, reply_to: str | None = None) -> ChatMessage:
        """The customer writes; the webhook leaves at once."""
        now = self.clock.now()
        message = ChatMessage(wamid(phone.address), "customer", kind, content, now, "sending", reply_to)
        phone.last_wrote_at = now
        self.phones.keep(phone, message)
        if kind == "reaction":
            self._react(phone, message)
        context = self._context(phone, reply_to)
        value = payloads.inbound(self.number, phone, message, context)
        self.feed.tell("message", phone=phone.id, message=bubble(message))
        if not phone.blocked:  # the customer sees one tick, the business hears nothing
            self.webhooks.emit(f"message:{kind}", message.wamid, value)
        self.snapshot.touch()
        return message

    def incoming_medium(self, medium_id: str, caption: str | None) -> dict[str, Any]:
        """The media object of a webhook, for something the customer's phone uploaded; raises PhoneRefused."""
        medium = self.media.get(medium_id)
        if medium is None:
            raise PhoneRefused(f"there is no medium {medium_id!r}: upload it first with POST /sandbox/api/media")
        shown: dict[str, Any] = {"caption": caption} if caption else {}
        shown |= {"mime_type": medium.mime_type, "sha256": sha256_base64(medium), "id": medium.id}
        return shown | {"url": self.media.link(medium, self.settings.base_url)}

    def look(self, phone: Phone) -> int:
        """The customer opens the thread: blue ticks."""
        read = self.statuses.read(phone)
        self.snapshot.touch()
        return read

    # the business

    def accept(self, sent: Outgoing, fault: Fault | None, answer: str) -> tuple[Phone, ChatMessage]:
        """Take a checked send: from here on the customer gets it, whatever the caller is told."""
        phone = self._recipient(sent)
        now = self.clock.now()
        manners = self.webhooks.delivery
        self.limits.spend(phone.id, now, manners.messages_per_second, manners.pair_limit)
        message = ChatMessage(
            wamid(phone.address), "business", sent.type, sent.content, now, "accepted",
            sent.reply_to, sent.callback_data, sent.number is not None, self._failure(phone, sent, fault),
        )  # fmt: skip
        self.phones.keep(phone, message)
        self.ledger.sends.append(Send(message.wamid, now, phone.id, sent.type, sent.text, sent.callback_data, answer))
        phone.typing_until = 0
        if sent.type == "reaction":
            self._react(phone, message)
        self.feed.tell("message", phone=phone.id, message=bubble(message))
        self.snapshot.touch()
        return phone, message

    def mark_read(self, wamid_read: str, typing: bool) -> bool:
        """Blue ticks on what the customer wrote, up to this message; False when it is unknown."""
        found = self.phones.message(wamid_read)
        if found is None or found[1].side != "customer":
            return False
        phone, until = found
        now = self.clock.now()
        for message in phone.thread:
            if message.side == "customer" and message.status != "read" and message.at <= until.at:
                message.reach("read", now)
                self.feed.tell("status", phone=phone.id, wamid=message.wamid, status="read", error=None)
        if typing:
            phone.typing_until = now + TYPING_SECONDS
            self.feed.tell("typing", phone=phone.id, seconds=TYPING_SECONDS)
        self.snapshot.touch()
        return True

    def _recipient(self, sent: Outgoing) -> Phone:
        if sent.number == self.number.display_phone_number:
            raise refusals.recipient_is_sender()
        phone = self.phones.recipient(sent.number, sent.user_id)
        if phone is None:
            shown = f"+{sent.number}" if sent.number else sent.input
            stranger = {"name": shown, "number": sent.number, "stranger": True, "id": sent.number or sent.input}
            phone = self.phones.make(stranger | ({"bsuid": sent.user_id} if sent.user_id else {}))
            self.feed.tell("phone", phone=phone.summary(self.clock.now()))
        if not phone.allowed:
            raise refusals.not_allowed()
        if phone.blocked:
            raise refusals.recipient_blocked()
        return phone

    def _failure(self, phone: Phone, sent: Outgoing, fault: Fault | None) -> dict[str, Any] | None:
        if fault is not None and fault.name in FAILURES:
            return FAILURES[fault.name]
        if sent.type not in {"template", "reaction"} and not phone.window_open(self.clock.now()):
            return refusals.WINDOW_CLOSED
        return None

    def _react(self, phone: Phone, message: ChatMessage) -> None:
        found = self.phones.message(str(message.content.get("message_id")))
        if found is None or found[0] is not phone:
            return
        emoji = message.content.get("emoji") or ""
        if emoji:
            found[1].reactions[message.side] = emoji
        else:
            found[1].reactions.pop(message.side, None)
        self.feed.tell("reactions", phone=phone.id, wamid=found[1].wamid, reactions=found[1].reactions)

    def _context(self, phone: Phone, reply_to: str | None) -> dict[str, Any]:
        if reply_to is None:
            return {}
        found = self.phones.message(reply_to)
        return payloads.context_of(self.number, phone, found[1] if found else None, reply_to)

    def _heard(self, record: Emission, attempt: Attempt) -> None:
        """A webhook was answered, or not: the customer's bubbles and the page's banner show it."""
        ok = attempt.status == 200
        for kind, message_id in zip(record.kinds, record.wamids, strict=False):
            found = self.phones.message(message_id) if kind.startswith("message:") else None
            if found and found[1].reach("delivered" if ok else "refused", attempt.at):
                self.feed.tell("status", phone=found[0].id, wamid=message_id, status=found[1].status, error=None)
        state = {"ok": ok, "status": attempt.status, "error": attempt.error}
        if state != self.webhook_state:
            self.webhook_state = state
            self.feed.tell("webhook", **state)
            if not ok:
                LOG.warning("webhook not taken: %s", attempt.status or attempt.error)
