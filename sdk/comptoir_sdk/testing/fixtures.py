"""The pytest plugin of comptoir-sdk[testing]: pytest loads it by itself, there is nothing to import."""

from collections.abc import AsyncIterator, Iterator
from importlib.metadata import entry_points

import pytest
import pytest_asyncio

from comptoir_sdk.testing.kernel import Cluster, Kernel
from comptoir_sdk.testing.place import find_kernel


@pytest.fixture(scope="session")
def comptoir_cluster() -> Iterator[Cluster]:
    """One PostgreSQL for the session."""
    with find_kernel() as cluster:
        yield cluster


@pytest_asyncio.fixture
async def comptoir(comptoir_cluster: Cluster) -> AsyncIterator[Kernel]:
    """The kernel with every plugin that is installed here; a tenant has those it is given."""
    installed = sorted({point.name for point in entry_points(group="comptoir.plugins")})
    async with comptoir_cluster.kernel(installed) as kernel:
        yield kernel
