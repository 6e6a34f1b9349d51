from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations
from tortoise.indexes import Index


class Migration(migrations.Migration):
    dependencies = [("inbox", "0003_compose")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        CreateTenantModel(
            name="View",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField(null=True)),
                ("shared", fields.BooleanField(default=False)),
                ("name", fields.CharField(max_length=60)),
                ("colour", fields.CharField(default="grey", max_length=20)),
                ("icon", fields.CharField(default="", max_length=40)),
                ("wanted", fields.JSONField()),
                ("sort", fields.CharField(default="latest", max_length=10)),
                ("position", fields.IntField(default=0)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
            ],
            options={"table": "inbox_view", "app": "inbox", "pk_attr": "id",
                     "indexes": [Index(fields=["tenant_id", "member_id"])]},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_view"),
    ]
