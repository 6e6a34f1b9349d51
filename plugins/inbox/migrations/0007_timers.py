"""Conversations are filtered by their timers."""

from comptoir_sdk.migrations import FilterableTimers
from tortoise import migrations


class Migration(migrations.Migration):
    dependencies = [("inbox", "0006_words")]  # noqa: RUF012 - Tortoise reads it from the class
    operations = [FilterableTimers("inbox_timer")]  # noqa: RUF012
