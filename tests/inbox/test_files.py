"""Files that quick replies and drafts name: kept for whoever needs them, and discarded with a person's data."""

from typing import Any
from uuid import UUID, uuid4

from core.harness.agent import Agent
from core.harness.kernel import Kernel
from core.harness.shop import Shop

_BASE = "/api/v1/p/inbox"


async def _file(comptoir: Kernel, shop: Shop, of: Agent) -> dict[str, Any]:
    made = await comptoir.db.system.fetchval(
        "insert into attachments (tenant_id, uploaded_by, kind, filename, mime_type, size, state, storage_key) "
        "values ($1, $2, 'document', 'plan.pdf', 'application/pdf', 7, 'stored', $3) returning id",
        shop.tenant_id, of.user_id, f"{shop.tenant_id}/attachments/{uuid4()}")  # fmt: skip
    return {"id": str(made), "kind": "document", "filename": "plan.pdf", "size": 7}


async def _holds(comptoir: Kernel, file: dict[str, Any]) -> list[bool]:
    rows = await comptoir.db.system.fetch("select shared from attachment_holds where attachment_id = $1",
                                          UUID(file["id"]))
    return [row["shared"] for row in rows]


async def _reply(agent: Agent, file: dict[str, Any], **more: Any) -> str:
    told = {"shortcut": "plan", "title": "Plan", "files": [file["id"]], **more}
    answer = await agent.post(f"{_BASE}/quick-replies", json=told)
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


async def test_a_shared_replys_file_stays_everybodys_whoever_uses_it_for_one_of_their_own(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, agent = await shop.agent("owner"), await shop.agent()
    file = await _file(comptoir, shop, owner)
    shared = await _reply(owner, file, shared=True)
    own = await _reply(agent, file)
    assert await _holds(comptoir, file) == [True]
    changed = await agent.put(f"{_BASE}/quick-replies/{own}", json={
        "shortcut": "plan", "title": "The plan", "files": [file["id"]]})  # fmt: skip
    assert changed.status == 200
    assert await _holds(comptoir, file) == [True]
    assert (await owner.delete(f"{_BASE}/quick-replies/{shared}")).status == 204
    assert len(await _holds(comptoir, file)) == 1
    assert (await agent.delete(f"{_BASE}/quick-replies/{own}")).status == 204
    assert await _holds(comptoir, file) == []


async def test_a_drafts_files_are_kept_while_it_names_them_and_discarded_with_the_persons_data(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    agent, talks = await shop.agent("owner"), []
    for number in range(3):
        await shop.receives("salam", sender=f"+21260000000{number}")
    await comptoir.drain()
    for one in (await agent.get("/api/v1/conversations")).json()["items"]:
        talks.append((f"{_BASE}/conversations/{one['id']}/draft", one))
    first, second, sent = [await _file(comptoir, shop, agent) for _ in range(3)]

    async def writes(path: str, *files: dict[str, Any]) -> None:
        answer = await agent.put(path, json={"body": "look", "files": list(files)})
        assert answer.status == 200, answer.text

    (path, talk), (other, _), (deleted, gone) = talks
    await writes(path, first, second)
    await writes(other, second)
    await writes(path, second)
    assert [await _holds(comptoir, one) for one in (first, second)] == [[], [False]]
    await agent.delete(path)
    assert await _holds(comptoir, second) == [False]
    reply = await _reply(agent, second, shared=True)
    await agent.delete(other)
    assert await _holds(comptoir, second) == [True]
    assert (await agent.delete(f"{_BASE}/quick-replies/{reply}")).status == 204
    assert await _holds(comptoir, second) == []

    await writes(path, first, second, sent)
    await writes(other, second)
    await comptoir.db.system.execute(
        "insert into attachments (tenant_id, message_id, source_id, kind, mime_type, state, storage_key) "
        "select tenant_id, id, $2, 'document', 'application/pdf', 'stored', 'x' from messages where tenant_id = $1 "
        "limit 1",
        shop.tenant_id, UUID(sent["id"]))  # fmt: skip
    await shop.erase_personal_data(talk["contact"]["id"])
    left = await comptoir.db.system.fetch("select id from attachments where message_id is null")
    assert {str(row["id"]) for row in left} == {second["id"], sent["id"]}
    assert [await _holds(comptoir, one) for one in (second, sent)] == [[False], []]

    await writes(deleted, sent)
    assert (await agent.delete(f"/api/v1/contacts/{gone['contact']['id']}")).status in (202, 204)
    await comptoir.drain()
    await shop.runs("inbox.forget_old_drafts")
    assert await _holds(comptoir, sent) == []
    assert await shop.failures("inbox") == []
