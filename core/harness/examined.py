"""One installed plugin, looked at from the operator's side: what it registered, its tables and its migrations."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib.metadata import Distribution, entry_points
from typing import Any
from uuid import UUID, uuid4

from comptoir_sdk import Channel, Command, Job, Plugin, Route
from comptoir_sdk.ui import Element
from tortoise import Tortoise
from tortoise.fields.relational import RelationalField
from tortoise.models import Model

from core.db.migrate import CORE, tortoise_config
from core.db.pool import Database
from core.db.scope import tenant_scope
from core.plugins.changes import changes
from core.plugins.gate import parse_settings
from core.plugins.host import PluginHost
from core.plugins.incidents import Incident
from core.plugins.lint import lint
from core.plugins.loader import GROUP
from core.plugins.models import models_of, tables_of
from core.plugins.states import Installed
from core.plugins.tables import migrated_apps, unprotected

_VALUES: dict[type, Any] = {
    int: 1, float: 1.0, bool: True, Decimal: Decimal(1), UUID: uuid4, datetime: "2026-01-02T03:04:05Z",
    date: "2026-01-02", timedelta: timedelta(minutes=1), dict: {}, list: [], bytes: b"x",
}


class Examined:
    def __init__(self, db: Database, host: PluginHost, one: Installed) -> None:
        self._db, self._host, self._plugins, self._one = db, host, host.plugins, one
        self.name, self.state, self.why = one.name, one.state, one.why

    @property
    def plugin(self) -> Plugin:
        """Raises LookupError when it could not be imported."""
        if self._one.plugin is None:
            raise LookupError(f"plugin {self.name} is {self.state}: {self.why}")
        return self._one.plugin

    @property
    def routes(self) -> Sequence[Route]:
        return self._one.declared.routes

    @property
    def panels(self) -> Sequence[Element]:
        return self._one.declared.panels

    @property
    def jobs(self) -> Sequence[Job]:
        return self._one.declared.jobs

    @property
    def channels(self) -> Sequence[Channel]:
        return self._one.declared.channels

    @property
    def commands(self) -> Sequence[Command]:
        return self._one.declared.commands

    @property
    def tables(self) -> Sequence[str]:
        return tables_of(self.plugin)

    @property
    def distribution(self) -> Distribution | None:
        """The installed package that offers it."""
        point = next((point for point in entry_points(group=GROUP) if point.name == self.name), None)
        return point.dist if point else None

    def settings(self, values: dict[str, Any]) -> Any:
        """As config.yaml would give them. Raises ValueError."""
        return parse_settings(self.plugin.Settings, values)

    async def complaints(self) -> Sequence[str]:
        """What is wrong with the walls of its tables."""
        return await unprotected(self._db, self.plugin)

    async def missing_migration(self) -> str:
        """The migration that its models want and that it does not bring, as source; empty when they agree."""
        apps = [CORE, *migrated_apps(self._plugins)]
        if Tortoise.apps is None or self.name not in {app.label for app in apps}:
            return ""
        writer = await changes(Tortoise.apps, tortoise_config(self._db.url, apps)["apps"], self.name)
        return writer.as_string() if writer else ""

    async def incidents(self) -> Sequence[Incident]:
        """What the guard noted of it, for whichever tenant."""
        await self._host.record.settle(self._db)
        rows = await self._db.system.fetch(
            "select plugin, kind, call, told, place, traceback from plugin_incidents where plugin = $1 "
            "order by first_at, id", self.name)
        return [Incident(**row) for row in rows]

    def lint(self) -> Sequence[str]:
        """What its migrations would hold up or break."""
        return [str(finding) for finding in lint(self.plugin)]

    async def fill(self, tenant_id: UUID, nouns: dict[str, UUID]) -> dict[str, Model]:
        """One row in each of its tables, by table; `nouns` are ids of kernel rows, as in {"core.Contact": id}."""
        made: dict[str, Model] = {}
        with tenant_scope(tenant_id):
            for model in models_of(self.plugin):
                made[model._meta.db_table] = await self._make(model, nouns, made)
        return made

    async def count(self, tenant_id: UUID, table: str) -> int:
        """Rows that this tenant's scope shows, the database's own walls standing alone."""
        with tenant_scope(tenant_id):
            async with self._db.tenant() as connection:
                return int(await connection.fetchval(f'select count(*) from "{table}"'))  # noqa: S608 - its own table

    async def _make(self, model: type[Model], nouns: dict[str, UUID], made: dict[str, Model]) -> Model:
        values: dict[str, Any] = {}
        for name, field in model._meta.fields_map.items():
            if isinstance(field, RelationalField):
                if name in model._meta.fk_fields and name != "tenant":
                    target = made.get(field.related_model._meta.db_table)
                    values[f"{name}_id"] = target.pk if target else nouns.get(f"core.{field.related_model.__name__}")
            elif not (field.null or field.has_db_default() or field.pk or field.default is not None
                      or getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False)
                      or getattr(field, "reference", None)):
                values[name] = _value(field)
        return await model.create(**values)


def _value(field: Any) -> Any:
    if enum := getattr(field, "enum_type", None):
        return next(iter(enum))
    if field.field_type is str:
        return "x" * min(getattr(field, "max_length", 5), 5)
    found = _VALUES.get(field.field_type, "x")
    return found() if callable(found) else found
