import asyncio
import base64
import hashlib
import hmac
import io
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.egress import Egress, Timeouts, TooLarge
from core.whatsapp.client import GraphClient, GraphRefused, GraphUnreachable
from core.whatsapp.media import MediaMismatch, digest
from core.whatsapp.outbound import Recipient, text_payload
from core.whatsapp.outcomes import Accepted, NotSent, Refused, SendOutcome, Uncertain
from tests.egress.loopback import Behaviour, Loopback, Received, answering, hanging, serving, writing

PAYLOAD = text_payload(Recipient(phone="33612345678"), "secret words", callback_data="a-1")
FILE = b"the bytes of a file"


@asynccontextmanager
async def graph(behave: Behaviour, secret: str | None = None) -> AsyncIterator[tuple[GraphClient, Loopback]]:
    limits = Timeouts(read=0.2, total=5)
    async with serving(behave) as server, Egress([server.address], timeouts=limits) as egress:
        yield GraphClient(egress, server.url, "v26.0", "the-token", secret), server


def saying(body: Any, status: int = 200, headers: str = "") -> Behaviour:
    return answering(json.dumps(body).encode(), status, headers)


def error(code: Any, status: int = 400, headers: str = "", **more: Any) -> Behaviour:
    told = {"message": "no", "code": code, "fbtrace_id": "T1", "error_data": {"details": "why"}, **more}
    return saying({"error": told}, status, headers)


async def outcome(behave: Behaviour) -> SendOutcome:
    async with graph(behave) as (client, _):
        return await client.send("111", PAYLOAD)


async def test_an_accepted_message_has_its_wamid() -> None:
    contacts = [{"input": "+33612345678", "wa_id": "33612345678"}]
    told = {"contacts": contacts, "messages": [{"id": "wamid.1", "message_status": "accepted"}]}
    async with graph(saying(told), "app-secret") as (client, server):
        assert await client.send("111", PAYLOAD) == Accepted("wamid.1", tuple(contacts), "accepted")
    request = server.received[0]
    proof = hmac.new(b"app-secret", b"the-token", hashlib.sha256).hexdigest()
    assert (request.method, request.target) == ("POST", f"/v26.0/111/messages?appsecret_proof={proof}")
    assert request.headers["authorization"] == "Bearer the-token"
    assert request.headers["content-type"] == "application/json"
    assert json.loads(request.body) == PAYLOAD


async def test_a_refusal_says_why_and_when_to_try_again() -> None:
    usage = json.dumps({"1": [{"estimated_time_to_regain_access": 3}]})
    refused = await outcome(error("80007", headers=f"X-Business-Use-Case-Usage: {usage}\r\n"))
    assert isinstance(refused, Refused)
    assert (refused.error.code, refused.error.retry_class, refused.error.details) == (80007, "A", "why")
    assert (refused.http_status, refused.fbtrace_id, refused.regain_after) == (400, "T1", 180.0)
    slow = await outcome(error(130429, 429, headers="Retry-After: 7\r\n"))
    assert isinstance(slow, Refused)
    assert slow.retry_after == 7.0


@pytest.mark.parametrize(("code", "status"), [(190, 401), (131047, 400), (131005, 500), (131057, 503), (424242, 400)])
async def test_metas_code_decides_that_it_was_refused(code: int, status: int) -> None:
    assert isinstance(await outcome(error(code, status)), Refused)


DOUBTFUL: dict[str, Behaviour] = {
    "code 1": error(1),
    "code 131000": error(131000, 500),
    "an unknown code with HTTP 500": error(424242, 500),
    "an unknown code that is transient": error(424242, 400, is_transient=True),
    "HTTP 500 without a body": answering(b"", 500),
    "HTTP 502 with a page": answering(b"<html>", 502),
    "HTTP 400 with a page": answering(b"<html>", 400),
    "HTTP 200 with a page": answering(b"<html>"),
    "HTTP 200 with half a JSON": answering(b'{"messages":[{"id":"wam'),
    "HTTP 200 without an id": saying({"messages": []}),
    "HTTP 200 with a list": saying([]),
    "a redirect": answering(status=302, headers="Location: /elsewhere\r\n"),
    "a connection closed without a word": writing(b""),
    "a body cut short": writing(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"),
    "silence": hanging,
}


@pytest.mark.parametrize("case", DOUBTFUL)
async def test_what_may_have_been_sent_is_uncertain(case: str) -> None:
    assert isinstance(await outcome(DOUBTFUL[case]), Uncertain)


async def test_a_reset_after_the_request_is_uncertain() -> None:
    async def reset(_request: Received, writer: asyncio.StreamWriter) -> None:
        writer.transport.abort()

    assert isinstance(await outcome(reset), Uncertain)


async def test_without_a_connection_nothing_was_sent() -> None:
    async with serving(answering()) as server:
        gone = server.url
    async with Egress(["127.0.0.1"]) as egress:
        assert isinstance(await GraphClient(egress, gone, "v26.0", "t").send("1", PAYLOAD), NotSent)
    async with Egress() as egress:
        assert isinstance(await GraphClient(egress, gone, "v26.0", "t").send("1", PAYLOAD), NotSent)


async def test_neither_token_nor_words_nor_proof_reach_log_or_errors(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "core"):
        async with graph(error(190, 401), "app-secret") as (client, _):
            told = repr(await client.send("111", PAYLOAD)) + repr(client)
            with pytest.raises(GraphRefused) as refused:
                await client.mark_read("111", "wamid.1")
    for hidden in ("the-token", "secret words", "app-secret", "appsecret_proof"):
        assert hidden not in caplog.text + told + str(refused.value)


async def test_a_message_is_marked_as_read() -> None:
    async with graph(saying({"success": True})) as (client, server):
        await client.mark_read("111", "wamid.1", typing=True)
    assert json.loads(server.received[0].body)["message_id"] == "wamid.1"


async def test_a_list_is_read_to_its_last_page() -> None:
    async def pages(request: Received, writer: asyncio.StreamWriter) -> None:
        last = "after=B" in request.target
        paging = {"cursors": {"after": "C"}} if last else {"cursors": {"after": "B"}, "next": "https://evil.example/"}
        await saying({"data": [{"name": "two" if last else "one"}], "paging": paging})(request, writer)

    async with graph(pages) as (client, server):
        assert [template["name"] for template in await client.templates("300")] == ["one", "two"]
        assert len(await client.phone_numbers("300")) == 2
    assert server.received[0].target.startswith("/v26.0/300/message_templates?")


async def test_an_id_cannot_name_another_path() -> None:
    async with graph(saying({"url": "x"})) as (client, server):
        await client.media_url("../me?x=")
    assert server.received[0].target == "/v26.0/..%2Fme%3Fx%3D"


@pytest.mark.parametrize("size", [19, "19"])
async def test_a_file_is_found_and_fetched_with_the_token(size: Any) -> None:
    async def behave(request: Received, writer: asyncio.StreamWriter) -> None:
        if request.target.startswith("/file"):
            return await answering(FILE, headers="Content-Type: image/png\r\n")(request, writer)
        where = f"http://{request.headers['host']}/file"
        told = {"url": where, "mime_type": "image/png", "file_size": size, "sha256": hashlib.sha256(FILE).hexdigest()}
        return await saying(told)(request, writer)

    async with graph(behave) as (client, server):
        found = await client.media_url("4001")
        assert (found.size, found.mime_type) == (19, "image/png")
        async with client.download_media(found.url, max_bytes=100, sha256=found.sha256) as media:
            assert b"".join([chunk async for chunk in media]) == FILE
            assert (media.size, media.mime_type, media.sha256) == (19, "image/png", hashlib.sha256(FILE).hexdigest())
    assert server.received[1].headers["authorization"] == "Bearer the-token"


async def read(client: GraphClient, url: str, **told: Any) -> bytes:
    async with client.download_media(url, **told) as media:
        return b"".join([chunk async for chunk in media])


async def test_a_file_that_is_not_what_was_announced_is_refused() -> None:
    async with graph(answering(FILE)) as (client, server):
        right = base64.b64encode(hashlib.sha256(FILE).digest()).decode()
        assert await read(client, server.url, max_bytes=100, sha256=right) == FILE
        with pytest.raises(MediaMismatch):
            await read(client, server.url, max_bytes=100, sha256=base64.b64encode(bytes(32)).decode())
        with pytest.raises(TooLarge):
            await read(client, server.url, max_bytes=18)


def test_a_digest_is_read_in_hex_and_base64() -> None:
    raw = hashlib.sha256(FILE).digest()
    assert digest(raw.hex()) == digest(base64.b64encode(raw).decode()) == raw
    assert digest(None) is digest("not one") is digest("") is None


async def test_an_expired_url_and_a_dead_token_say_so() -> None:
    async with graph(answering(b"gone", 404)) as (client, server):
        with pytest.raises(GraphRefused) as refused:
            await read(client, server.url, max_bytes=100)
    assert "expired" in refused.value.refused.error.details
    async with graph(error(190, 401)) as (client, server):
        with pytest.raises(GraphRefused) as refused:
            await read(client, server.url, max_bytes=100)
    assert refused.value.refused.error.code == 190


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "https://fbsbx.com.evil.example/", "https://evilfbsbx.com/", "http://lookaside.fbsbx.com/",
     "https://lookaside.fbsbx.com@evil.example/", "//evil.example/", ""],
)  # fmt: skip
async def test_the_token_is_not_taken_to_a_stranger(url: str) -> None:
    async with graph(answering(FILE)) as (client, server):
        with pytest.raises(GraphUnreachable):
            await read(client, url, max_bytes=100)
    assert server.received == []


async def test_a_file_is_uploaded() -> None:
    async with graph(saying({"id": "77"})) as (client, server):
        assert await client.upload_media("111", io.BytesIO(FILE), "image/png", "photo.png") == "77"
    request = server.received[0]
    assert request.target == "/v26.0/111/media"
    assert request.headers["content-type"].startswith("multipart/form-data")
    for part in (FILE, b'name="messaging_product"', b"whatsapp", b'filename="photo.png"', b"image/png"):
        assert part in request.body


@pytest.mark.parametrize("behave", [answering(b"<html>"), answering(b"", 500), writing(b""), saying({"no": "id"})])
async def test_a_call_without_a_readable_answer_is_unreachable(behave: Behaviour) -> None:
    async with graph(behave) as (client, _):
        with pytest.raises(GraphUnreachable):
            await client.upload_media("111", io.BytesIO(FILE), "image/png", "photo.png")
