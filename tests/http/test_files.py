"""A kept file is answered whole or in part, by its address or by a link that is one person's for five minutes."""

from typing import Any
from uuid import UUID

import pytest

from core.app import WebProcess
from core.db.pool import Database
from core.http.services import KEY, Services
from tests.http.callers import Caller
from tests.http.conftest import Drawer, Enter
from tests.http.ledger import Thread, new_attachment
from tests.seed import SeededTenant

WHOLE = Drawer.CONTENT


@pytest.fixture
def file(thread: Thread) -> str:
    return f"/attachments/{thread.attachment_id}"


@pytest.mark.parametrize(("asked", "status", "part"), [
    (None, 200, slice(None)), ("bytes=0-", 206, slice(None)), ("bytes=0-0", 206, slice(0, 1)),
    ("bytes=2-4", 206, slice(2, 5)), ("bytes=-3", 206, slice(-3, None)), ("bytes=-99", 206, slice(None)),
    ("bytes=4-99", 206, slice(4, None)), ("bytes=8-", 416, None), ("bytes=99-100", 416, None),
    ("bytes=5-2", 200, slice(None)), ("lines=1-2", 200, slice(None)), ("bytes=0-1,3-4", 200, slice(None)),
    ("bytes=x-y", 200, slice(None)), ("bytes=", 200, slice(None)),
])  # fmt: skip
async def test_the_part_that_is_asked_for_is_answered(
    asked: str | None, status: int, part: slice | None, enter: Enter, tenant: SeededTenant, file: str
) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.get(file, **({"Range": asked} if asked else {}))
    assert answer.status == status
    if part is None:
        assert answer.headers["Content-Range"] == f"bytes */{len(WHOLE)}"
        assert "bytes" in answer.json["detail"]
        return
    assert answer.raw == WHOLE[part]
    assert int(answer.headers["Content-Length"]) == len(answer.raw)
    assert answer.headers["Accept-Ranges"] == "bytes"
    if status == 206:
        start, end, _ = part.indices(len(WHOLE))
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(WHOLE)}"


async def test_a_part_is_answered_only_of_the_version_that_is_meant(
    enter: Enter, tenant: SeededTenant, file: str
) -> None:
    agent = await enter(tenant, "agent")
    etag = (await agent.get(file)).headers["ETag"]
    for condition, status in ((etag, 206), ('"another"', 200), ("Wed, 21 Oct 2015 07:28:00 GMT", 200)):
        answer = await agent.get(file, Range="bytes=0-1", If_Range=condition)
        assert answer.status == status, condition
    assert (await agent.get(file, If_None_Match=etag)).status == 304
    assert (await agent.get(file, If_None_Match=etag, Range="bytes=0-1")).status == 304


async def test_head_tells_the_same_without_the_bytes(enter: Enter, tenant: SeededTenant, file: str) -> None:
    agent = await enter(tenant, "agent")
    answer = await agent.ask("HEAD", file)
    assert (answer.status, answer.raw) == (200, b"")
    whole = await agent.get(file)
    for name in ("Content-Type", "ETag", "Accept-Ranges", "Content-Disposition", "Cache-Control"):
        assert answer.headers[name] == whole.headers[name], name


async def test_an_arabic_name_reaches_the_disk(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread, file: str
) -> None:
    await db.system.execute("update attachments set filename = 'فاتورة\r\nX: y.docx', mime_type = 'application/msword'")
    answer = await (await enter(tenant, "agent")).get(file)
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%D9%81%D8%A7%D8%AA%D9%88%D8%B1%D8%A9%0D%0AX%3A%20y.docx")
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "X" not in answer.headers


async def test_a_pdf_is_drawn_by_the_browser_in_a_frame_of_ours_alone(
    enter: Enter, db: Database, tenant: SeededTenant, file: str
) -> None:
    await db.system.execute("update attachments set mime_type = 'application/pdf'")
    headers = (await (await enter(tenant, "agent")).get(file)).headers
    assert headers["Content-Disposition"].startswith("inline;")
    assert (headers["Content-Type"], headers["X-Frame-Options"]) == ("application/pdf", "SAMEORIGIN")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy


async def test_a_thumbnail_is_answered_where_there_is_one(
    enter: Enter, db: Database, tenant: SeededTenant, file: str
) -> None:
    agent = await enter(tenant, "agent")
    assert (await agent.get(f"{file}/thumbnail")).status == 404
    await db.system.execute("update attachments set thumbnail_key = 'key-1'")
    answer = await agent.get(f"{file}/thumbnail", Range="bytes=0-1")
    assert (answer.status, answer.raw, answer.headers["Content-Type"]) == (206, WHOLE[:2], "image/webp")
    assert answer.headers["Cache-Control"].startswith("private")


class Links:
    """How links are asked for and followed here."""

    def __init__(self, process: WebProcess, file: str) -> None:
        self.process, self.file = process, file
        self.services: Services = process.app.extensions[KEY]

    async def of(self, caller: Caller, what: str = "file") -> str:
        answer = await caller.get(f"{self.file}/link?of={what}")
        assert answer.status == 200, answer.json
        return str(answer.json["url"]).removeprefix(self.services.public_url)

    def anonymous(self) -> Caller:
        return Caller(self.process.app)


@pytest.fixture
def links(process: WebProcess, file: str) -> Links:
    return Links(process, file)


async def test_a_link_opens_the_file_for_whoever_asked_for_it(
    links: Links, enter: Enter, with_key: Enter, tenant: SeededTenant
) -> None:
    agent, program = await enter(tenant, "agent"), await with_key(tenant, "agent")
    url = await links.of(agent)
    answer = await agent.get(url, Range="bytes=2-4")
    assert (answer.status, answer.raw) == (206, WHOLE[2:5])
    for name, value in {"X-Content-Type-Options": "nosniff", "Content-Type": "image/jpeg"}.items():
        assert answer.headers[name] == value
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    private, seconds = answer.headers["Cache-Control"].split(", max-age=")
    assert private == "private"
    assert 290 <= int(seconds) <= 300
    # A program may hand its link to a player, which has no key.
    assert (await links.anonymous().get(await links.of(program))).raw == WHOLE


async def test_a_link_is_over_after_five_minutes(links: Links, enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    url = await links.of(agent)
    now = links.services.links.clock()
    links.services.links.clock = lambda: now + 299
    assert (await agent.get(url)).status == 200
    links.services.links.clock = lambda: now + 302
    answer = await agent.get(url)
    assert (answer.status, answer.json["type"]) == (410, "/problems/link-over")


async def test_a_forged_link_opens_nothing(links: Links, with_key: Enter, tenant: SeededTenant) -> None:
    program = await with_key(tenant, "owner")
    url = await links.of(program)
    place, _, token = url.rpartition("/")
    swapped = {"A": "B", "B": "A"}
    for position in range(len(token) - 1):  # the last character has bits that mean nothing
        letter = swapped.get(token[position], "A")
        answer = await program.get(f"{place}/{token[:position]}{letter}{token[position + 1:]}")
        assert answer.status == 404, position
    for other in (token[:-4], token + "AAAA", "", "x", "%00", "é" * 40, token[:60] + "." + token[60:], "A" * 5000):
        assert (await program.get(f"{place}/{other}")).status == 404


async def test_a_persons_link_is_worth_nothing_to_anybody_else(
    links: Links, enter: Enter, with_key: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    url = await links.of(await enter(tenant, "agent"))
    others = [links.anonymous(), await enter(tenant, "owner"), await enter(other_tenant, "owner"),
              await with_key(tenant, "owner"), await with_key(other_tenant, "owner")]  # fmt: skip
    for other in others:
        answer = await other.get(url)
        assert (answer.status, WHOLE in answer.raw) == (404, False)
    theirs = await links.of(await with_key(tenant, "agent"))
    for other in (await enter(other_tenant, "owner"), await with_key(other_tenant, "owner")):
        assert (await other.get(theirs)).status == 404


async def test_links_end_with_the_session(links: Links, enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    url = await links.of(agent)
    cookie = agent.cookie()
    assert (await links.anonymous().get(url, Cookie=cookie)).status == 200
    assert (await agent.ask("DELETE", "/session")).status in (200, 204)
    assert (await links.anonymous().get(url, Cookie=cookie)).status == 404


@pytest.mark.parametrize("deed", [
    "update users set disabled_at = now()", "delete from memberships where role = 'agent'",
    "update tenants set status = 'suspended'", "update api_keys set revoked_at = now()",
    "update conversations set assignee_id = null",
])  # fmt: skip
async def test_links_end_when_their_person_may_not_see_the_file_any_more(
    deed: str, links: Links, enter: Enter, with_key: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    await db.system.execute("insert into roles (tenant_id, key, name, permissions, sees) values "
                            "($1, 'agent', 'Agent', null, 'own') on conflict do nothing", tenant.id)
    agent = await enter(tenant, "agent")
    me = UUID((await agent.get("/me")).json["id"])
    await db.system.execute("update conversations set assignee_id = $1", me)
    maker, reader = (await with_key(tenant, "owner"), links.anonymous()) if "api_keys" in deed else (agent, agent)
    url = await links.of(maker)
    assert (await reader.get(url)).status == 200
    await db.system.execute(deed)
    answer = await reader.get(url)
    assert answer.status in (401, 403, 404)
    assert WHOLE not in answer.raw


async def test_no_link_is_made_of_what_is_not_there_or_not_seen(
    enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread, file: str
) -> None:
    assert (await (await enter(other_tenant, "owner")).get(f"{file}/link")).status == 404
    agent = await enter(tenant, "agent")
    assert (await agent.get(f"{file}/link?of=thumbnail")).status == 404
    pending = await new_attachment(db, tenant, thread.message_ids[0], state="pending")
    assert (await agent.get(f"/attachments/{pending}/link")).status == 409


async def test_a_failed_file_is_fetched_again_when_somebody_says_so(
    enter: Enter, db: Database, tenant: SeededTenant, thread: Thread
) -> None:
    agent = await enter(tenant, "agent")
    failed = await new_attachment(db, tenant, thread.message_ids[0], state="failed")
    path = f"/attachments/{failed}/retry"
    refused = await agent.ask("POST", path)
    assert (refused.status, "no copy" in refused.json["detail"]) == (409, True)
    await db.system.execute("update attachments set media_id = '1', failure = 'unreachable' where id = $1", failed)
    answer = await agent.ask("POST", path)
    assert (answer.status, answer.json["state"], answer.json["failure"]) == (202, "pending", None)
    told = await db.system.fetchval("select payload from event_outbox where type = 'message.updated'")
    assert [one["state"] for one in told["message"]["attachments"]] == ["stored", "pending"]
    assert (await agent.ask("POST", path)).status == 409
    await db.system.execute(
        "update attachments set state = 'failed', created_at = now() - interval '8 days' where id = $1", failed)
    over = await agent.ask("POST", path)
    assert (over.status, over.json["failure"]) == (409, "expired")
    assert "7 days" in over.json["detail"]
    viewer = await enter(tenant, "viewer")
    assert (await viewer.ask("POST", path)).status == 403


def _form(name: str, mime_type: str, data: bytes, **fields: str) -> tuple[bytes, str]:
    parts = [f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
             for key, value in fields.items()]  # fmt: skip
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {mime_type}\r\n\r\n'
    return b"".join([*parts, head.encode(), data, b"\r\n--x--\r\n"]), "multipart/form-data; boundary=x"


async def _upload(caller: Caller, name: str, mime_type: str, data: bytes, **fields: str) -> Any:
    body, content_type = _form(name, mime_type, data, **fields)
    return await caller.raw("POST", "/attachments", body, content_type)


async def test_a_file_is_uploaded_to_be_sent(enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    answer = await _upload(agent, "فاتورة 112.pdf", "application/pdf", b"%PDF-1.7 ...")
    assert answer.status == 201, answer.json
    told = answer.json
    assert (told["kind"], told["mime_type"], told["filename"], told["size"], told["state"]) == (
        "document", "application/pdf", "فاتورة 112.pdf", 12, "stored")
    assert (await agent.get(f"/attachments/{told['id']}")).raw == b"%PDF-1.7 ..."
    assert (await (await enter(other_tenant, "owner")).get(f"/attachments/{told['id']}")).status == 404


async def test_equal_files_are_kept_once(
    process: WebProcess, enter: Enter, db: Database, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    agent = await enter(tenant, "agent")
    for caller in (agent, agent, await enter(tenant, "owner"), await enter(other_tenant, "agent")):
        assert (await _upload(caller, "a.txt", "text/plain", b"the same")).status == 201
    keys = await db.system.fetch("select distinct storage_key from attachments")
    assert len(keys) == 2  # one for each tenant
    assert {row["storage_key"].partition("/")[0] for row in keys} == {str(tenant.id), str(other_tenant.id)}


@pytest.mark.parametrize(("name", "mime_type", "data", "fields", "told"), [
    ("page.html", "text/html", b"<script>", {}, "text/html"),
    ("x.svg", "image/svg+xml", b"<svg/>", {}, "WhatsApp takes no files of type application/octet-stream"),
    ("x.jpg", "image/jpeg", b"MZ\x90", {}, "WhatsApp takes no files"),
    ("x.jpg", "image/jpeg", b"\xff\xd8\xff but nothing else", {}, "cannot be read as image/jpeg"),
    ("x.mp4", "video/mp4", b"\0\0\0\x18ftypmp42" + bytes(16 * 1024 * 1024), {}, "at most 16 MB"),
    ("x.pdf", "application/pdf", b"%PDF", {"kind": "image"}, "WhatsApp takes for image: image/jpeg, image/png"),
    ("x.pdf", "application/pdf", b"", {}, "something in it"),
    ("x.pdf", "application/pdf", b"%PDF", {"kind": "hologram"}, "A file is sent as image"),
])  # fmt: skip
async def test_what_whatsapp_would_refuse_is_refused_with_its_own_limit(
    name: str, mime_type: str, data: bytes, fields: dict[str, str], told: str, enter: Enter, tenant: SeededTenant
) -> None:
    answer = await _upload(await enter(tenant, "agent"), name, mime_type, data, **fields)
    assert answer.status == 422
    assert told in answer.json["detail"]
    assert answer.json["errors"]


async def test_a_picture_and_a_recording_become_what_whatsapp_takes(enter: Enter, tenant: SeededTenant) -> None:
    from tests.renditions import samples

    agent = await enter(tenant, "agent")
    picture = await _upload(agent, "shot.webp", "image/webp", samples.picture("WEBP"))
    assert (picture.status, picture.json["kind"], picture.json["mime_type"]) == (201, "image", "image/jpeg")
    voice = await _upload(agent, "r.webm", "audio/webm;codecs=opus", samples.sound("webm"), voice="true")
    assert (voice.status, voice.json["mime_type"], voice.json["voice"]) == (201, "audio/ogg", True)
    assert voice.json["size"] <= 512 * 1024
    sticker = await _upload(agent, "s.webp", "image/webp", samples.picture("WEBP"), kind="sticker")
    assert (sticker.status, "512 × 512" in sticker.json["detail"]) == (422, True)


async def test_who_may_not_send_may_not_upload_and_no_form_is_endless(enter: Enter, tenant: SeededTenant) -> None:
    assert (await _upload(await enter(tenant, "viewer"), "a.txt", "text/plain", b"x")).status == 403
    agent = await enter(tenant, "agent")
    many = b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\nv\r\n' % n for n in range(10_000))
    answer = await agent.raw("POST", "/attachments", many + b"--x--\r\n", "multipart/form-data; boundary=x")
    assert answer.status == 413
    assert (await agent.ask("POST", "/attachments", {"file": "not a form"})).status == 422
