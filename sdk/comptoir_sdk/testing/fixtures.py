"""pytest fixtures: import them in a conftest.py."""

from collections.abc import AsyncIterator, Iterator
from importlib.metadata import entry_points

import pytest

from comptoir_sdk.testing.kernel import Cluster, Kernel, find_kernel


@pytest.fixture(scope="session")
def comptoir_cluster() -> Iterator[Cluster]:
    """One PostgreSQL for the session."""
    with find_kernel() as cluster:
        yield cluster


@pytest.fixture
async def comptoir(comptoir_cluster: Cluster) -> AsyncIterator[Kernel]:
    """The kernel with every plugin that is installed here; a tenant has those it is given."""
    installed = sorted(point.name for point in entry_points(group="comptoir.plugins"))
    async with comptoir_cluster.kernel(installed) as kernel:
        yield kernel
