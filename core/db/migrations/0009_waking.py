"""Snoozed conversations open again by themselves."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0008_outward")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "37_waking.sql").read_text())]  # noqa: RUF012
