"""Frames of the protocol. An event is serialised once, however many screens it goes to."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from core.events.log import Event


def encode(value: object) -> str:
    """Compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)


@dataclass(frozen=True)
class Told:
    """An event on its way to screens. Only `prev` differs from one to the next, so it is spliced in."""

    event: Event

    @property
    def seq(self) -> int:
        return self.event.seq

    @cached_property
    def _tail(self) -> str:
        event = self.event
        told = {"id": event.id, "type": event.type, "at": event.at.isoformat(), "data": event.data}
        return f",{encode(told)[1:]}"

    def frame(self, prev: int) -> str:
        """The event frame for a subscriber whose last event was `prev`."""
        return f'{{"t":"event","seq":{self.seq},"prev":{prev}{self._tail}'

    def hidden(self, prev: int) -> str:
        """In its place, for a subscriber who no longer sees its conversation: not even to whom it went."""
        event = self.event
        gone = {"id": str(event.conversation_id), "version": event.data["conversation"]["version"]}
        return encode({"t": "event", "seq": self.seq, "prev": prev, "id": event.id, "type": "conversation.hidden",
                       "at": event.at.isoformat(), "data": gone})


def hello(cursor: str) -> str:
    return encode({"t": "hello", "cursor": cursor})


def reset(cursor: str, reason: str) -> str:
    return encode({"t": "reset", "cursor": cursor, "reason": reason})


def topic(name: str, data: Any) -> str:
    return encode({"t": "topic", "topic": name, "data": data})


def error(name: str, detail: str) -> str:
    """The answer to a subscription that is not allowed."""
    return encode({"t": "error", "topic": name, "detail": detail})


@dataclass(frozen=True)
class Said:
    """Words on a topic. `conversation_id` is the one they are about, when they name it as `conversation`."""

    frame: str
    conversation_id: UUID | None


def said(name: str, data: Any) -> Said:
    named = data.get("conversation") if isinstance(data, Mapping) else None
    return Said(topic(name, data), _uuid(named))


def _uuid(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


LIVE = encode({"t": "live"})
PING = encode({"t": "ping"})
