"""Representations have their ETag; conditions are kept, also by many at once."""

import asyncio
import re
from typing import Any

import pytest

from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Answer, Caller
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.seed import SeededTenant


@pytest.fixture
async def program(with_key: Enter, tenant: SeededTenant) -> Caller:
    return await with_key(tenant, "owner")


async def contact(program: Caller) -> tuple[str, str]:
    """(path, ETag)"""
    made = await program.ask("POST", "/contacts", {"name": "Salma"})
    path = f"/contacts/{made.json['id']}"
    return path, (await program.get(path)).headers["ETag"]


async def rename(program: Caller, path: str, etag: str, name: str = "Nora") -> Answer:
    return await program.ask("PATCH", path, {"name": name}, If_Match=etag)


async def test_every_get_of_json_has_a_strong_etag(app: Application, program: Caller, thread: Thread) -> None:
    paths = ["/me", "/bootstrap", "/openapi.json", "/contacts", f"/contacts/{thread.contact_id}", "/conversations",
             f"/conversations/{thread.conversation_id}", f"/conversations/{thread.conversation_id}/messages",
             f"/messages/{thread.message_ids[0]}", f"/attachments/{thread.attachment_id}"]  # fmt: skip
    for path in paths:
        answer = await program.get(path)
        assert re.fullmatch(r'"[\w-]{20,40}"', answer.headers["ETag"]), path
        known = await program.get(path, If_None_Match=answer.headers["ETag"])
        assert (known.status, known.raw) == (304, b""), path
        assert known.headers["ETag"] == answer.headers["ETag"]
        assert "Content-Type" not in known.headers or known.raw == b""


@pytest.mark.parametrize("shown", ['W/{}', '"other", {}', "*"])
async def test_other_spellings_of_what_is_known_are_understood(shown: str, program: Caller) -> None:
    path, etag = await contact(program)
    assert (await program.get(path, If_None_Match=shown.format(etag))).status == 304
    assert (await program.get(path, If_None_Match='"other"')).status == 200


async def test_a_change_makes_another_etag_of_the_resource_and_of_its_lists(program: Caller) -> None:
    path, etag = await contact(program)
    listed = (await program.get("/contacts")).headers["ETag"]
    await program.ask("PATCH", path, {"name": "Nora"})
    assert (await program.get(path, If_None_Match=etag)).status == 200
    assert (await program.get("/contacts", If_None_Match=listed)).status == 200


async def test_refusals_have_no_etag(program: Caller, anonymous: Caller) -> None:
    assert "ETag" not in (await anonymous.get("/me", If_None_Match="*")).headers
    assert (await program.get("/contacts/0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11", If_None_Match="*")).status == 404


async def test_who_has_not_seen_the_last_change_does_not_undo_it(program: Caller) -> None:
    path, etag = await contact(program)
    assert (await rename(program, path, etag)).status == 200
    refused = await rename(program, path, etag, "Lost update")
    assert (refused.status, refused.json["type"]) == (412, "/problems/precondition")
    assert (await program.get(path)).json["name"] == "Nora"
    assert (await program.ask("DELETE", path, If_Match=etag)).status == 412
    assert (await program.ask("DELETE", path, If_Match=(await program.get(path)).headers["ETag"])).status == 204


async def test_a_weak_etag_is_no_match_and_a_star_is(program: Caller) -> None:
    path, etag = await contact(program)
    assert (await rename(program, path, f"W/{etag}")).status == 412
    assert (await rename(program, path, "*")).status == 200


async def test_of_many_who_hold_the_same_etag_one_wins(program: Caller, db: Database) -> None:
    path, etag = await contact(program)
    told = await asyncio.gather(*(rename(program, path, etag, f"Name {n}") for n in range(20)))
    assert sorted({answer.status for answer in told} - {409, 412}) == [200]
    assert sum(answer.status == 200 for answer in told) == 1
    won = next(answer for answer in told if answer.status == 200)
    assert (await program.get(path)).json["name"] == won.json["name"]
    assert await db.system.fetchval("select count(*) from idempotency_keys") == 0


async def test_a_part_is_compared_with_the_whole_above_it(program: Caller, thread: Thread) -> None:
    path = f"/conversations/{thread.conversation_id}"
    etag = (await program.get(path)).headers["ETag"]
    closed: dict[str, Any] = {"status": "closed"}
    assert (await program.ask("PUT", f"{path}/status", closed, If_Match=etag)).status == 200
    assert (await program.ask("PUT", f"{path}/status", {"status": "open"}, If_Match=etag)).status == 412


async def test_what_is_absent_or_foreign_is_absent_also_under_a_condition(
    program: Caller, other_thread: Thread
) -> None:
    assert (await rename(program, f"/contacts/{other_thread.contact_id}", "*")).status == 404


async def test_a_condition_on_what_has_no_etag_fails(program: Caller, enter: Enter, tenant: SeededTenant) -> None:
    member = await enter(tenant, "agent")
    assert (await member.ask("DELETE", "/session", If_Match="*")).status == 412
    assert (await member.get("/me")).status == 200


async def test_a_repeat_of_a_conditional_request_is_a_repeat(program: Caller) -> None:
    path, etag = await contact(program)
    headers = {"If_Match": etag, "Idempotency_Key": "rename"}
    first = await program.ask("PATCH", path, {"name": "Nora"}, **headers)
    again = await program.ask("PATCH", path, {"name": "Nora"}, **headers)
    assert (first.status, again.status) == (200, 200)
    assert again.headers["Idempotency-Replayed"] == "true"
