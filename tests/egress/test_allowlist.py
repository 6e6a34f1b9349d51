import pytest

from core.egress import Egress, Forbidden
from core.egress.addresses import literal
from core.egress.allowlist import Allowlist
from tests.egress.loopback import answering, serving


def allows(entries: list[str], host: str, address: str, port: int = 80) -> bool:
    parsed = literal(address)
    assert parsed is not None
    return Allowlist(entries).allows(host, parsed, port)


@pytest.mark.parametrize(
    ("entry", "host", "address", "port"),
    [
        ("10.1.0.0/16", "s3.example", "10.1.2.3", 80),
        ("127.0.0.1", "127.0.0.1", "127.0.0.1", 8603),
        ("127.0.0.1:8603", "127.0.0.1", "127.0.0.1", 8603),
        ("minio.internal", "MinIO.internal", "10.9.9.9", 9000),
        ("minio.internal:9000", "minio.internal", "10.9.9.9", 9000),
        ("fd00::/8", "x.example", "fd12::1", 443),
        ("[::1]:8603", "::1", "::1", 8603),
    ],
)
def test_the_operator_can_open_an_address_that_is_not_public(entry: str, host: str, address: str, port: int) -> None:
    assert not allows([], host, address, port)
    assert allows([entry], host, address, port)


@pytest.mark.parametrize(
    ("entry", "host", "address", "port"),
    [
        ("127.0.0.1:8603", "127.0.0.1", "127.0.0.1", 5432),
        ("10.1.0.0/16", "s3.example", "10.2.0.1", 80),
        ("minio.internal", "evil.example", "10.9.9.9", 80),
        ("minio.internal", "evil.minio.internal", "10.9.9.9", 80),
        ("127.0.0.0/8", "x.example", "::ffff:127.0.0.1", 80),
    ],
)
def test_an_entry_opens_no_more_than_it_says(entry: str, host: str, address: str, port: int) -> None:
    assert not allows([entry], host, address, port)


@pytest.mark.parametrize("entry", ["10.1.0.0/33", "10.1.2.3/16", "127.0.0.1:http", "", "300.1.2.3"])
def test_a_wrong_entry_is_refused_with_its_text(entry: str) -> None:
    with pytest.raises(ValueError, match="egress allow list"):
        Allowlist([entry])


def test_what_is_written_down_is_told_from_what_is_merely_public() -> None:
    written = Allowlist(["127.0.0.1:8603", "10.1.0.0/16", "proxy.internal:8443"])
    assert written.names("127.0.0.1", 8603)
    assert written.names("10.1.2.3", 80)
    assert written.names("Proxy.Internal", 8443)
    for host, port in (("127.0.0.1", 8604), ("proxy.internal", 443), ("graph.facebook.com", 443), ("1.1.1.1", 443)):
        assert not written.names(host, port)


async def test_the_sandbox_on_loopback_is_reached_when_it_is_allowed_and_only_then() -> None:
    async with serving(answering(b"hello")) as server:
        async with Egress() as closed:
            with pytest.raises(Forbidden, match="allow list"):
                await closed.request("GET", server.url)
        assert server.received == []
        async with Egress([server.address]) as opened:
            assert (await opened.request("GET", server.url)).body == b"hello"
