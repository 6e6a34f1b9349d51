"""The conversations that a member wants to hear nothing of."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields
from tortoise.indexes import Index


class Mute(TenantModel):
    """For this member alone, until a moment; without one, until they have enough of the silence."""

    conversation: Any = tenant_fk("core.Conversation")
    conversation_id: UUID
    member_id = fields.UUIDField()
    until = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "inbox"
        table = "inbox_mute"
        indexes = (Index(fields=("tenant_id", "member_id")), Index(fields=("tenant_id", "conversation_id")))
