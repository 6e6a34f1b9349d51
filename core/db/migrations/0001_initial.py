"""The kernel's tables. The SQL beside this file makes them; the models are told to Tortoise's graph for plugins."""

from pathlib import Path

from tortoise import migrations
from tortoise.migrations.operations import CreateModel, RunSQL

from core.db import models

_SQL = Path(__file__).with_name("sql")


class KnownModel(CreateModel):
    """A model whose table the SQL has made: enters the graph's state, touches no database."""

    async def database_forward(self, *args: object, **kwargs: object) -> None:
        return None


def _known(model: type) -> KnownModel:
    fields = [(name, field) for name, field in model._meta.fields_map.items()]  # type: ignore[attr-defined]
    return KnownModel(name=model.__name__, fields=fields, options={"table": model._meta.db_table, "app": "core"})  # type: ignore[attr-defined]


class Migration(migrations.Migration):
    initial = True
    operations = [  # noqa: RUF012 - Tortoise reads it from the class
        *(RunSQL(path.read_text()) for path in sorted(_SQL.glob("0[1-7]_*.sql"))),
        *(_known(m) for m in (models.Tenant, models.Account, models.Contact, models.Conversation, models.Message)),
    ]
