from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]  # noqa: RUF012 - Tortoise reads it from the class
    initial = True
    operations = [  # noqa: RUF012
        RunSQL("create table bare_row (id uuid primary key, tenant_id uuid not null, note text)"),
    ]
