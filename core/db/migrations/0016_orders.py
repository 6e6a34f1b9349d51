"""Indexes of nobody's conversations, of who waits by their latest message, and of counts."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0015_fields")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "40_orders.sql").read_text())]  # noqa: RUF012
