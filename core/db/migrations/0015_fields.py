"""Fields of contacts by which conversations are found; tags that are deleted."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)


class Migration(migrations.Migration):
    dependencies = [("core", "0014_search")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "39_fields.sql").read_text())]  # noqa: RUF012
