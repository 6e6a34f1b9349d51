from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations


class Migration(migrations.Migration):
    dependencies = [("inbox", "0002_people")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        CreateTenantModel(
            name="QuickReply",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("owner_id", fields.UUIDField(null=True)),
                ("shortcut", fields.CharField(max_length=32)),
                ("title", fields.CharField(max_length=80)),
                ("body", fields.TextField()),
                ("language", fields.CharField(max_length=2, null=True)),
                ("files", fields.JSONField(default=list)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True)),
            ],
            options={"table": "inbox_quick_reply", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_quick_reply"),
        CreateTenantModel(
            name="Draft",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField(db_index=True)),
                ("body", fields.TextField()),
                ("reply_to", fields.UUIDField(null=True)),
                ("files", fields.JSONField(default=list)),
                ("version", fields.BigIntField()),
            ],
            options={"table": "inbox_draft", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_draft", references={"conversation_id": "conversations"}),
    ]
