"""Conversations that a member wants to hear nothing of."""

from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("inbox", "0007_timers")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        CreateTenantModel(
            name="Mute",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("until", fields.DatetimeField(null=True)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
            ],
            options={"table": "inbox_mute", "app": "inbox", "pk_attr": "id", "indexes": [
                Index(fields=["tenant_id", "member_id"]), Index(fields=["tenant_id", "conversation_id"])]},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_mute", references={"conversation_id": "conversations"}),
    ]
