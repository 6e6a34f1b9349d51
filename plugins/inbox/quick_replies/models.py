"""Words that an agent writes again and again, under a shortcut."""

from typing import Any

from comptoir_sdk import TenantModel
from tortoise import fields


class QuickReply(TenantModel):
    """Shared by the organisation when nobody owns it. `files` are attachments that the plugin holds:
    `[{id, kind, filename, size}]`."""

    owner_id = fields.UUIDField(null=True)
    shortcut = fields.CharField(max_length=32)
    title = fields.CharField(max_length=80)
    body = fields.TextField()
    language = fields.CharField(max_length=2, null=True)
    files: Any = fields.JSONField(default=list)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    class Meta:
        app = "inbox"
        table = "inbox_quick_reply"
