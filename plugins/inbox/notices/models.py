"""What each member is told, where, and by which of their browsers."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields
from tortoise.indexes import Index


class Notice(TenantModel):
    """Something of a conversation that one member is told. What repeats before it is read is one notice with a count.

    It says of what kind it is, never what was written: the words are read when it is shown, by whoever may see them.
    """

    conversation: Any = tenant_fk("core.Conversation")
    conversation_id: UUID
    member_id = fields.UUIDField()
    kind = fields.CharField(max_length=20)
    count = fields.IntField(default=1)
    actor = fields.TextField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    read_at = fields.DatetimeField(null=True)
    event_id = fields.BigIntField(null=True)
    """The last event that was told by it: one that comes again tells nobody again."""

    class Meta:
        app = "inbox"
        table = "inbox_notice"
        indexes = (Index(fields=("tenant_id", "member_id", "id")), Index(fields=("tenant_id", "member_id", "read_at")))


class NoticeWishes(TenantModel):
    """What one member wants to be told, and where; what is not in it is as `plugins.inbox.notices.wishes` has it."""

    member_id = fields.UUIDField()
    wishes: Any = fields.JSONField(default=dict)

    class Meta:
        app = "inbox"
        table = "inbox_notice_wishes"
        unique_together = (("tenant", "member_id"),)


class Browser(TenantModel):
    """A browser that takes Web Push for a member. Where to send it, and its keys, are kept sealed (`ctx.secrets`)."""

    member_id = fields.UUIDField()
    fingerprint = fields.CharField(max_length=64)
    locale = fields.CharField(max_length=2)
    label = fields.CharField(max_length=100)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "inbox"
        table = "inbox_browser"
        unique_together = (("tenant", "member_id", "fingerprint"),)
