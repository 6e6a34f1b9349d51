from tortoise import fields, migrations
from tortoise.migrations.operations import AddField, RunSQL


class Migration(migrations.Migration):
    dependencies = [("inbox", "0005_rules")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        AddField(model_name="Rule", name="tags", field=fields.JSONField(null=True)),
        AddField(model_name="Rule", name="priorities", field=fields.JSONField(null=True)),
        AddField(model_name="Rule", name="languages", field=fields.JSONField(null=True)),
        AddField(model_name="Notice", name="event_id", field=fields.BigIntField(null=True)),
        RunSQL(["create index inbox_notice_of_kind on inbox_notice (tenant_id, conversation_id, kind)",
                "create index inbox_notice_read on inbox_notice (tenant_id, read_at) where read_at is not null"]),
    ]
