"""Operations for plugins' migrations. A table with tenant_id that is not protected is refused at load."""

from collections.abc import Mapping

from tortoise.migrations.operations import RunSQL

__all__ = ["ProtectTenantTable"]


class ProtectTenantTable(RunSQL):
    """Give a plugin's table forced row-level security and tenant-carrying foreign keys.

    `references` maps a column to a kernel table: `{"contact_id": "contacts"}` adds
    `foreign key (tenant_id, contact_id) references contacts (tenant_id, id) on delete cascade`, without which a row
    could point at another tenant's contact (foreign keys do not obey row-level security).
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
        super().__init__([tenant, *keys, *indexes, f"select protect_tenant_table('\"{table}\"')"])

    def describe(self) -> str:
        return f"Protect {self.table} by tenant"
