"""Operations for plugins' migrations. A table with tenant_id that is not protected is refused at load."""

import re
from collections.abc import Mapping
from typing import Any

from tortoise.migrations.operations import AddField, CreateModel, RunSQL

__all__ = ["AddTenantField", "CreateTenantModel", "FilterableFields", "FilterableTimers", "ProtectTenantTable",
           "SearchableText"]  # fmt: skip

_REFERENCES = re.compile(r' REFERENCES "\w+" \("\w+"\)( ON DELETE (CASCADE|RESTRICT|SET NULL|SET DEFAULT|NO ACTION))?')


class CreateTenantModel(CreateModel):
    """CreateModel without its foreign keys: Tortoise 1.1.9 writes them whatever `db_constraint` says.

    They would name `id` alone, which is no key of a kernel table; ProtectTenantTable makes those that carry tenant_id.
    """

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        if state_editor is None:
            return
        model = new_state.apps.get_model(f"{app_label}.{self.name}")
        table = state_editor._get_model_sql_data(model).table_sql
        await state_editor._run_sql(_REFERENCES.sub("", table))


class ProtectTenantTable(RunSQL):
    """Give a plugin's table forced row-level security and tenant-carrying foreign keys.

    `references` maps a column to a kernel table: `{"contact_id": "contacts"}` adds
    `foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade`, without which a row
    could point at another tenant's contact (foreign keys do not obey row-level security). A table of the plugin's own,
    protected before, may be named as well.
    """

    def __init__(self, table: str, references: Mapping[str, str] | None = None) -> None:
        self.table, self.references = table, dict(references or {})
        keys = [
            f'alter table "{table}" add constraint "{table}_{column}_tenant" foreign key (tenant_id, "{column}") '
            f'references "{target}" (tenant_id, id) on delete cascade'
            for column, target in self.references.items()
        ]
        indexes = [
            f'create index "{table}_by_{column}" on "{table}" (tenant_id, "{column}")' for column in self.references
        ]
        tenant = (f'alter table "{table}" add constraint "{table}_tenant" foreign key (tenant_id) '
                  "references tenants (id) on delete cascade")
        key = f'alter table "{table}" add constraint "{table}_key" unique (tenant_id, id)'
        super().__init__([tenant, key, *keys, *indexes, f"select protect_tenant_table('\"{table}\"')"])

    def describe(self) -> str:
        return f"Protect {self.table} by tenant"


class FilterableFields(RunSQL):
    """Make a table of `contact_id`, `key`, `value` one that conversations are filtered by: `Plugin.contact_fields`
    names it. It gets a column `value_key`, which the database keeps, and an index: writers wait while both are made."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__([
            f'alter table "{table}" add column value_key uuid generated always as (field_key(value)) stored',
            f'create index "{table}_by_value" on "{table}" (tenant_id, key, value_key, contact_id)',
        ])

    def describe(self) -> str:
        return f"Filter by what {self.table} says of contacts"


class FilterableTimers(RunSQL):
    """Make a table of timers one that conversations are filtered by: `Plugin.conversation_timers` names it. It gets two
    indexes of those that run, by when they are due and by conversation: writers wait while they are made."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__([
            f'create index "{table}_by_due" on "{table}" (tenant_id, due_at, conversation_id) '
            "where stopped_at is null and paused_at is null",
            f'create index "{table}_that_run" on "{table}" (tenant_id, conversation_id, due_at) '
            "where stopped_at is null and paused_at is null",
        ])

    def describe(self) -> str:
        return f"Filter by the timers of {self.table}"


class SearchableText(RunSQL):
    """Let search find a text of a table by index: `Plugin.searchable` names it. The table gets a column `search_words`,
    which the database keeps in search's spelling, and an index: nobody reads or writes it while both are made."""

    def __init__(self, table: str, column: str) -> None:
        self.table = table
        super().__init__([
            f'alter table "{table}" add column search_words text generated always as (search_words("{column}")) stored',
            f'create index "{table}_by_words" on "{table}" using gin '
            "(search_keys(tenant_id, 0, search_words, '{}')) with (fastupdate = off)",
        ])

    def describe(self) -> str:
        return f"Find what {self.table} says"


class AddTenantField(AddField):
    """AddField of a `tenant_fk`: its constraint carries tenant_id, which Tortoise's own would not. `references` is the
    table it points at, as in ProtectTenantTable. The constraint is checked without holding up who writes."""

    def __init__(self, model_name: str, name: str, field: Any, references: str) -> None:
        super().__init__(model_name, name, field)
        self.references = references

    async def database_forward(self, app_label: str, old_state: Any, new_state: Any, state_editor: Any = None) -> None:
        if state_editor is None:
            return
        model = new_state.apps.get_model(f"{app_label}.{self.model_name}")
        table, field = model._meta.db_table, model._meta.fields_map[self.name]
        column = field.source_field or f"{self.name}_id"
        null = "" if field.null else " not null"
        key = f"{table}_{column}_tenant"
        for statement in (
            f'alter table "{table}" add column "{column}" uuid{null}',
            f'alter table "{table}" add constraint "{key}" foreign key (tenant_id, "{column}") '
            f'references "{self.references}" (tenant_id, id) on delete cascade not valid',
            f'alter table "{table}" validate constraint "{key}"',
            f'create index "{table}_by_{column}" on "{table}" (tenant_id, "{column}")',
        ):
            await state_editor._run_sql(statement)
