"""Files that plugins keep to be sent again and again."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0012_lists")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "34_compose.sql").read_text())]  # noqa: RUF012
