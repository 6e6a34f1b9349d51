"""Who follows a conversation that is not theirs."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields


class Follow(TenantModel):
    """A member hears of what happens there as if it were theirs."""

    conversation: Any = tenant_fk("core.Conversation")
    conversation_id: UUID
    member_id = fields.UUIDField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "inbox"
        table = "inbox_follow"
