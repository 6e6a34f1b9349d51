"""The thread: what a message refers to, and its files by shelf."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0010_anywhere")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "33_thread.sql").read_text())]  # noqa: RUF012
