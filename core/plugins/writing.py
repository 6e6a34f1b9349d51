"""The next migration of a plugin, written from its models."""

import importlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from comptoir_sdk import Plugin
from tortoise.apps import Apps
from tortoise.context import TortoiseContext
from tortoise.fields.relational import RelationalField
from tortoise.migrations.operations import AddField, CreateModel
from tortoise.migrations.writer import ImportManager, MigrationWriter

from core.db.migrate import CORE, tortoise_config
from core.plugins.changes import changes
from core.plugins.loader import Plugins
from core.plugins.tables import migrated_apps

_NOWHERE = "postgresql://nobody@127.0.0.1/nothing"
_FIRST = (CORE.label, "0001_initial")
"""The shared nouns are there since the first migration: a later one would tie the plugin to a version of the kernel."""


async def next_migration(plugins: Plugins, plugin: Plugin, name: str | None = None) -> MigrationWriter | None:
    """What the models say and the migrations do not; None when they agree. No database is asked."""
    _ensure_package(plugin)
    config = tortoise_config(_NOWHERE, [CORE, *(app for app in migrated_apps(plugins) if app.models)])
    async with TortoiseContext() as context:
        await context.init(config=config)
        if context.apps is None or (found := await changes(context.apps, config["apps"], plugin.name)) is None:
            return None
        return _Writer(found, context.apps, name)


def _ensure_package(plugin: Plugin) -> None:
    """The folder of the first migration is made beside the models."""
    parent, _, last = (plugin.migrations or "").rpartition(".")
    folder = Path(next(iter(importlib.import_module(parent).__path__))) / last
    folder.mkdir(exist_ok=True)
    (folder / "__init__.py").touch()
    importlib.invalidate_caches()


class _Writer(MigrationWriter):
    """Tables come with their tenant, its keys and row-level security; references carry the tenant."""

    def __init__(self, found: MigrationWriter, apps: Apps, name: str | None) -> None:
        dependencies = [dep for dep in found.dependencies if dep[0] != CORE.label]
        number = found.name.partition("_")[0]
        called = re.sub(r"\W+", "_", name.lower()).strip("_") if name else "initial" if found.initial else "changes"
        super().__init__(f"{number}_{called}", found.app_label, found.operations, initial=found.initial,
                         dependencies=[_FIRST, *dependencies] if found.initial else dependencies,
                         migrations_module=found.migrations_module)
        self._tables = {f"{app}.{name}": str(model._meta.db_table)
                        for app, models in apps.items() for name, model in models.items()}

    def _format_operation(self, operation: Any, imports: ImportManager, *, indent: str) -> list[str]:
        if isinstance(operation, CreateModel):
            options = operation.options = dict(operation.options or {})
            options.pop("table_description", None)
            lines = super()._format_operation(operation, imports, indent=indent)
            imports.add_from("comptoir_sdk.migrations", "CreateTenantModel")
            imports.add_from("comptoir_sdk.migrations", "ProtectTenantTable")
            references = self._references(dict(operation.fields))
            told = f", references={references!r}" if references else ""
            return [lines[0].replace("ops.CreateModel", "CreateTenantModel"), *lines[1:],
                    f"{indent}ProtectTenantTable({str(options['table'])!r}{told}),"]
        lines = super()._format_operation(operation, imports, indent=indent)
        if isinstance(operation, AddField) and isinstance(operation.field, RelationalField):
            imports.add_from("comptoir_sdk.migrations", "AddTenantField")
            [target] = self._references({operation.name: operation.field}).values()
            return [lines[0].replace("ops.AddField", "AddTenantField"), *lines[1:-1],
                    f"{indent}    references={target!r},", lines[-1]]
        return lines

    def _references(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """Column → table of what points at something other than the tenant."""
        return {field.source_field or f"{name}_id": self._tables[_target(field)] for name, field in fields.items()
                if isinstance(field, RelationalField) and name != "tenant"}


def _target(field: Any) -> str:
    model = field.model_name if isinstance(field.model_name, str) else None
    return model or f"{field.model_name._meta.app}.{field.model_name.__name__}"
