"""Rules that give conversations, who is at their desk, and the timers of answers."""

from comptoir_sdk import uuid7
from comptoir_sdk.migrations import CreateTenantModel, ProtectTenantTable
from tortoise import fields, migrations
from tortoise.migrations.operations import RunSQL

# One row for each noun; what the sweeps look for is found by index, however many rows there are.
_INDEXES = """
create unique index inbox_assignment_once on inbox_assignment (tenant_id, conversation_id);
create index inbox_assignment_waiting on inbox_assignment (tenant_id, waiting_since, id) where state = 'waiting';
create index inbox_assignment_given on inbox_assignment (tenant_id, member_id) where state = 'given' and not ended;
create unique index inbox_desk_once on inbox_desk (tenant_id, member_id);
create unique index inbox_dispatch_once on inbox_dispatch (tenant_id);
create unique index inbox_turn_once on inbox_turn (tenant_id, rule_id, member_id);
create unique index inbox_timer_running on inbox_timer (tenant_id, conversation_id, kind) where stopped_at is null;
create index inbox_timer_next on inbox_timer (tenant_id, next_at) where next_at is not null;
create index inbox_timer_started on inbox_timer (tenant_id, started_at desc, id desc)
"""


class Migration(migrations.Migration):
    dependencies = [("inbox", "0004_views")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        CreateTenantModel(
            name="Assignment",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("state", fields.CharField(max_length=10)),
                ("member_id", fields.UUIDField(null=True)),
                ("rule_id", fields.UUIDField(null=True)),
                ("team_id", fields.UUIDField(null=True)),
                ("why", fields.JSONField(default=dict)),
                ("waiting_since", fields.DatetimeField(null=True)),
                ("wait_until", fields.DatetimeField(null=True)),
                ("given_at", fields.DatetimeField(null=True)),
                ("ended", fields.BooleanField(default=False)),
                ("event_id", fields.BigIntField(default=0)),
                ("version", fields.IntField(default=0)),
            ],
            options={"table": "inbox_assignment", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_assignment", references={"conversation_id": "conversations"}),
        CreateTenantModel(
            name="Desk",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("available", fields.BooleanField(default=True)),
                ("until", fields.DatetimeField(null=True)),
                ("since", fields.DatetimeField(null=True)),
                ("capacity", fields.IntField(null=True)),
            ],
            options={"table": "inbox_desk", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_desk"),
        CreateTenantModel(
            name="Dispatch",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("capacity", fields.IntField(default=10)),
                ("absent_minutes", fields.IntField(null=True)),
                ("regive_minutes", fields.IntField(null=True)),
                ("turn", fields.BigIntField(default=0)),
                ("version", fields.IntField(default=1)),
            ],
            options={"table": "inbox_dispatch", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_dispatch"),
        CreateTenantModel(
            name="Rule",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("position", fields.IntField()),
                ("name", fields.CharField(max_length=80)),
                ("enabled", fields.BooleanField(default=True)),
                ("account_id", fields.UUIDField(null=True)),
                ("team_id", fields.UUIDField(null=True)),
                ("to_team_id", fields.UUIDField(null=True)),
                ("method", fields.CharField(max_length=20)),
                ("sticky", fields.BooleanField(default=True)),
                ("off_hours", fields.CharField(default="as_usual", max_length=10)),
                ("off_hours_team_id", fields.UUIDField(null=True)),
                ("off_hours_reply", fields.TextField(default="", unique=False)),
                ("tags", fields.JSONField(null=True)),
                ("priorities", fields.JSONField(null=True)),
                ("languages", fields.JSONField(null=True)),
            ],
            options={"table": "inbox_rule", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_rule"),
        CreateTenantModel(
            name="Target",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("position", fields.IntField()),
                ("name", fields.CharField(max_length=80)),
                ("account_id", fields.UUIDField(null=True)),
                ("team_id", fields.UUIDField(null=True)),
                ("first_response_minutes", fields.IntField(null=True)),
                ("resolution_minutes", fields.IntField(null=True)),
                ("working", fields.BooleanField(default=True)),
                ("warn_minutes", fields.IntField(default=10)),
            ],
            options={"table": "inbox_target", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_target"),
        CreateTenantModel(
            name="Timer",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("conversation", fields.ForeignKeyField("core.Conversation", db_constraint=False, related_name=False)),
                ("kind", fields.CharField(max_length=20)),
                ("account_id", fields.UUIDField()),
                ("team_id", fields.UUIDField(null=True)),
                ("minutes", fields.IntField()),
                ("warn_minutes", fields.IntField()),
                ("working", fields.BooleanField()),
                ("started_at", fields.DatetimeField()),
                ("warn_at", fields.DatetimeField()),
                ("due_at", fields.DatetimeField()),
                ("paused_at", fields.DatetimeField(null=True)),
                ("next_at", fields.DatetimeField(null=True)),
                ("stopped_at", fields.DatetimeField(null=True)),
                ("outcome", fields.CharField(null=True, max_length=10)),
                ("taken_minutes", fields.FloatField(null=True)),
                ("member_id", fields.UUIDField(null=True)),
            ],
            options={"table": "inbox_timer", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_timer", references={"conversation_id": "conversations"}),
        CreateTenantModel(
            name="Turn",
            fields=[
                ("id", fields.UUIDField(primary_key=True, default=uuid7)),
                ("tenant", fields.ForeignKeyField("core.Tenant", db_constraint=False, related_name=False)),
                ("rule", fields.ForeignKeyField("inbox.Rule", db_constraint=False, related_name=False)),
                ("member_id", fields.UUIDField()),
                ("turn", fields.BigIntField()),
            ],
            options={"table": "inbox_turn", "app": "inbox", "pk_attr": "id"},
            bases=["TenantModel"],
        ),
        ProtectTenantTable("inbox_turn", references={"rule_id": "inbox_rule"}),
        RunSQL([statement.strip() for statement in _INDEXES.split(";")]),
    ]
