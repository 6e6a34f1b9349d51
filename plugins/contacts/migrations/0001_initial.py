from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]  # noqa: RUF012 - Tortoise reads it from the class
    initial = True
    operations = [  # noqa: RUF012
        CreateTenantModel(
            name="Attribute",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("contact", fields.ForeignKeyField("core.Contact", db_constraint=False, related_name=False)),
                ("key", fields.CharField(max_length=63)),
                ("value", fields.CharField(max_length=2000)),
                ("updated_at", fields.DatetimeField(auto_now=True)),
            ],
            options={"table": "contacts_attribute", "app": "contacts", "pk_attr": "id",
                     "unique_together": (("tenant", "contact", "key"),)},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("contacts_attribute", references={"contact_id": "contacts"}),
    ]
