"""Calls onto the ledger: one row of the thread for each, whatever Meta tells of it and in whatever order.

What is known of a call is only ever added to, and its outcome follows from all of it: neither a copy nor a late word
changes anything. A customer who calls opens the service window as one who writes does (Meta, "Send messages", on the
window); a call that nobody took waits for an answer as a message does.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from comptoir_sdk.webhooks import Call

from core.db.pool import Connection
from core.db.uuid7 import uuid7
from core.messaging.intake import arrivals, conversations, events
from core.messaging.intake.batch import Account, Incoming, Notice, Sighting
from core.whatsapp.values import CallMessage, Sender

TYPE: Final = "call"

Key = tuple[UUID, str, str]
"""(tenant id, phone number id, call id)"""

_FIND: Final = """select m.tenant_id, m.phone_number_id, m.wamid, m.id, m.conversation_id, m.content, m.status, m.at
from unnest($1::uuid[], $2::text[], $3::text[]) k(tenant_id, phone_number_id, wamid)
join messages m on m.tenant_id = k.tenant_id and m.phone_number_id = k.phone_number_id and m.wamid = k.wamid
where m.type = 'call'"""

_CHANGE: Final = """update messages m set content = u.content::jsonb, body = u.body, status = u.status,
    version = m.version + 1
from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[]) u(tenant_id, id, content, body, status)
where m.tenant_id = u.tenant_id and m.id = u.id"""

_dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(slots=True)
class _Ringing:
    """What a batch says of one call."""

    account: Account
    delivery_id: int
    at: datetime
    who: Sender | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    def hear(self, notice: Notice, call: Call) -> None:
        self.at = min(self.at, call.started_at or notice.at)
        self.who = self.who or notice.tiding.who
        self.facts = _together(self.facts, _facts(call))


async def apply(connection: Connection, notices: Sequence[Notice]) -> None:
    """In the caller's transaction, with their events. One of which neither side is told, and no row, is left out."""
    told = _by_call(notices)
    if not told:
        return
    stored = {(r["tenant_id"], r["phone_number_id"], r["wamid"]): r
              for r in await connection.fetch(_FIND, *zip(*told, strict=True))}  # fmt: skip
    new = [_new(key[2], one) for key, one in told.items() if key not in stored and one.who and "direction" in one.facts]
    seen = arrivals.Seen()
    for one in new:
        one.sighting = seen.add(Sighting(one.account, one.message.sender, one.message.at))
    await arrivals.receive(connection, seen, new)
    changed = [found for key, row in stored.items() if (found := _changed(row, told[key])) is not None]
    await _change(connection, changed)
    await events.tell_received(connection, [*new, *changed])


def _by_call(notices: Iterable[Notice]) -> dict[Key, _Ringing]:
    told: dict[Key, _Ringing] = {}
    for notice in notices:
        call, account = notice.tiding.told, notice.account
        if isinstance(call, Call) and call.call_id:
            key = account.tenant_id, account.phone_number_id, call.call_id
            told.setdefault(key, _Ringing(account, notice.delivery_id, notice.at)).hear(notice, call)
    return told


def _facts(call: Call) -> dict[str, Any]:
    rang = call.event == TYPE  # Meta's word for a status of a call, which only those that the business makes have
    told = {
        "heard": [str(call.status if rang else call.event)],
        "direction": "BUSINESS_INITIATED" if rang else call.direction,
        "started_at": call.started_at.isoformat() if call.started_at else None,
        "ended_at": call.ended_at.isoformat() if call.ended_at else None,
        "seconds": int(call.seconds) if call.seconds else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _together(known: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    return {**told, **known, "heard": sorted({*known.get("heard", ()), *told.get("heard", ())})}


def _outcome(facts: Mapping[str, Any]) -> str:
    """How long it took, or when it was taken, Meta tells only of a call that somebody took."""
    heard = facts["heard"]
    if "seconds" in facts or "started_at" in facts or {"ACCEPTED", "terminate"} <= set(heard):
        return "completed"
    if "REJECTED" in heard:
        return "declined"
    if "terminate" not in heard:
        return "begun"
    return "missed" if facts.get("direction") == "USER_INITIATED" else "unanswered"


def _clock(facts: Mapping[str, Any]) -> str:
    """How long they spoke, as a clock shows it in every language: 3:12, 1:02:05."""
    if "seconds" not in facts:
        return ""
    minutes, seconds = divmod(facts["seconds"], 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _new(call_id: str, told: _Ringing) -> Incoming:
    assert told.who is not None  # noqa: S101 - asked before
    message = _message(told.account, call_id, told.who, told.at, told.facts, before=None)
    return Incoming(told.account, message, told.delivery_id, uuid7())


def _changed(row: Mapping[str, Any], told: _Ringing) -> Incoming | None:
    """Its row with what is new, or None when nothing is."""
    facts = _together(row["content"], told.facts)
    if facts == row["content"]:
        return None
    who = told.who or Sender(None, None, None, None, "", None, None)
    message = _message(told.account, row["wamid"], who, row["at"], facts, before=row["status"])
    return Incoming(told.account, message, told.delivery_id, row["id"], conversation_id=row["conversation_id"])


def _message(
    account: Account, call_id: str, who: Sender, at: datetime, facts: dict[str, Any], *, before: str | None
) -> CallMessage:
    outcome = _outcome(facts)
    return CallMessage(
        phone_number_id=account.phone_number_id, waba_id=account.waba_id, wamid=call_id, sender=who, at=at,
        timed_by_us=False, type=TYPE, body=_clock(facts), content=facts, context=None, media=None, errors=(),
        is_ghost=False, group_id=None, raw={}, outbound=facts.get("direction") == "BUSINESS_INITIATED", outcome=outcome,
        lately_missed=outcome == "missed" and before != "missed",
    )  # fmt: skip


async def _change(connection: Connection, changed: Sequence[Incoming]) -> None:
    if not changed:
        return
    rows = [(one.account.tenant_id, one.id, _dump(one.message.content), one.message.body, one.call.outcome)
            for one in changed if one.call]  # fmt: skip
    await connection.execute(_CHANGE, *zip(*rows, strict=True))
    opened = await conversations.advance(connection, changed)
    await events.tell_opened(connection, arrivals.refs(changed, opened))
