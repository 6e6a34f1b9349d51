"""What a plugin's models say that its migrations do not: the writers of the next migration.

Found over all apps together: `tortoise makemigrations <plugin>` forgets the others and fails at the first foreign key.
"""

from collections.abc import Mapping
from typing import Any

from tortoise.apps import Apps
from tortoise.fields.relational import RelationalField
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterField, AlterModelOptions, Operation
from tortoise.migrations.schema_generator.operation_generator import OperationGenerator
from tortoise.migrations.schema_generator.state import State
from tortoise.migrations.writer import MigrationWriter

_OF_THE_TABLE = ("table", "unique_together", "indexes", "constraints")
_OF_A_REFERENCE = ("null", "unique", "primary_key", "on_delete", "source_field")


async def changes(apps: Apps, configured: Mapping[str, Any], label: str) -> MigrationWriter | None:
    """The migration that is missing, or None. `configured` are the apps of Tortoise's configuration."""
    return await _Detector(apps, dict(configured)).of(label)


class _Detector(MigrationAutodetector):
    async def of(self, label: str) -> MigrationWriter | None:
        await self.loader.build_graph()
        old, new = await self._project_state(), self._current_state()
        found = OperationGenerator(old, new).generate(app_labels=[label])
        operations = [one for one in found if not _is_noise(one, old, label)]
        if not operations:
            return None
        name, initial = self._migration_name(label, old, new)
        return MigrationWriter(name, label, operations, dependencies=self._dependencies_for_app(label, new),
                               initial=initial, migrations_module=self.apps_config[label]["migrations"])


def _is_noise(operation: Operation, old: State, label: str) -> bool:
    """Tortoise takes what it filled in itself, and a changed docstring, for a change of the table."""
    if isinstance(operation, AlterField):
        before = old.models[label, operation.model_name].fields[operation.name]
        return _signature(before, operation.name) == _signature(operation.field, operation.name)
    if isinstance(operation, AlterModelOptions):
        options = old.models[label, operation.name].options
        return all(_told(options.get(key)) == _told(operation.options.get(key)) for key in _OF_THE_TABLE)
    return False


def _told(option: Any) -> object:
    """Indexes and constraints are no equals of their likes: what they are made of is compared."""
    if isinstance(option, list | tuple):
        return [one.deconstruct() if hasattr(one, "deconstruct") else _told(one) for one in option]
    return option or []


def _signature(field: Any, name: str) -> object:
    path, arguments, options = field.deconstruct()
    if not isinstance(field, RelationalField):
        return path, arguments, {key: value for key, value in options.items() if key != "description"}
    usual = {"null": False, "unique": False, "primary_key": False, "on_delete": "CASCADE", "source_field": f"{name}_id"}
    told = {key: options.get(key, usual[key]) for key in _OF_A_REFERENCE}
    return path, options.get("model_name", arguments[:1]), {key: str(value) for key, value in told.items()}
