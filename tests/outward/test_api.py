"""Webhooks and frames over the API: who may do what, what is refused, and what is never shown."""

import base64
import hmac
import json
from typing import Any
from uuid import uuid4

import pytest

from core.db.pool import Database
from tests.http.callers import Caller
from tests.http.conftest import *  # noqa: F403 - the web process of the tests of HTTP
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.seed import SeededTenant

HOOK = {"name": "Web shop", "url": "https://shop.example.org/hooks", "types": ["message.received"]}
FRAME = {"title": "Orders", "url": "https://orders.example.org/panel", "slot": "conversation.detail"}


@pytest.fixture
async def owner(enter: Enter, tenant: SeededTenant) -> Caller:
    return await enter(tenant, "owner")


async def made(caller: Caller, path: str, body: dict[str, Any]) -> Any:
    answer = await caller.ask("POST", path, body)
    assert answer.status == 201, answer.json
    return answer.json


async def test_a_secret_is_shown_once(owner: Caller) -> None:
    hook, frame = await made(owner, "/webhooks", HOOK), await made(owner, "/frames", FRAME)
    assert hook["secret"].startswith("whsec_")
    assert len(base64.b64decode(hook["secret"][6:])) == 32
    for path, secret in ((f"/webhooks/{hook['id']}", hook["secret"]), (f"/frames/{frame['id']}", frame["secret"])):
        for shown in (path, path.rpartition("/")[0]):
            answer = await owner.get(shown)
            assert answer.status == 200
            assert secret.encode() not in answer.raw
            assert b"sealed" not in answer.raw
        renewed = await owner.ask("POST", f"{path}/secret", {})
        assert renewed.json["secret"] != secret
    hook = (await owner.get(f"/webhooks/{hook['id']}")).json
    assert hook["old_secret_ends_at"] is not None


@pytest.mark.parametrize("url", [
    "http://shop.example.org/hooks", "https://10.0.0.1/", "https://127.0.0.1:8600/", "https://[::1]/", "https://2130706433/",
    "https://169.254.169.254/latest/meta-data", "https://user:pass@shop.example.org/", "https://shop.example.org/#x",
    "ftp://shop.example.org/", "https://", "javascript:alert(1)", "https://shop example.org/", "https://[fe80::1/",
])  # fmt: skip
async def test_addresses_that_may_not_be_called_are_refused_when_they_are_written(owner: Caller, url: str) -> None:
    answer = await owner.ask("POST", "/webhooks", {**HOOK, "url": url})
    assert answer.status == 422, url
    assert answer.json["errors"][0]["loc"] == ["url"]


@pytest.mark.parametrize("url", ["http://orders.example.org/", "https://x.org; script-src *", "https://x.org,https://y.org/",
                                 "javascript:alert(1)", "data:text/html,x", "https://a:b@x.org/", "https://*/x",
                                 "https://*.example.org/"])  # fmt: skip
async def test_a_frames_address_cannot_widen_the_policy(owner: Caller, url: str) -> None:
    assert (await owner.ask("POST", "/frames", {**FRAME, "url": url})).status == 422


async def test_nobody_lets_out_more_than_they_may_see(
    db: Database, owner: Caller, enter: Enter, tenant: SeededTenant
) -> None:
    agent = await enter(tenant, "agent")
    for method, path, body in (("GET", "/webhooks", None), ("POST", "/webhooks", HOOK), ("POST", "/frames", FRAME)):
        assert (await agent.ask(method, path, body)).status == 403
    role = await owner.ask("POST", "/roles", {"name": "Hooks", "sees": "all", "permissions": ["webhooks.manage"]})
    assert role.status == 201, role.json
    await db.system.execute("update memberships set role = $2 where tenant_id = $1 and role = 'agent'", tenant.id,
                            role.json["key"])  # fmt: skip
    answer = await agent.ask("POST", "/webhooks", HOOK)
    assert answer.status == 403
    assert "conversations.read" in answer.json["detail"]
    hook = await made(owner, "/webhooks", HOOK)
    turned = await agent.ask("PATCH", f"/webhooks/{hook['id']}", {"url": "https://elsewhere.example.org/"})
    assert turned.status == 403
    assert (await agent.ask("PATCH", f"/webhooks/{hook['id']}", {"state": "paused"})).status == 200
    narrow = await owner.ask("POST", "/roles", {"name": "Own", "sees": "own", "permissions": ["webhooks.manage"]})
    assert narrow.status == 422


async def test_unknown_events_and_what_stays_in_the_house_are_refused(owner: Caller) -> None:
    for name in ("message.invented", "audit.recorded", "webhook.unhandled", "export.finished"):
        answer = await owner.ask("POST", "/webhooks", {**HOOK, "types": [name]})
        assert answer.status == 422
    listed = (await owner.get("/webhooks/event-types")).json["items"]
    assert {"message.received", "contact.deleted"} <= {one["type"] for one in listed}
    assert all(one["allowed"] for one in listed)


async def test_pausing_and_removing_are_in_the_audit_log(db: Database, owner: Caller) -> None:
    hook = await made(owner, "/webhooks", HOOK)
    paused = await owner.ask("PATCH", f"/webhooks/{hook['id']}", {"state": "paused"})
    assert paused.json["state"] == "paused"
    assert (await owner.ask("DELETE", f"/webhooks/{hook['id']}")).status == 204
    assert (await owner.get(f"/webhooks/{hook['id']}")).status == 404
    actions = [row["action"] for row in await db.system.fetch("select action from audit_log order by n")]
    ours = [one for one in actions if one.startswith("webhook.")]
    assert ours == ["webhook.created", "webhook.updated", "webhook.deleted"]


async def test_attempts_are_paged_and_filtered(db: Database, owner: Caller, tenant: SeededTenant) -> None:
    hook = await made(owner, "/webhooks", HOOK)
    await db.system.execute(
        "insert into webhook_attempts (tenant_id, endpoint_id, kind, seq, message_id, type, attempt, outcome, status, "
        "milliseconds, at) select $1, $2, 'event', n, 'evt_' || n, 'message.received', 1, "
        "case when n % 5 = 0 then 'refused' else 'delivered' end, 200, 7, now() - make_interval(secs => 100 - n) "
        "from generate_series(1, 60) n", tenant.id, hook["id"])  # fmt: skip
    path, found, cursor = f"/webhooks/{hook['id']}/attempts", [], ""
    while True:
        page = (await owner.get(f"{path}?limit=25{cursor}")).json
        found += [one["seq"] for one in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert found == list(range(60, 0, -1))
    refused = (await owner.get(f"{path}?outcome=refused")).json["items"]
    assert [one["seq"] for one in refused] == list(range(60, 0, -5))


async def test_there_is_an_end_to_how_many(owner: Caller) -> None:
    for _ in range(20):
        await made(owner, "/webhooks", HOOK)
    assert (await owner.ask("POST", "/webhooks", HOOK)).status == 409


def opened(token: str, secret: str) -> dict[str, Any]:
    """As a third party would, with nothing but the secret."""
    head, claims, signature = token.split(".")
    padded = signature + "=" * (-len(signature) % 4)
    expected = hmac.digest(secret.encode(), f"{head}.{claims}".encode(), "sha256")
    assert hmac.compare_digest(base64.urlsafe_b64decode(padded), expected)
    assert json.loads(base64.urlsafe_b64decode(head + "==")) == {"alg": "HS256", "typ": "JWT"}
    told: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    return told


async def test_a_frames_token_tells_who_looks_at_what_for_five_minutes(
    owner: Caller, enter: Enter, tenant: SeededTenant, thread: Thread
) -> None:
    frame = await made(owner, "/frames", FRAME)
    agent = await enter(tenant, "agent")
    answer = await agent.ask("POST", f"/frames/{frame['id']}/token", {"conversation": str(thread.conversation_id)})
    claims = opened(answer.json["token"], frame["secret"])
    assert claims["tenant"] == str(tenant.id)
    assert claims["aud"] == frame["id"]
    assert claims["sub"] == (await agent.get("/me")).json["id"]
    assert claims["conversation"] == str(thread.conversation_id)
    assert claims["contact"] == str(thread.contact_id)
    assert claims["exp"] - claims["iat"] == 300


async def test_no_token_for_what_the_agent_does_not_see(
    db: Database, owner: Caller, enter: Enter, with_key: Enter, tenant: SeededTenant, thread: Thread,
    other_thread: Thread,
) -> None:
    frame = await made(owner, "/frames", {**FRAME, "permission": "audit.read"})
    agent, about = await enter(tenant, "agent"), {"conversation": str(thread.conversation_id)}
    path = f"/frames/{frame['id']}/token"
    assert (await agent.ask("POST", path, about)).status == 404  # not of this agent
    assert (await owner.ask("POST", path, {"conversation": str(other_thread.conversation_id)})).status == 404
    assert (await owner.ask("POST", path, {"conversation": str(uuid4())})).status == 404
    assert (await owner.ask("POST", path, {**about, "contact": str(other_thread.contact_id)})).status == 404
    assert (await (await with_key(tenant, "owner")).ask("POST", path, about)).status == 403
    own = {"name": "Own", "sees": "own", "permissions": ["conversations.read", "audit.read"]}
    role = await owner.ask("POST", "/roles", own)
    await db.system.execute("update memberships set role = $2 where tenant_id = $1 and role = 'agent'", tenant.id,
                            role.json["key"])  # fmt: skip
    assert (await agent.ask("POST", path, about)).status == 404  # a conversation of nobody's


async def test_a_frame_is_in_the_manifest_of_those_who_may_see_it(
    owner: Caller, enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    frame = await made(owner, "/frames", {**FRAME, "permission": "settings.manage"})
    agent, stranger = await enter(tenant, "agent"), await enter(other_tenant, "owner")

    async def seen(caller: Caller) -> list[str]:
        panels = (await caller.get("/bootstrap")).json["ui"]["panels"]
        return [one["frame"]["id"] for one in panels if "frame" in one]

    assert await seen(owner) == [frame["id"]]
    assert await seen(agent) == []
    assert await seen(stranger) == []
    policy = (await owner.get("/login")).headers["Content-Security-Policy"]
    assert "orders.example.org" not in policy
    await owner.ask("PATCH", f"/frames/{frame['id']}", {"enabled": False})
    assert await seen(owner) == []
