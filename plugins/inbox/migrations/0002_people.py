from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations.operations import AddField, RunSQL


def _of_member() -> list[Index]:
    return [Index(fields=["tenant_id", "member_id", "id"]), Index(fields=["tenant_id", "member_id", "read_at"])]


class Migration(migrations.Migration):
    dependencies = [("inbox", "0001_initial")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        AddField(model_name="Note", name="mentions", field=fields.JSONField(null=True)),
        AddField(model_name="Note", name="edited_at", field=fields.DatetimeField(null=True)),
        CreateTenantModel(
            name="Mention",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("note", fields.ForeignKeyField("inbox.Note", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
                ("read_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "inbox_mention", "app": "inbox", "indexes": _of_member(), "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_mention", references={"note_id": "inbox_note", "conversation_id": "conversations"}),
        CreateTenantModel(
            name="Follow",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
            ],
            options={"table": "inbox_follow", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_follow", references={"conversation_id": "conversations"}),
        CreateTenantModel(
            name="Notice",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("kind", fields.CharField(max_length=20)),
                ("count", fields.IntField(default=1)),
                ("actor", fields.TextField(null=True)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
                ("read_at", fields.DatetimeField(null=True)),
                ("event_id", fields.BigIntField(null=True)),
            ],
            options={"table": "inbox_notice", "app": "inbox", "indexes": _of_member(), "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_notice", references={"conversation_id": "conversations"}),
        RunSQL(["create index inbox_notice_of_kind on inbox_notice (tenant_id, conversation_id, kind)",
                "create index inbox_notice_read on inbox_notice (tenant_id, read_at) where read_at is not null"]),
        CreateTenantModel(
            name="NoticeWishes",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("wishes", fields.JSONField(default=dict)),
            ],
            options={"table": "inbox_notice_wishes", "app": "inbox",
                     "unique_together": (("tenant", "member_id"),), "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_notice_wishes"),
        CreateTenantModel(
            name="Browser",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("fingerprint", fields.CharField(max_length=64)),
                ("locale", fields.CharField(max_length=2)),
                ("label", fields.CharField(max_length=100)),
                ("created_at", fields.DatetimeField(auto_now_add=True)),
            ],
            options={"table": "inbox_browser", "app": "inbox",
                     "unique_together": (("tenant", "member_id", "fingerprint"),), "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_browser"),
    ]
