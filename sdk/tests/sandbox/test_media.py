"""Media up, five-minute links, media down."""

import asyncio
import hashlib
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

if TYPE_CHECKING:
    from tests.sandbox.conftest import Hook, Write

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(64)


async def upload(sandbox: httpx2.AsyncClient, data: bytes = PICTURE, kind: str = "image/png") -> httpx2.Response:
    form: dict[str, Any] = {"messaging_product": "whatsapp", "type": kind}
    return await sandbox.post("/v26.0/106540352242922/media", data=form, files={"file": ("a.png", data, kind)})


async def link(sandbox: httpx2.AsyncClient) -> dict[str, Any]:
    media_id = (await upload(sandbox)).json()["id"]
    found: dict[str, Any] = (await sandbox.get(f"/v26.0/{media_id}")).json()
    return found


async def test_what_is_uploaded_comes_down_the_same(sandbox: httpx2.AsyncClient) -> None:
    medium = await link(sandbox)
    assert medium["file_size"] == len(PICTURE)
    assert medium["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert (await sandbox.get(medium["url"])).content == PICTURE


@pytest.mark.parametrize("path", ["/v26.0/106540352242922/media", "/sandbox/api/media"])
async def test_a_document_may_be_large_and_nothing_else(sandbox: httpx2.AsyncClient, path: str) -> None:
    large = b"%PDF-1.7" + bytes(9 * 1024 * 1024)
    form = {"messaging_product": "whatsapp", "type": "application/pdf"}
    made = await sandbox.post(path, data=form, files={"file": ("a.pdf", large, "application/pdf")})
    assert made.status_code in (200, 201)
    assert (await sandbox.get(f"/v26.0/{made.json()['id']}")).json()["file_size"] == len(large)
    assert await refused_before_it_is_sent(sandbox, "/sandbox/api/phones", len(large)) == 413


async def refused_before_it_is_sent(sandbox: httpx2.AsyncClient, path: str, length: int) -> int:
    """The status that answers the announced length: a client that went on sending might lose the answer to a reset."""
    url = sandbox.base_url
    reader, writer = await asyncio.open_connection(url.host, url.port)
    head = [f"POST {path} HTTP/1.1", f"Host: {url.netloc.decode()}", "Content-Type: application/json",
            f"Content-Length: {length}"]  # fmt: skip
    writer.write("\r\n".join([*head, "", ""]).encode())
    status = (await reader.readline()).split()[1]
    writer.close()
    await writer.wait_closed()
    return int(status)


async def test_a_link_wants_the_token_and_a_user_agent_and_lives_five_minutes(sandbox: httpx2.AsyncClient) -> None:
    url = (await link(sandbox))["url"]
    assert (await sandbox.get(url, headers={"Authorization": ""})).status_code == 401
    assert (await sandbox.get(url, headers={"User-Agent": ""})).status_code == 400
    assert (await sandbox.get(url.replace("hash=", "hash=0"))).status_code == 404
    await sandbox.post("/sandbox/api/clock", json={"advance": 301})
    assert (await sandbox.get(url)).status_code == 404


async def test_media_expire_after_thirty_days_and_can_be_deleted(sandbox: httpx2.AsyncClient) -> None:
    medium = await link(sandbox)
    assert (await sandbox.delete(f"/v26.0/{medium['id']}")).json() == {"success": True}
    assert (await sandbox.get(f"/v26.0/{medium['id']}")).json()["error"]["error_subcode"] == 33
    other = await link(sandbox)
    await sandbox.post("/sandbox/api/clock", json={"advance": 31 * 86400})
    assert (await sandbox.get(f"/v26.0/{other['id']}")).status_code == 400


async def test_a_type_meta_does_not_take_and_a_picture_too_large_are_refused(sandbox: httpx2.AsyncClient) -> None:
    assert (await upload(sandbox, kind="image/gif")).json()["error"]["code"] == 100
    assert (await upload(sandbox, bytes(5 * 1024 * 1024 + 1))).json()["error"]["code"] == 131053


async def test_a_customers_picture_is_announced_with_id_digest_and_link(
    hook: "Hook", sandbox: httpx2.AsyncClient, write: "Write"
) -> None:
    await write("lucas", type="image", image={"sample": True, "caption": "Voici"})
    await hook.until(lambda: bool(hook.messages))
    image = hook.messages[0]["image"]
    assert image["caption"] == "Voici"
    data = (await sandbox.get(image["url"])).content
    assert data.startswith(b"\x89PNG")
    assert (await sandbox.get(f"/v26.0/{image['id']}")).json()["sha256"] == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(("name", "status"), [("media_expired", 404), ("media_500", 500)])
async def test_downloads_fail_when_asked(sandbox: httpx2.AsyncClient, name: str, status: int) -> None:
    url = (await link(sandbox))["url"]
    await sandbox.put(f"/sandbox/api/faults/{name}", json={"count": 1})
    assert (await sandbox.get(url)).status_code == status
    assert (await sandbox.get(url)).content == PICTURE


async def test_a_corrupt_download_has_another_digest(sandbox: httpx2.AsyncClient) -> None:
    medium = await link(sandbox)
    await sandbox.put("/sandbox/api/faults/media_corrupt", json={"count": 1})
    data = (await sandbox.get(medium["url"])).content
    assert len(data) == medium["file_size"]
    assert hashlib.sha256(data).hexdigest() != medium["sha256"]
