"""Uploaded files, as a context hands them to a plugin."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from comptoir_sdk import Attachment, Invalid, NotFound

from core import errors
from core.db.scope import tenant_scope
from core.messaging.media import holds
from core.plugins import orm
from core.plugins.doors import Doors


@dataclass(frozen=True)
class AttachmentDoor(Doors):
    async def get(self, attachment_id: UUID) -> Attachment:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                return Attachment.of(await _found(connection, attachment_id))

    async def hold(self, attachment_id: UUID, *, shared: bool = False) -> Attachment:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                found = await _found(connection, attachment_id)
                await holds.hold(connection, self.tenant_id, attachment_id, self.plugin, shared=shared)
        return Attachment.of(found)

    async def release(self, attachment_id: UUID) -> None:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                await holds.release(connection, self.tenant_id, attachment_id, self.plugin)

    async def held(self) -> frozenset[UUID]:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                return await holds.held(connection, self.tenant_id, self.plugin)

    async def discard(self, attachment_id: UUID) -> None:
        with tenant_scope(self.tenant_id):
            async with orm.joined_transaction(self.db) as connection:
                await holds.release(connection, self.tenant_id, attachment_id, self.plugin)
                await holds.discard(connection, self.tenant_id, attachment_id)


async def _found(connection: Any, attachment_id: UUID) -> dict[str, Any]:
    try:
        return await holds.uploaded(connection, attachment_id)
    except errors.NotFound as error:
        raise NotFound(error.detail) from error
    except errors.Conflict as error:
        raise Invalid(error.detail) from error
