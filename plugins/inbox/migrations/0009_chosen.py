"""Where a person moved a conversation is kept; a shortcut has one quick reply."""

from tortoise import fields, migrations
from tortoise.migrations.operations import AddField, RunSQL

_HALF_MADE = "drop index concurrently if exists inbox_quick_reply_once"
_ONCE = """
create unique index concurrently inbox_quick_reply_once
    on inbox_quick_reply (tenant_id, upper(shortcut), owner_id, language) nulls not distinct
"""


class Migration(migrations.Migration):
    atomic = False  # an index on rows that there are; what was cut off begins again, the field last
    dependencies = [("inbox", "0008_mutes")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [  # noqa: RUF012
        RunSQL([_HALF_MADE, _ONCE.strip()]),
        AddField(model_name="Assignment", name="chosen_team_id", field=fields.UUIDField(null=True)),
    ]
