"""Notes are found by an index."""

from comptoir_sdk.migrations import SearchableText
from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("inbox", "0005_rules"), ("core", "0014_search")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [SearchableText("inbox_note", "body")]  # noqa: RUF012
