"""What plugins keep sealed, and the requests of people for their data."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("core", "0004_groups")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL(path.read_text()) for path in sorted(_SQL.glob("28_*.sql"))]  # noqa: RUF012
