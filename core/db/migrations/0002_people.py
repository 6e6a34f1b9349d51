"""People, tenants, numbers and keys: roles, teams, ways in, data keys, the audit log."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_SQL = Path(__file__).with_name("sql")


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL(path.read_text()) for path in sorted(_SQL.glob("*.sql")) if "08_" <= path.name < "13_"]  # noqa: RUF012
