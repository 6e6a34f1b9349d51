"""What colleagues tell each other beside a conversation; the customer never sees it."""

from typing import Any
from uuid import UUID

from comptoir_sdk import TenantModel, tenant_fk
from tortoise import fields
from tortoise.indexes import Index

BODY_LENGTH = 4000


class Note(TenantModel):
    """An internal note. The author's name is kept with it: it stays readable when the member has left.

    `mentions` are `{kind, id, name}` of the members and teams that its words name as "@name".
    """

    conversation: Any = tenant_fk("core.Conversation")
    conversation_id: UUID
    body = fields.CharField(max_length=BODY_LENGTH)
    author_id = fields.UUIDField(null=True)
    author_name = fields.TextField()
    created_at = fields.DatetimeField(auto_now_add=True)
    mentions: Any = fields.JSONField(null=True)
    edited_at = fields.DatetimeField(null=True)

    class Meta:
        app = "inbox"
        table = "inbox_note"


class Mention(TenantModel):
    """A note calls a member, by name or with their team. Hidden with the conversation, and gone with the note."""

    note: Any = tenant_fk("inbox.Note")
    note_id: UUID
    conversation: Any = tenant_fk("core.Conversation")
    conversation_id: UUID
    member_id = fields.UUIDField()
    created_at = fields.DatetimeField(auto_now_add=True)
    read_at = fields.DatetimeField(null=True)

    class Meta:
        app = "inbox"
        table = "inbox_mention"
        indexes = (Index(fields=("tenant_id", "member_id", "id")), Index(fields=("tenant_id", "member_id", "read_at")))
