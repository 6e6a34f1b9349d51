"""Search: what messages, contacts and groups say, in one spelling, and the index by which it is found."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0013_compose")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "32_search.sql").read_text())]  # noqa: RUF012
