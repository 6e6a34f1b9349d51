"""The shared nouns as Tortoise models: what plugins may point their foreign keys at and read through the ORM.

The tables are made by core/db/migrations/sql; a test compares the two. The kernel's own hot paths use SQL.
"""

from tortoise import fields
from tortoise.models import Model


class Tenant(Model):
    """An organisation. One install serves many."""

    id = fields.UUIDField(primary_key=True)
    slug = fields.CharField(max_length=63)
    name = fields.TextField()
    locale = fields.CharField(max_length=2)
    timezone = fields.TextField()
    created_at = fields.DatetimeField()

    class Meta:
        app = "core"
        table = "tenants"


class Account(Model):
    """A WhatsApp business number of a tenant."""

    id = fields.UUIDField(primary_key=True)
    tenant_id = fields.UUIDField()
    phone_number_id = fields.TextField()
    waba_id = fields.TextField()
    display_phone_number = fields.TextField()
    verified_name = fields.TextField()

    class Meta:
        app = "core"
        table = "accounts"


class Contact(Model):
    """A person who writes to the tenant; known by one or more identities (phone, BSUID, parent BSUID)."""

    id = fields.UUIDField(primary_key=True)
    tenant_id = fields.UUIDField()
    name = fields.TextField(null=True)
    profile_name = fields.TextField(null=True)
    phone = fields.TextField(null=True)
    bsuid = fields.TextField(null=True)
    username = fields.TextField(null=True)
    created_at = fields.DatetimeField()
    updated_at = fields.DatetimeField()
    version = fields.IntField()

    class Meta:
        app = "core"
        table = "contacts"


class Conversation(Model):
    """The one thread between a contact, or a group, and an account."""

    id = fields.UUIDField(primary_key=True)
    tenant_id = fields.UUIDField()
    account_id = fields.UUIDField()
    contact_id = fields.UUIDField(null=True)
    status = fields.TextField()
    assignee_id = fields.UUIDField(null=True)
    last_message_at = fields.DatetimeField()
    last_inbound_at = fields.DatetimeField(null=True)
    unread_count = fields.IntField()
    version = fields.IntField()

    class Meta:
        app = "core"
        table = "conversations"


class Message(Model):
    """One message, inbound or outbound."""

    id = fields.UUIDField(primary_key=True)
    tenant_id = fields.UUIDField()
    conversation_id = fields.UUIDField()
    contact_id = fields.UUIDField(null=True)
    wamid = fields.TextField(null=True)
    direction = fields.TextField()
    type = fields.TextField()
    body = fields.TextField()
    status = fields.TextField()
    at = fields.DatetimeField()

    class Meta:
        app = "core"
        table = "messages"
