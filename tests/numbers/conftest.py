from collections.abc import AsyncIterator

import pytest

from core.db.pool import Database
from tests.numbers.clinic import Clinic, open_clinic
from tests.seed import SeededTenant


@pytest.fixture
async def clinic(db: Database, tenant: SeededTenant) -> AsyncIterator[Clinic]:
    async with open_clinic(db, tenant) as opened:
        yield opened
