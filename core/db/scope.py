"""The tenant of whatever is running now: set once per request, job or socket, read by every connection taken.

This is the only place where the database learns of the tenant. Without a scope, row-level security shows no rows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

_tenant: ContextVar[UUID | None] = ContextVar("comptoir_tenant", default=None)


def current_tenant() -> UUID | None:
    """The tenant in scope, or None."""
    return _tenant.get()


def require_tenant() -> UUID:
    """The tenant in scope. Raises LookupError when there is none, which is always a programming error."""
    tenant = _tenant.get()
    if tenant is None:
        raise LookupError("no tenant in scope: wrap this in core.db.scope.tenant_scope(tenant_id)")
    return tenant


@contextmanager
def tenant_scope(tenant_id: UUID) -> Iterator[UUID]:
    """Everything inside sees the rows of this tenant and of no other."""
    token = _tenant.set(UUID(str(tenant_id)))
    try:
        yield tenant_id
    finally:
        _tenant.reset(token)
