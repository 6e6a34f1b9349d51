"""Tables of plugins: every row belongs to a tenant, and every query happens in one."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar
from uuid import UUID

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.manager import Manager
from tortoise.models import Model
from tortoise.queryset import QuerySet

from comptoir_sdk.identifiers import uuid7

ModelT = TypeVar("ModelT", bound=Model)

_read_tenant: Callable[[], UUID | None] = lambda: None  # noqa: E731


def bind_tenant(read: Callable[[], UUID | None]) -> None:
    """Tell the models where the tenant in scope is found. Called by the kernel and by the test harness, once."""
    global _read_tenant
    _read_tenant = read


def tenant_in_scope() -> UUID:
    """Raises LookupError outside a hook, view or job, which is always a programming error."""
    tenant = _read_tenant()
    if tenant is None:
        raise LookupError("no tenant in scope: a plugin's tables are reached from its hooks, views and jobs only")
    return tenant


class TenantManager(Manager):
    """Adds the tenant to every query. Row-level security stands behind it; this makes the mistake visible."""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().filter(tenant_id=tenant_in_scope())


def tenant_fk(to: str, *, null: bool = False) -> ForeignKeyFieldInstance[Any]:
    """A foreign key to a kernel or required model. Name it in `ProtectTenantTable(references=…)` of the migration:

    the constraint there carries tenant_id, which a plain one would not, and could point at another tenant's row.
    """
    key: ForeignKeyFieldInstance[Any] = fields.ForeignKeyField(  # type: ignore[call-overload]
        to, related_name=False, db_constraint=False, null=null)
    return key


class TenantModel(Model):
    """Base of every table of a plugin. Set `Meta.app` to the plugin's name and `Meta.table` to `<plugin>_<noun>`."""

    id = fields.UUIDField(primary_key=True, default=uuid7)
    tenant: fields.ForeignKeyRelation[Any] = fields.ForeignKeyField(
        "core.Tenant", related_name=False, db_constraint=False)
    tenant_id: UUID | None

    class Meta:
        abstract = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._meta.manager = TenantManager(cls)  # one each: Tortoise would let all subclasses share the last one's

    async def save(self, using_db: BaseDBAsyncClient | None = None, update_fields: Iterable[str] | None = None,
                   force_create: bool = False, force_update: bool = False) -> None:
        """Fills in the tenant in scope; refuses another's."""
        tenant = tenant_in_scope()
        if self.tenant_id is None:
            self.tenant_id = tenant
        if self.tenant_id != tenant:
            raise ValueError(f"{type(self).__name__} of tenant {self.tenant_id} cannot be saved for tenant {tenant}")
        await super().save(using_db, update_fields, force_create, force_update)
