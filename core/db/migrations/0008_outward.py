"""The road for code that is not trusted: signed webhooks out, and sandboxed frames."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import RunSQL

_HERE = Path(__file__)
_BEFORE = max(path.stem for path in _HERE.parent.glob("0*.py") if path.stem < _HERE.stem)


class Migration(migrations.Migration):
    dependencies = [("core", _BEFORE)]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [RunSQL((_HERE.with_name("sql") / "30_outward.sql").read_text())]  # noqa: RUF012
