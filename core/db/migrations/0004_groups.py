"""Groups as conversations of their own, and what the same step adds to lanes, intake and pages."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("core", "0003_words")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL(path.read_text()) for path in sorted(_SQL.glob("*.sql")) if "19_" <= path.name < "27_"]  # noqa: RUF012
