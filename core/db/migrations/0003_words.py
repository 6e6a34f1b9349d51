"""Every word of Meta's, media that never goes missing, a journal one can question."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("core", "0002_people")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL(path.read_text()) for path in sorted(_SQL.glob("*.sql")) if "13_" <= path.name < "19_"]  # noqa: RUF012
