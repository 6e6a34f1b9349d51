"""What a plugin's migrations should not do: told to its author before it is told to everybody by the database."""

import importlib
import pkgutil
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from comptoir_sdk import Plugin
from comptoir_sdk.migrations import (
    AddTenantField,
    CreateTenantModel,
    FilterableFields,
    FilterableTimers,
    ProtectTenantTable,
    SearchableText,
)
from tortoise.fields.relational import RelationalField
from tortoise.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    AlterField,
    CreateModel,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
    RunSQL,
)

from core.plugins.statements import harm, hidden, plain

_OURS = (FilterableFields, FilterableTimers, ProtectTenantTable, SearchableText)
_GONE = (DeleteModel, RemoveField, RenameField, RenameModel)
_SLOW = re.compile(r"create (unique )?index (?!concurrently)|alter column \S+ (set data )?type|set not null|vacuum full"
                   r"|\block table\b|add constraint (?!.*not valid)", re.IGNORECASE)


@dataclass(frozen=True)
class Finding:
    migration: str
    wrong: str
    harmful: bool = False
    """It would hurt others than the plugin: such a migration is not applied."""

    def __str__(self) -> str:
        return f"{self.migration}: {self.wrong}"


def lint(plugin: Plugin) -> list[Finding]:
    """Over all its migrations, in order."""
    known, depended, found = set[str](), {plugin.name}, list[Finding]()
    for name, migration in migrations_of(plugin):
        depended |= {app for app, _ in migration.dependencies or ()}
        made = {operation.name: str((operation.options or {}).get("table")) for operation in migration.operations
                if isinstance(operation, CreateModel)}
        for operation in migration.operations:
            found += [Finding(name, wrong) for wrong in (*_dependencies(operation, depended),
                                                         *_of_rows(operation, known, made.values()),
                                                         *_of_walls(operation))]
            found += [Finding(name, wrong, harmful=True) for wrong in _of_others(plugin, operation)]
        found += [Finding(name, wrong) for wrong in _unprotected(migration.operations)]
        known |= made.keys()
    return found


def migrations_of(plugin: Plugin) -> Iterator[tuple[str, Any]]:
    """(name, its Migration class), in order."""
    if plugin.migrations is None:
        return
    package = importlib.import_module(plugin.migrations)
    for name in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"{plugin.migrations}.{name}")
        if hasattr(module, "Migration"):
            yield name, module.Migration


def _dependencies(operation: Any, depended: set[str]) -> Iterator[str]:
    fields = dict(operation.fields) if isinstance(operation, CreateModel) else \
        {operation.name: operation.field} if isinstance(operation, AddField | AlterField) else {}
    for name, field in fields.items():
        if isinstance(field, RelationalField) and isinstance(target := getattr(field, "model_name", None), str):
            app = target.partition(".")[0]
            if app not in depended:
                yield f"{name} points at {target}, and `dependencies` names no migration of {app}"


def _of_rows(operation: Any, known: set[str], empty: Collection[str]) -> Iterator[str]:
    """What tables that have rows already would suffer. `known` are models that earlier migrations made, `empty` the
    tables that this one makes."""
    model = getattr(operation, "model_name", getattr(operation, "old_name", getattr(operation, "name", "")))
    if isinstance(operation, RunSQL) and not isinstance(operation, _OURS):
        yield from (f"`{found[0]}` holds a lock for as long as the table is long" for sql in _statements(operation)
                    if (found := _SLOW.search(plain(sql))) and not _is_on(plain(sql), empty))
    elif model in known and (wrong := _of_known(operation)):
        yield f"{wrong} ({operation.describe()})"


def _is_on(sql: str, tables: Collection[str]) -> bool:
    """Whether it makes an index on one of these."""
    found = re.search(r"^create (?:unique )?index \S+ on (\w+)", sql)
    return found is not None and found[1] in tables


def _of_known(operation: Any) -> str:
    if isinstance(operation, AddField):
        field: Any = operation.field
        filled = field.null or (field.has_db_default() and not isinstance(operation, AddTenantField))
        return "" if filled else "rows that are there have no value for it: give it null=True or db_default="
    if isinstance(operation, AddIndex | AddConstraint):
        return ("nobody can write to the table meanwhile: RunSQL with `create index concurrently`, or `add constraint "
                "… not valid` and `validate constraint`, in a migration that is not atomic")
    if isinstance(operation, AlterField):
        return "the table may be rewritten: add a new field instead"
    return "processes of the last version still use it: take it away one version later" \
        if isinstance(operation, _GONE) else ""


def _of_walls(operation: Any) -> Iterator[str]:
    if isinstance(operation, CreateModel) and not isinstance(operation, CreateTenantModel):
        yield f"{operation.name} is made by CreateModel: CreateTenantModel leaves out keys that do not carry the tenant"
    if isinstance(operation, RunSQL) and not isinstance(operation, _OURS):
        for sql in _statements(operation):
            yield from hidden(sql)


def _of_others(plugin: Plugin, operation: Any) -> Iterator[str]:
    prefix = f"{plugin.name}_"
    if isinstance(operation, RunSQL) and not isinstance(operation, _OURS):
        for sql in _statements(operation):
            yield from harm(sql, prefix)
    if isinstance(operation, CreateModel):
        table = str((operation.options or {}).get("table"))
        if not table.startswith(prefix):
            yield f"its table {table} must be called {prefix}…"


def _unprotected(operations: Any) -> Iterator[str]:
    walls = {operation.table for operation in operations if isinstance(operation, ProtectTenantTable)}
    for operation in operations:
        if isinstance(operation, CreateModel) and (table := str((operation.options or {}).get("table"))) not in walls:
            yield f"the table {table} gets no ProtectTenantTable({table!r}, references=…)"


def _statements(operation: RunSQL) -> list[str]:
    given = operation.sql if isinstance(operation.sql, list | tuple) else [operation.sql]
    return [one if isinstance(one, str) else one[0] for one in given]
