"""Conversations as the API and plugins see and change them. Every change tells its event in the same transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg

from core.db.pool import Connection, Database
from core.db.scope import require_tenant
from core.errors import Invalid, NotFound
from core.events import outbox
from core.messaging.contacts import ids_matching
from core.messaging.page import Page, by_time, page

Status = Literal["open", "snoozed", "closed"]
Nobody = Literal["none"]
ReadReceipt = Callable[[Connection, UUID, UUID], Awaitable[None]]
"""(connection, tenant_id, conversation_id): asks, in the same transaction, that Meta be told."""

_SEARCHED_CONTACTS = 500
_RESOURCE = "select resource from conversation_resources where id = $1"


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations: each None lets everything through. `q` is the beginning of a contact's name or phone."""

    status: Status | None = None
    assignee: UUID | Nobody | None = None
    account: UUID | None = None
    contact: UUID | None = None
    q: str | None = None


async def list_conversations(db: Database, wanted: Filter, *, limit: int, cursor: str | None = None) -> Page:
    """The newest activity first. A search looks at the first 500 contacts that match."""
    moment, identifier = by_time(cursor)
    contacts = await ids_matching(db, wanted.q, _SEARCHED_CONTACTS) if wanted.q and wanted.q.strip() else None
    conditions, values = _conditions(wanted, contacts, moment, identifier)
    # Only fixed text is joined into the statement; every value travels as a parameter.
    query = (
        "select id, last_message_at, resource from conversation_resources "  # noqa: S608
        f"where {' and '.join(conditions)} order by last_message_at desc, id desc limit {limit + 1:d}"
    )
    async with db.tenant() as connection:
        return page(await connection.fetch(query, *values), limit, "last_message_at", "id")


async def get_conversation(db: Database, conversation_id: UUID) -> dict[str, Any]:
    """One conversation. Raises NotFound, also for another tenant's."""
    async with db.tenant() as connection:
        return await _resource(connection, conversation_id)


async def assign(db: Database, conversation_id: UUID, assignee: UUID | None) -> dict[str, Any]:
    """Give the conversation to a member, or to nobody. Raises NotFound, or Invalid when there is no such member."""
    async with db.tenant_transaction() as connection:
        before = await _lock(connection, conversation_id)
        if before["assignee_id"] == assignee:
            return await _resource(connection, conversation_id)
        await _set_assignee(connection, conversation_id, assignee)
        resource = await _resource(connection, conversation_id)
        previous = str(before["assignee_id"]) if before["assignee_id"] else None
        await _tell(connection, "conversation.assigned", conversation_id, conversation=resource, previous=previous)
        return resource


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


def _conditions(
    wanted: Filter, contacts: list[UUID] | None, moment: datetime | None, identifier: UUID | None
) -> tuple[list[str], list[Any]]:
    conditions, values = ["true"], []  # type: tuple[list[str], list[Any]]

    def add(condition: str, *parameters: Any) -> None:
        places = [f"${len(values) + number}" for number in range(1, len(parameters) + 1)]
        conditions.append(condition.format(*places))
        values.extend(parameters)

    if moment is not None:
        add("(last_message_at, id) < ({}, {})", moment, identifier)
    if wanted.status is not None:
        add("status = {}", wanted.status)
    if wanted.assignee == "none":
        add("assignee_id is null")
    elif wanted.assignee is not None:
        add("assignee_id = {}", wanted.assignee)
    if wanted.account is not None:
        add("account_id = {}", wanted.account)
    if wanted.contact is not None:
        add("contact_id = {}", wanted.contact)
    if contacts is not None:
        add("contact_id = any({})", contacts)
    return conditions, values


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
        "select status, snoozed_until, assignee_id, unread_count, last_inbound_at, read_up_to from conversations "
        "where id = $1 for update",
        conversation_id,
    )
    if row is None:
        raise NotFound("There is no such conversation.")
    return row


async def _set_assignee(connection: Connection, conversation_id: UUID, assignee: UUID | None) -> None:
    try:
        await connection.execute(
            "update conversations set assignee_id = $2, updated_at = now(), version = version + 1 where id = $1",
            conversation_id, assignee,
        )  # fmt: skip
    except asyncpg.ForeignKeyViolationError:
        raise Invalid("The assignee is not a member here: choose one of the members.",
                      errors=[{"loc": ["assignee"], "msg": "not a member"}]) from None  # fmt: skip


async def _resource(connection: Connection, conversation_id: UUID) -> dict[str, Any]:
    resource: dict[str, Any] | None = await connection.fetchval(_RESOURCE, conversation_id)
    if resource is None:
        raise NotFound("There is no such conversation.")
    return resource


async def _tell(connection: Connection, kind: str, conversation_id: UUID, **data: Any) -> None:
    await outbox.append(connection, require_tenant(), kind, data, conversation_id)
