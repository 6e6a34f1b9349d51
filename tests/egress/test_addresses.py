import socket
from typing import Any

import httpcore2
import pytest

from core.egress import Egress, Forbidden, NotSent
from core.egress.addresses import is_numeric_disguise, is_public, literal
from tests.egress.loopback import Received, answering, serving

PRIVATE = [
    "0.0.0.0", "0.1.2.3",  # noqa: S104 - an address to refuse, not to bind
    "10.0.0.1", "10.255.255.254", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3",
    "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.254", "192.0.0.1", "192.0.0.170", "192.0.2.1",
    "192.88.99.1", "192.168.0.1", "192.168.255.254", "198.18.0.1", "198.19.255.254", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:8.8.8.8",
    "::ffff:0:127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "100::1",
    "2001::1", "2001:0:7f00:1::", "2001:10::1", "2001:20::1", "2001:2::1", "2001:db8::1",
    "2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:808:808::1", "3fff::1", "5f00::1",
    "fc00::1", "fd00:ec2::254", "fdff:ffff::1", "fe80::1", "fe80::a9fe:a9fe", "febf::1", "fec0::1",
    "ff02::1", "ff0e::1", "4000::1", "1::1", "e000::1", "2620:4f:8000::1",
]  # fmt: skip
DISGUISED = [
    "2130706433", "0x7f000001", "017700000001", "0x7f.0.0.1", "127.1", "0177.0.0.1", "0x7f.1", "127.0.1",
    "0xa9fea9fe", "2852039166", "00000177.0.0.1", "127.0.0.1.",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "1.1.1.1", "31.13.84.51", "2a03:2880:f10c:83:face:b00c:0:25de", "2606:4700:4700::1111"]


class Wire(httpcore2.AsyncNetworkBackend):
    """A network that connects nothing and remembers every address it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []

    async def connect_tcp(self, host: str, port: int, *_rest: Any, **_more: Any) -> httpcore2.AsyncNetworkStream:
        self.asked.append((host, port))
        raise httpcore2.ConnectError("no network in this test")


def resolving(*answers: str) -> Any:
    async def resolve(_host: str, _port: int) -> list[str]:
        return list(answers)

    return resolve


def in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def test_the_table_has_sixty_addresses() -> None:
    assert len(PRIVATE) >= 60


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    parsed = literal(address)
    assert parsed is not None
    assert not is_public(parsed)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_known_as_such(address: str) -> None:
    parsed = literal(address)
    assert parsed is not None
    assert is_public(parsed)


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_private_address_written_in_the_url_is_never_reached(address: str) -> None:
    wire = Wire()
    async with Egress(network=wire) as egress:
        with pytest.raises(Forbidden):
            await egress.request("GET", f"http://{in_url(address)}/")
    assert wire.asked == []


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_resolves_to_a_private_address_is_never_reached(address: str) -> None:
    wire = Wire()
    async with Egress(network=wire, resolve=resolving(address)) as egress:
        with pytest.raises(Forbidden):
            await egress.request("GET", "https://innocent.example/")
    assert wire.asked == []


@pytest.mark.parametrize("address", [*PRIVATE, *DISGUISED])
async def test_a_redirect_to_a_private_address_is_never_reached(address: str) -> None:
    target = f"http://{in_url(address)}:9/"
    redirecting = answering(status=302, headers=f"Location: {target}\r\n")
    async with serving(redirecting) as server, Egress([server.address]) as egress:
        assert (await egress.request("GET", server.url, redirects=5)).status == 302
    assert len(server.received) == 1


@pytest.mark.parametrize("host", DISGUISED)
async def test_an_address_in_numeric_disguise_is_never_reached(host: str) -> None:
    wire = Wire()
    async with Egress(network=wire, resolve=resolving("8.8.8.8")) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", f"http://{host}/")
    assert wire.asked == [], "even with a resolver that calls it public"


@pytest.mark.parametrize("host", DISGUISED)
def test_the_system_would_have_read_the_disguise_as_an_address_or_refused_it(host: str) -> None:
    assert is_numeric_disguise(host)
    bare = host.removesuffix(".")
    assert bare == "00000177.0.0.1" or socket.inet_aton(bare)


async def test_a_public_literal_is_tried_at_that_address() -> None:
    wire = Wire()
    async with Egress(network=wire) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", "http://8.8.8.8:81/")
    assert wire.asked == [("8.8.8.8", 81)]


async def test_a_name_with_public_and_private_addresses_is_reached_at_the_public_ones_only() -> None:
    wire = Wire()
    async with Egress(network=wire, resolve=resolving("10.0.0.1", "8.8.8.8", "::1", "1.1.1.1")) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", "http://mixed.example/")
    assert wire.asked == [("8.8.8.8", 80), ("1.1.1.1", 80)]


async def test_a_name_that_changes_its_mind_is_connected_at_the_address_that_was_checked() -> None:
    wire, asked = Wire(), []

    async def rebinding(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["8.8.8.8"] if len(asked) == 1 else ["127.0.0.1"]

    async with Egress(network=wire, resolve=rebinding) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", "http://rebinding.example/")
        assert wire.asked == [("8.8.8.8", 80)]
        with pytest.raises(Forbidden):
            await egress.request("GET", "http://rebinding.example/")
    assert wire.asked == [("8.8.8.8", 80)]


async def test_an_unknown_name_was_not_sent() -> None:
    async def unknown(_host: str, _port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    async with Egress(network=Wire(), resolve=unknown) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", "http://nowhere.example/")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://8.8.8.8/", "gopher://8.8.8.8/", "http://", "not a url", "http://[::1", "/x"]
)
async def test_only_whole_http_addresses_are_taken(url: str) -> None:
    wire = Wire()
    async with Egress(network=wire) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", url)
    assert wire.asked == []


async def test_a_proxy_in_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async def behave(_request: Received, _writer: Any) -> None:
        raise AssertionError("the proxy was asked")

    async with serving(behave) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        wire = Wire()
        async with Egress([proxy.address], network=wire, resolve=resolving("8.8.8.8")) as egress:
            with pytest.raises(NotSent):
                await egress.request("GET", "http://somewhere.example/")
    assert wire.asked == [("8.8.8.8", 80)]
    assert proxy.received == []
