import asyncio
import gzip
import logging
import ssl
from pathlib import Path
from typing import Any

import httpcore2
import pytest

from core.egress import Egress, Interrupted, NotSent, Timeouts, TooLarge
from tests.egress.loopback import Received, answering, hanging, serving, writing
from tests.mail.certificate import contexts


async def loopback_resolver(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def test_the_host_header_keeps_the_name_while_the_connection_goes_to_the_address() -> None:
    async with serving(answering()) as server:
        allow = f"shop.example:{server.port}"
        async with Egress([allow], resolve=loopback_resolver) as egress:
            answer = await egress.request("GET", f"http://shop.example:{server.port}/a?b=c")
    assert answer.status == 200
    assert server.received[0].headers["host"] == f"shop.example:{server.port}"
    assert server.received[0].target == "/a?b=c"
    assert server.received[0].headers["user-agent"].startswith("Comptoir")


async def test_tls_is_made_out_to_the_name() -> None:
    shaken: list[str | None] = []

    class Stream(httpcore2.AsyncNetworkStream):
        async def start_tls(
            self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
        ) -> httpcore2.AsyncNetworkStream:
            assert ssl_context.check_hostname
            assert ssl_context.verify_mode is ssl.CERT_REQUIRED
            shaken.append(server_hostname)
            raise httpcore2.ConnectError("far enough")

        async def aclose(self) -> None:
            pass

    class Wire(httpcore2.AsyncNetworkBackend):
        async def connect_tcp(self, host: str, *_rest: Any, **_more: Any) -> httpcore2.AsyncNetworkStream:
            assert host == "127.0.0.1"
            return Stream()

    async with Egress(["127.0.0.1"], resolve=loopback_resolver, network=Wire()) as egress:
        with pytest.raises(NotSent):
            await egress.request("GET", "https://graph.example/")
    assert shaken == ["graph.example"]


async def test_a_certificate_that_nobody_vouches_for_is_told_from_other_failures(tmp_path: Path) -> None:
    server, _ = contexts(tmp_path)
    listener = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=server)
    port = listener.sockets[0].getsockname()[1]
    async with Egress(["127.0.0.1"]) as egress:
        with pytest.raises(NotSent) as refused:
            await egress.request("GET", f"https://127.0.0.1:{port}/")
        assert refused.value.untrusted
        listener.close()
        with pytest.raises(NotSent) as closed:
            await egress.request("GET", f"https://127.0.0.1:{port}/")
    assert not closed.value.untrusted
    assert not closed.value.timed_out


async def test_time_that_ran_out_is_told_from_what_broke() -> None:
    for limits in (Timeouts(read=0.1), Timeouts(total=0.1)):
        async with serving(hanging) as server, Egress([server.address], timeouts=limits) as egress:
            with pytest.raises(Interrupted) as late:
                await egress.request("GET", server.url)
        assert late.value.timed_out
    async with serving(writing(b"")) as server, Egress([server.address]) as egress:
        with pytest.raises(Interrupted) as broken:
            await egress.request("GET", server.url)
    assert not broken.value.timed_out


async def test_a_closed_port_means_nothing_was_sent() -> None:
    async with serving(answering()) as server:
        gone = server.url
    async with Egress(["127.0.0.1"]) as egress:
        with pytest.raises(NotSent):
            await egress.request("POST", gone, content=b"x")


async def test_waiting_in_vain_for_a_free_connection_means_nothing_was_sent() -> None:
    async with serving(hanging) as server:
        limits = Timeouts(pool=0.05)
        async with Egress([server.address], connections=1, timeouts=limits) as egress:
            first = asyncio.create_task(egress.request("POST", server.url, content=b"x"))
            while not server.received:  # noqa: ASYNC110 - the server keeps a list, not an event
                await asyncio.sleep(0.005)
            with pytest.raises(NotSent):
                await egress.request("POST", server.url, content=b"y")
            first.cancel()
            with pytest.raises(asyncio.CancelledError):
                await first
    assert [request.body for request in server.received] == [b"x"]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"this is not HTTP\r\n\r\n",
    ],
    ids=["nothing", "half a header", "half a body", "half a chunk", "not HTTP"],
)
async def test_an_answer_cut_short_means_the_request_may_have_arrived(answer: bytes) -> None:
    async with serving(writing(answer)) as server, Egress([server.address]) as egress:
        with pytest.raises(Interrupted):
            await egress.request("POST", server.url, content=b"x")


async def test_a_reset_connection_means_the_request_may_have_arrived() -> None:
    async def reset(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    async with serving(reset) as server, Egress([server.address]) as egress:
        with pytest.raises(Interrupted):
            await egress.request("POST", server.url, content=b"x")


async def test_an_endpoint_that_does_not_answer_is_left_after_the_read_timeout() -> None:
    async with serving(hanging) as server, Egress([server.address], timeouts=Timeouts(read=0.05)) as egress:
        with pytest.raises(Interrupted):
            await egress.request("POST", server.url, content=b"x")


async def test_an_endpoint_that_drips_is_left_after_the_total_timeout() -> None:
    async def drip(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not writer.transport.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.01)

    async with serving(drip) as server, Egress([server.address], timeouts=Timeouts(read=5, total=0.1)) as egress:
        with pytest.raises(Interrupted, match=r"0\.1 s"):
            await egress.request("GET", server.url)


async def test_a_timeout_of_the_caller_stays_the_callers() -> None:
    async with serving(answering()) as server, Egress([server.address]) as egress:
        with pytest.raises(TimeoutError, match="mine"):
            async with egress.stream("GET", server.url):
                raise TimeoutError("mine")


async def test_an_answer_that_announces_too_much_is_not_read() -> None:
    behave = writing(b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n")
    async with serving(behave) as server, Egress([server.address], max_bytes=1000) as egress:
        with pytest.raises(TooLarge):
            await egress.request("GET", server.url)


async def test_an_answer_without_an_announced_length_is_cut_at_the_limit() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    body = head + b"3e8\r\n" + b"x" * 1000 + b"\r\n" + b"1\r\ny\r\n0\r\n\r\n"
    async with serving(writing(body)) as server, Egress([server.address]) as egress:
        with pytest.raises(TooLarge):
            await egress.request("GET", server.url, max_bytes=1000)
        assert len((await egress.request("GET", server.url, max_bytes=1001)).body) == 1001


async def test_a_compressed_answer_that_nobody_asked_for_is_not_unpacked() -> None:
    bomb = gzip.compress(b"0" * 10_000_000)
    behave = answering(bomb, headers="Content-Encoding: gzip\r\n")
    async with serving(behave) as server, Egress([server.address]) as egress:
        with pytest.raises(Interrupted, match="compressed"):
            await egress.request("GET", server.url)
    assert server.received[0].headers["accept-encoding"] == "identity"


async def test_a_redirect_on_the_same_host_is_followed_when_asked_for() -> None:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        if request.target == "/old":
            await answering(status=301, headers="Location: /new\r\n")(request, writer)
        else:
            await answering(b"here")(request, writer)

    async with serving(behave) as server, Egress([server.address]) as egress:
        assert (await egress.request("GET", f"{server.url}/old")).status == 301
        assert (await egress.request("GET", f"{server.url}/old", redirects=1)).body == b"here"
        assert (await egress.request("POST", f"{server.url}/old", redirects=1)).status == 301


async def test_redirects_end_at_the_number_asked_for() -> None:
    behave = answering(status=302, headers="Location: /again\r\n")
    async with serving(behave) as server, Egress([server.address]) as egress:
        assert (await egress.request("GET", server.url, redirects=3)).status == 302
    assert len(server.received) == 4


async def test_a_redirect_to_another_port_does_not_carry_the_token_there() -> None:
    async with serving(answering()) as other:
        behave = answering(status=307, headers=f"Location: {other.url}/\r\n")
        async with serving(behave) as server, Egress(["127.0.0.1"]) as egress:
            headers = {"Authorization": "Bearer token"}
            answer = await egress.request("GET", server.url, headers=headers, redirects=5)
    assert answer.status == 307
    assert other.received == []


async def test_cookies_of_one_call_do_not_travel_with_the_next() -> None:
    async with serving(answering(headers="Set-Cookie: tenant=one\r\n")) as server, Egress([server.address]) as egress:
        await egress.request("GET", server.url)
        await egress.request("GET", server.url)
    assert "cookie" not in server.received[1].headers


async def test_urls_and_tokens_do_not_reach_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(answering()) as server, Egress([server.address]) as egress:
        with caplog.at_level(logging.DEBUG):
            await egress.request("GET", f"{server.url}/?proof=hidden", headers={"Authorization": "Bearer hidden"})
    assert "hidden" not in caplog.text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_redirect_to_no_address_at_all_is_returned_as_it_came(method: str) -> None:
    behave = answering(status=302, headers="Location: http://0177.0.0.1:9/\r\n")
    async with serving(behave) as server, Egress([server.address]) as egress:
        assert (await egress.request(method, server.url, redirects=2)).status == 302
    assert len(server.received) == 1
