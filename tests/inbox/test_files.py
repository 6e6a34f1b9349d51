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
