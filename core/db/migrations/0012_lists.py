"""What lists of conversations are made of: tags, priority, since when a customer waits, and an index for each way."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0011_thread")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "31_lists.sql").read_text())]  # noqa: RUF012
