"""The road for code that is not trusted: signed webhooks out, and sandboxed frames."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0006_people")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "30_outward.sql").read_text())]  # noqa: RUF012
