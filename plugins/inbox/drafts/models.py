"""What a member has begun to write in a conversation; nobody else sees it."""

from typing import Any
from uuid import UUID, uuid5

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields


class Draft(TenantModel):
    """`version` is the moment of the server's last change in milliseconds: it grows even after the draft was gone.
    `files` are uploaded attachments: `[{id, kind, filename, size, voice}]`."""

    conversation: Any = tenant_fk("core.Conversation")
    conversation_id: UUID
    member_id = fields.UUIDField(db_index=True)
    body = fields.TextField()
    reply_to = fields.UUIDField(null=True)
    files: Any = fields.JSONField(default=list)
    version = fields.BigIntField()

    class Meta:
        app = "inbox"
        table = "inbox_draft"


def id_of(conversation_id: UUID, member_id: UUID) -> UUID:
    """The same from every screen: of two that begin at once, one makes the row and the other changes it."""
    return uuid5(conversation_id, str(member_id))
