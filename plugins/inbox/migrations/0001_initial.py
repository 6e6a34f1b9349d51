from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]  # noqa: RUF012 - Tortoise reads it from the class
    initial = True
    operations = [  # noqa: RUF012
        CreateTenantModel(
            name="Note",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("body", fields.CharField(max_length=4000)),
                ("author_id", fields.UUIDField(null=True)),
                ("author_name", fields.TextField()),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
            ],
            options={"table": "inbox_note", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_note", references={"conversation_id": "conversations"}),
    ]
