"""Attributes are found by an index."""

from comptoir_sdk.migrations import SearchableText
from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_fields"), ("core", "0014_search")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [SearchableText("contacts_attribute", "value")]  # noqa: RUF012
