"""What colleagues tell each other beside a conversation; the customer never sees it."""

from typing import Any

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields

BODY_LENGTH = 4000


class Note(TenantModel):
    """An internal note. The author's name is kept with it: it stays readable when the member has left."""

    conversation: Any = tenant_fk("core.Conversation")
    body = fields.CharField(max_length=BODY_LENGTH)
    author_id = fields.UUIDField(null=True)
    author_name = fields.TextField()
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        app = "inbox"
        table = "inbox_note"
