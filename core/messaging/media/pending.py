"""A file that is being fetched, and how its message's readers hear of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias
from uuid import UUID

from core.db.pool import Connection
from core.events import outbox
from core.messaging.accounts import Account

Failure: TypeAlias = Literal["expired", "gone", "no_id", "too_large", "unreachable", "lost"]
"""Why there is no file, for a screen to say in its own language."""
_BUMP: Final = "update messages set version = version + 1 where tenant_id = $1 and id = $2"
_SHOWN: Final = "select conversation_id, resource from message_resources where tenant_id = $1 and id = $2"


@dataclass(frozen=True, slots=True)
class Pending:
    """An attachment to fetch. `attempts` counts this try."""

    account: Account
    id: UUID
    message_id: UUID
    media_id: str | None
    mime_type: str
    sha256: str | None
    attempts: int
    created_at: datetime

    @classmethod
    def of(cls, row: Any) -> "Pending":
        return cls(Account.of(row), row["id"], row["message_id"], row["media_id"], row["mime_type"] or "",
                   row["sha256"], row["attempts"], row["created_at"])  # fmt: skip

    @property
    def tenant_id(self) -> UUID:
        return self.account.tenant_id

    @property
    def key(self) -> str:
        return f"{self.tenant_id}/attachments/{self.id}"

    def about(self, reason: str) -> dict[str, str]:
        """For the log."""
        return {"tenant_id": str(self.tenant_id), "attachment_id": str(self.id), "reason": reason,
                "attempts": str(self.attempts)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Kept:
    mime_type: str
    size: int
    sha256: str


class GivenUp(Exception):
    """Trying again would end the same way. `reason` is for a person."""

    def __init__(self, failure: Failure, reason: str) -> None:
        super().__init__(reason)
        self.failure, self.reason = failure, reason


async def tell(connection: Connection, tenant_id: UUID, message_id: UUID | None) -> None:
    """The message of an attachment that has changed is another version, which screens hear of."""
    if message_id is None:
        return
    await connection.execute(_BUMP, tenant_id, message_id)
    row = await connection.fetchrow(_SHOWN, tenant_id, message_id)
    if row is not None:
        payload = {"message": row["resource"]}
        await outbox.append(connection, tenant_id, "message.updated", payload, row["conversation_id"])
