"""What becomes of a message the business sent: sent, delivered, read, or failed, told by webhooks of their own."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

from comptoir_sdk.sandbox import payloads
from comptoir_sdk.sandbox.clock import Clock
from comptoir_sdk.sandbox.feed import Feed
from comptoir_sdk.sandbox.number import Number
from comptoir_sdk.sandbox.phones import ChatMessage, Phone, Phones
from comptoir_sdk.sandbox.webhooks import Webhooks


class Statuses:
    """Follows each sent message to its end, with the delays and disorder that `Delivery` asks for."""

    def __init__(self, number: Number, clock: Clock, feed: Feed, webhooks: Webhooks) -> None:
        self._number, self._clock, self._feed, self._webhooks = number, clock, feed, webhooks
        self._tasks: set[asyncio.Task[None]] = set()

    def follow(self, phone: Phone, message: ChatMessage) -> None:
        """Begin to tell, from another task and connection than the one that answers the send."""
        self._start(self._journey(phone, message))

    async def overtake(self, phone: Phone, message: ChatMessage) -> None:
        """Tell `sent` before the send itself is answered, with the chance that `Delivery` gives."""
        if not _chance(self._webhooks.delivery.before_answer):
            return
        message.reach("sent", self._clock.now())
        kind, wamid, value = self._update(phone, message, "sent", self._clock.now())
        await self._webhooks.emit_now(kind, wamid, value)

    def deliver_waiting(self, phone: Phone) -> None:
        """The phone is back online: what waited is delivered."""
        for message in phone.thread:
            if message.side == "business" and message.status in {"accepted", "sent"}:
                self.follow(phone, message)

    def read(self, phone: Phone) -> int:
        """The customer looks at the thread: blue ticks for what is unread; answers how many messages."""
        unread = [m for m in phone.thread if m.side == "business" and m.status in {"sent", "delivered"}]
        for message in unread:
            if message.type != "reaction":
                self._tell(phone, message, "read" if phone.blue_ticks else None)
        return len(unread)

    def resume(self, phones: Phones) -> None:
        """After a restart: messages on their way continue."""
        for phone in phones:
            self.deliver_waiting(phone)

    async def settle(self) -> None:
        """Until everything on its way has been told."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Stop telling."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _journey(self, phone: Phone, message: ChatMessage) -> None:
        manners = self._webhooks.delivery
        await asyncio.sleep(manners.sent_after / 1000)
        if _chance(manners.late):
            await asyncio.sleep(manners.late_seconds)
        if message.error is not None:
            self._tell(phone, message, "failed")
            return
        for status in self._steps(phone, message):
            if status != "sent" and not manners.shuffle_statuses:
                await asyncio.sleep(manners.delivered_after / 1000)
            self._tell(phone, message, status)
        if phone.auto_read and phone.online and message.type != "reaction":
            await asyncio.sleep(manners.read_after / 1000)
            self.read(phone)

    def _steps(self, phone: Phone, message: ChatMessage) -> list[str]:
        manners = self._webhooks.delivery
        steps = [] if message.status == "sent" else ["sent"]
        if phone.online and message.type != "reaction" and not _chance(manners.skip_delivered):
            steps.append("delivered")
        if manners.shuffle_statuses:
            random.shuffle(steps)
        return steps

    def _tell(self, phone: Phone, message: ChatMessage, status: str | None) -> None:
        """Note and tell; without a status the customer has read, but keeps it to themselves."""
        now = self._clock.now()
        message.reach(status or "read", now)
        self._feed.tell("status", phone=phone.id, wamid=message.wamid, status=message.status, error=message.error)
        if status is None:
            return
        kind, wamid, value = self._update(phone, message, status, now)
        self._webhooks.emit(kind, wamid, value)
        if _chance(self._webhooks.delivery.duplicate_status):
            self._webhooks.emit(kind, wamid, value)

    def _update(self, phone: Phone, message: ChatMessage, status: str, at: float) -> tuple[str, str, dict[str, Any]]:
        value = payloads.outcome(
            self._number, phone, message, status, at,
            sent_to_number=message.to_number, old_conversation=self._webhooks.delivery.old_conversation,
        )  # fmt: skip
        return f"status:{status}", message.wamid, value


def _chance(probability: float) -> bool:
    return probability > 0 and random.random() < probability  # noqa: S311  chance, not a secret
