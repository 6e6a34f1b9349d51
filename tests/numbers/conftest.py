from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core.app import NoPlugins, WebProcess
from core.auth.permissions import Role
from core.config import Egress, Server, Settings, load
from core.db.pool import Database
from core.http.application import Application
from core.tenancy.seed import create_api_key
from tests.http.callers import Caller
from tests.http.conftest import Drawer
from tests.numbers.clinic import Clinic, open_clinic
from tests.seed import SECRET_KEY, SeededTenant

As = Callable[[SeededTenant, Role], Awaitable[Caller]]


@pytest.fixture
async def clinic(db: Database, tenant: SeededTenant) -> AsyncIterator[Clinic]:
    async with open_clinic(db, tenant) as opened:
        yield opened


@pytest.fixture
def settings(clinic: Clinic, database_url: str, tmp_path: Path) -> Settings:
    """The sandbox is the only private host that numbers may name."""
    (tmp_path / "config.yaml").write_text("{}")
    env = {"DATABASE_URL": database_url, "VALKEY_URL": "redis://127.0.0.1:1/0", "COMPTOIR_DATA": str(tmp_path),
           "COMPTOIR_SECRET_KEY": SECRET_KEY}  # fmt: skip
    found = load(env, tmp_path / "config.yaml")
    sandbox = clinic.sandbox_url.removeprefix("http://")
    return replace(found, egress=Egress(graph=(sandbox,)), server=Server(public_url=clinic.public_url))


@pytest.fixture
async def process(settings: Settings, db: Database, clinic: Clinic) -> AsyncIterator[WebProcess]:
    process = WebProcess(settings, db, None, Drawer(), NoPlugins(), None)
    process.numbers = replace(process.numbers, sandbox_url=clinic.sandbox_url)
    process.app.extensions["comptoir"].numbers = process.numbers
    async with process.app.test_app():
        yield process


@pytest.fixture
def app(process: WebProcess) -> Application:
    return process.app


@pytest.fixture
def as_role(app: Application, db: Database) -> As:
    """A program with a key of this tenant, in the role."""

    async def issue(tenant: SeededTenant, role: Role) -> Caller:
        key = await create_api_key(db, tenant.id, "a program", role)
        return Caller(app, {"Authorization": f"Bearer {key}"})

    return issue


@pytest.fixture
async def admin(as_role: As, tenant: SeededTenant) -> Caller:
    return await as_role(tenant, "admin")
