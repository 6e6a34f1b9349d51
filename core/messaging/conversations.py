"""Conversations as the API and plugins see and change them. Every change tells its event in the same transaction."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID

import asyncpg

from core import audit
from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Invalid, NotFound
from core.events import outbox
from core.messaging import sight
from core.messaging.conversation_list import Status

ReadReceipt = Callable[[Connection, UUID, UUID], Awaitable[None]]
"""(connection, tenant_id, conversation_id): asks, in the same transaction, that Meta be told."""

_DONE: Final = {"open": "conversation.reopened", "snoozed": "conversation.snoozed", "closed": "conversation.closed"}
_RESOURCE = "select resource from conversation_resources where id = $1"


async def get_conversation(db: Database, conversation_id: UUID) -> dict[str, Any]:
    """One conversation. Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        return await _resource(connection, conversation_id)


async def assign(db: Database, conversation_id: UUID, assignee: UUID | None) -> dict[str, Any]:
    """Give the conversation to a member, or to nobody. Raises NotFound, or Invalid when there is no such member.

    Returns it as it was left, also to somebody who will not see it again.
    """
    return await _give(db, conversation_id, "assignee", assignee)


async def set_team(db: Database, conversation_id: UUID, team: UUID | None) -> dict[str, Any]:
    """Move the conversation to a team, or to none. Raises NotFound, or Invalid when there is no such team.

    Returns it as it was left, also to somebody who will not see it again.
    """
    return await _give(db, conversation_id, "team", team)


async def set_status(
    db: Database, conversation_id: UUID, status: Status, until: datetime | None = None
) -> dict[str, Any]:
    """Open, snooze (until a moment, or until the customer writes) or close. Raises NotFound or Invalid."""
    _check_until(status, until)
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, conversation_id)
        if before["status"] == status and before["snoozed_until"] == until:
            return await _resource(connection, conversation_id)
        await connection.execute(
            "update conversations set status = $2, snoozed_until = $3, updated_at = now(), version = version + 1 "
            "where id = $1",
            conversation_id, status, until,
        )  # fmt: skip
        resource = await _resource(connection, conversation_id)
        kind = "conversation.closed" if status == "closed" else "conversation.updated"
        await _tell(connection, kind, conversation_id, conversation=resource)
        changes = {"status": [before["status"], status], "snoozed_until": [before["snoozed_until"], until]}
        await audit.record(connection, _DONE[status], "conversation", conversation_id, _changed(changes))
        return resource


async def mark_read(db: Database, conversation_id: UUID, read_receipt: ReadReceipt) -> dict[str, Any]:
    """Agents have read it: nothing unread any more, and Meta will be told, once. Raises NotFound."""
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, conversation_id)
        inbound, read = before["last_inbound_at"], before["read_up_to"]
        if before["unread_count"] == 0 and (inbound is None or (read is not None and read >= inbound)):
            return await _resource(connection, conversation_id)
        await connection.execute(
            "update conversations set unread_count = 0, read_up_to = last_inbound_at, updated_at = now(), "
            "version = version + 1 where id = $1",
            conversation_id,
        )
        await read_receipt(connection, require_tenant(), conversation_id)
        resource = await _resource(connection, conversation_id)
        await _tell(connection, "conversation.updated", conversation_id, conversation=resource)
        return resource


async def _give(
    db: Database, conversation_id: UUID, to: Literal["assignee", "team"], receiver: UUID | None
) -> dict[str, Any]:
    async with db.tenant_transaction() as connection:
        previous = (await _lock(connection, conversation_id))[f"{to}_id"]
        if previous == receiver:
            return await _resource(connection, conversation_id)
        await sight.lift(connection)
        await _set_receiver(connection, conversation_id, to, receiver)
        resource = await _resource(connection, conversation_id)
        kind = "conversation.assigned" if to == "assignee" else "conversation.moved"
        await _tell(connection, kind, conversation_id, conversation=resource, previous=previous and str(previous))
        await audit.record(connection, kind, "conversation", conversation_id, {to: [previous, receiver]})
        return resource


def _changed(changes: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: values for name, values in changes.items() if values[0] != values[1]}


def _check_until(status: Status, until: datetime | None) -> None:
    if until is None:
        return
    if status != "snoozed":
        raise _wrong_until("only a snoozed conversation has one: leave it out")
    if until <= datetime.now(UTC):
        raise _wrong_until("it has passed: give a moment in the future")


def _wrong_until(reason: str) -> Invalid:
    return Invalid(f"About `until`: {reason}.", errors=[{"loc": ["until"], "msg": reason}])


async def _lock(connection: Connection, conversation_id: UUID) -> Any:
    row = await connection.fetchrow(
        "select status, snoozed_until, assignee_id, team_id, unread_count, last_inbound_at, read_up_to "
        "from conversations where id = $1 for update",
        conversation_id,
    )
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def _set_receiver(
    connection: Connection, conversation_id: UUID, to: Literal["assignee", "team"], receiver: UUID | None
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
    resource: dict[str, Any] | None = await connection.fetchval(_RESOURCE, conversation_id)
    if resource is None:
        raise NotFound("There is no such conversation.")
    return resource


async def _tell(connection: Connection, kind: str, conversation_id: UUID, **data: Any) -> None:
    await outbox.append(connection, require_tenant(), kind, data, conversation_id)
