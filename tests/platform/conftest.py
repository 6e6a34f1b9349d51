"""Whoever runs the installation, and callers of the API."""

from collections.abc import Awaitable, Callable

import pytest

from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller, new_member
from tests.http.conftest import anonymous, app, enter, process, settings, thread, with_key
from tests.seed import SeededTenant

__all__ = ["anonymous", "app", "enter", "process", "settings", "thread", "with_key"]

Operator = Callable[[SeededTenant], Awaitable[Caller]]


@pytest.fixture
def operator(app: Application, db: Database) -> Operator:
    """A platform admin who works in this tenant."""

    async def log_in(tenant: SeededTenant) -> Caller:
        user_id, email = await new_member(db, tenant.id, "viewer")
        await db.system.execute("update users set platform_admin = true where id = $1", user_id)
        caller = Caller(app)
        assert (await caller.log_in(email)).status == 200
        return caller

    return log_in
