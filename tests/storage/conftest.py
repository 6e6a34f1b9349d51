"""The S3 server of the session."""

from collections.abc import Iterator

import pytest

from tests.storage.s3_server import S3Server, s3_server


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server
