"""Whose rows whatever is running now may see: set once per request, job or socket, read by every connection taken.

This is the only place where the database learns of the tenant and of the member. Without a tenant, row-level security
shows no rows; without a viewer, all of the tenant's: jobs and intake work for nobody in particular.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

Sees = Literal["all", "team", "own"]


@dataclass(frozen=True, slots=True)
class Viewer:
    """How much of the tenant's conversations a caller sees (policy `visibility` in 11_walls.sql)."""

    member_id: UUID | None
    sees: Sees


_tenant: ContextVar[UUID | None] = ContextVar("comptoir_tenant", default=None)
_viewer: ContextVar[Viewer | None] = ContextVar("comptoir_viewer", default=None)


def current_viewer() -> Viewer | None:
    """On whose behalf the rows are read, or None for the kernel's own work."""
    return _viewer.get()


_request: ContextVar[str | None] = ContextVar("comptoir_request", default=None)


def current_request() -> str | None:
    """The id of the request being served, or None."""
    return _request.get()


@contextmanager
def request_scope(request_id: str) -> Iterator[None]:
    """What is written inside, for a tenant, remembers the request. The id is tame: `core.request_ids`."""
    token = _request.set(request_id)
    try:
        yield
    finally:
        _request.reset(token)


@contextmanager
def viewer_scope(viewer: Viewer | None) -> Iterator[None]:
    """Inside a tenant's scope: see what this member sees. None sees all of the tenant."""
    token = _viewer.set(viewer)
    try:
        yield
    finally:
        _viewer.reset(token)


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
