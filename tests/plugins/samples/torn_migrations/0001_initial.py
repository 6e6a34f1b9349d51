from tortoise import migrations
from tortoise.migrations.operations import RunSQL


class Migration(migrations.Migration):
    dependencies = [("core", "0001_initial")]  # noqa: RUF012 - Tortoise reads it from the class
    initial = True
    operations = [RunSQL("create table torn_half (id int)"), RunSQL("this is not SQL")]  # noqa: RUF012
