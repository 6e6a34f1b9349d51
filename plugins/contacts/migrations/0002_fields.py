from comptoir_sdk.migrations import FilterableFields
from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("core", "0015_fields")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [FilterableFields("contacts_attribute")]  # noqa: RUF012
