"""Conversations as the API and plugins see and change them. Every change tells its event in the same transaction."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Conflict, Invalid, NotFound
from core.events import outbox
from core.messaging import sight
from core.messaging.conversation_list import Status
from core.messaging.labels import Labels, put_labels

ReadReceipt = Callable[[Connection, UUID, UUID], Awaitable[None]]
"""(connection, tenant_id, conversation_id): asks, in the same transaction, that Meta be told."""

Receiver = Literal["assignee", "team"]
Done = tuple[str, dict[str, list[Any]]]
"""An act and what it changed, for the audit log."""

_DONE: Final = {"open": "conversation.reopened", "snoozed": "conversation.snoozed", "closed": "conversation.closed"}
# Text, for a plugin's connection comes from Tortoise's pool, which knows no JSON codec.
_RESOURCE = "select resource::text from conversation_resources where id = $1"


class Taken(Exception):
    """Somebody else has the conversation, or it is not open: what was wanted only otherwise is not done."""


async def get_conversation(db: Database, conversation_id: UUID) -> dict[str, Any]:
    """One conversation. Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        return await _resource(connection, conversation_id)


async def assign(db: Database, conversation_id: UUID, assignee: UUID | None) -> dict[str, Any]:
    """Give the conversation to a member, or to nobody. As `change`."""
    return await change(db, conversation_id, Change(receivers={"assignee": assignee}))


async def set_team(db: Database, conversation_id: UUID, team: UUID | None) -> dict[str, Any]:
    """Move the conversation to a team, or to none. As `change`."""
    return await change(db, conversation_id, Change(receivers={"team": team}))


async def set_labels(db: Database, conversation_id: UUID, labels: Labels) -> dict[str, Any]:
    """Tags and priority. As `change`."""
    return await change(db, conversation_id, Change(labels=labels))


async def set_status(
    db: Database, conversation_id: UUID, status: Status, until: datetime | None = None
) -> dict[str, Any]:
    """Open, snooze (until a moment, or until the customer writes) or close. As `change`."""
    return await change(db, conversation_id, Change(status, until))


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose a conversation is, and what has become of it."""

    assignee: UUID | None
    team: UUID | None
    status: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to become of a conversation; `receivers` are those named, by what they are. `read` marks it read and
    asks for Meta's receipt in this way. `reason` is kept in the audit log. With `version` it is done only while the
    conversation is still at that one, with `only_from` while it stands so. Raises Invalid."""

    status: Status | None = None
    until: datetime | None = None
    receivers: Mapping[Receiver, UUID | None] = field(default_factory=dict)
    only_if_unassigned: bool = False
    instead_of: UUID | None = None
    reason: str | None = None
    labels: Labels = field(default_factory=Labels)
    read: ReadReceipt | None = None
    version: int | None = None
    only_from: Standing | None = None

    def __post_init__(self) -> None:
        if self.until is not None and self.status != "snoozed":
            raise _wrong_until("only a snoozed conversation has one: leave it out")
        if self.until is not None and self.until <= datetime.now(UTC):
            raise _wrong_until("it has passed: give a moment in the future")


async def change(db: Database, conversation_id: UUID, wanted: Change) -> dict[str, Any]:
    """All of it or nothing. Raises NotFound, Invalid when there is no such member or team, or Conflict when it is not
    at the version that was told.

    Returns it as it was left, also to somebody who will not see it again.
    """
    async with db.tenant_transaction() as connection:
        return await change_within(connection, conversation_id, wanted)


async def change_within(connection: Connection, conversation_id: UUID, wanted: Change) -> dict[str, Any]:
    """As `change`, as a part of the caller's transaction, whose sight it may lift. Raises Taken where somebody else
    has what was wanted only for one without assignee, or with that one."""
    before = await _lock(connection, conversation_id)
    if (wanted.only_if_unassigned or wanted.instead_of) and (before["assignee_id"], before["status"]) != (
            wanted.instead_of, "open"):  # fmt: skip
        raise Taken
    if wanted.only_from not in (None, Standing(before["assignee_id"], before["team_id"], before["status"])):
        raise Taken
    if wanted.version is not None and before["version"] != wanted.version:
        raise Conflict("It was changed since: look at it again.")
    done: list[Done] = []
    if wanted.status is not None:
        done += await _set_status(connection, conversation_id, before, wanted.status, wanted.until)
    done += await _label(connection, conversation_id, before, wanted.labels)
    if wanted.read is not None:
        await _read(connection, conversation_id, before, wanted.read)
    for to, receiver in wanted.receivers.items():
        done += await _give(connection, conversation_id, to, before[f"{to}_id"], receiver)
    resource = await _resource(connection, conversation_id)
    for action, changes in done:  # last: from here on the tenant's other acts wait for us
        why = {"reason": [None, wanted.reason]} if wanted.reason else {}
        await audit.record(connection, action, "conversation", conversation_id, {**changes, **why})
    return resource


async def mark_read(db: Database, conversation_id: UUID, read_receipt: ReadReceipt) -> dict[str, Any]:
    """Agents have read it: nothing unread any more, and Meta will be told, once. Raises NotFound."""
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, conversation_id)
        await _read(connection, conversation_id, before, read_receipt)
        return await _resource(connection, conversation_id)


async def _read(connection: Connection, conversation_id: UUID, before: Any, read_receipt: ReadReceipt) -> None:
    inbound, read = before["last_inbound_at"], before["read_up_to"]
    if before["unread_count"] == 0 and (inbound is None or (read is not None and read >= inbound)):
        return
    await read_receipt(connection, require_tenant(), conversation_id)
    await connection.execute(
        "update conversations set unread_count = 0, read_up_to = last_inbound_at, updated_at = now(), "
        "version = version + 1 where id = $1",
        conversation_id,
    )
    await _tell_of(connection, "conversation.updated", conversation_id, change="read")


async def _set_status(
    connection: Connection, conversation_id: UUID, before: Any, status: Status, until: datetime | None
) -> list[Done]:
    changes = {"status": [before["status"], status], "snoozed_until": [before["snoozed_until"], until]}
    if not _changed(changes):
        return []
    await connection.execute(
        "update conversations set status = $2, snoozed_until = $3, updated_at = now(), version = version + 1 "
        "where id = $1",
        conversation_id, status, until,
    )  # fmt: skip
    kind = "conversation.closed" if status == "closed" else "conversation.updated"
    await _tell_of(connection, kind, conversation_id, change=status)
    return [(_DONE[status], _changed(changes))]


async def _label(connection: Connection, conversation_id: UUID, before: Any, labels: Labels) -> list[Done]:
    done = await put_labels(connection, conversation_id, before, labels) if labels else []
    if done:
        await _tell_of(connection, "conversation.updated", conversation_id, change="labels")
    return done


async def _give(
    connection: Connection, conversation_id: UUID, to: Receiver, previous: UUID | None, receiver: UUID | None
) -> list[Done]:
    if previous == receiver:
        return []
    await sight.lift(connection)
    await _set_receiver(connection, conversation_id, to, receiver)
    kind = "conversation.assigned" if to == "assignee" else "conversation.moved"
    await _tell_of(connection, kind, conversation_id, previous=previous and str(previous))
    return [(kind, {to: [previous, receiver]})]


def _changed(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: values for name, values in changes.items() if values[0] != values[1]}


def _wrong_until(reason: str) -> Invalid:
    return Invalid(f"About `until`: {reason}.", errors=[{"loc": ["until"], "msg": reason}])


async def _lock(connection: Connection, conversation_id: UUID) -> Any:
    row = await connection.fetchrow(
        "select status, snoozed_until, assignee_id, team_id, unread_count, last_inbound_at, read_up_to, tag_ids, "
        "priority, version from conversations where id = $1 for update",
        conversation_id,
    )
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def _set_receiver(
    connection: Connection, conversation_id: UUID, to: Receiver, receiver: UUID | None
) -> None:
    try:
        await connection.execute(
            f"update conversations set {to}_id = $2, updated_at = now(), version = version + 1 "  # noqa: S608 - two words
            "where id = $1",
            conversation_id, receiver,
        )  # fmt: skip
    except asyncpg.ForeignKeyViolationError:
        one = "a member" if to == "assignee" else "a team"
        raise Invalid(f"That is not {one} here: choose one of the {'members' if to == 'assignee' else 'teams'}.",
                      errors=[{"loc": [to], "msg": f"not {one}"}]) from None  # fmt: skip


async def _resource(connection: Connection, conversation_id: UUID) -> dict[str, Any]:
    resource: str | None = await connection.fetchval(_RESOURCE, conversation_id)
    if resource is None:
        raise NotFound("There is no such conversation.")
    found: dict[str, Any] = json.loads(resource)
    return found


async def _tell_of(connection: Connection, kind: str, conversation_id: UUID, **more: Any) -> None:
    data = {"conversation": await _resource(connection, conversation_id), **more}
    await outbox.append(connection, require_tenant(), kind, data, conversation_id)
