"""Each member is told what concerns them, once, where they want it, and never of what they look at or may not see."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from comptoir_sdk import BusinessHours, Context, Message
from comptoir_sdk.testing import Agent, Kernel, Shop
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tortoise.exceptions import OperationalError

from plugins.inbox.notices import routes, routing, telling
from plugins.inbox.notices.models import Notice
from plugins.inbox.timers import hearing
from plugins.inbox.timers.clockwork import set_due
from plugins.inbox.timers.models import Timer

_BASE = "/api/v1/p/inbox"
_NOTICES = f"{_BASE}/notices"
_PUSHED = "https://push.example/send/3f1a"


class Subscribed:
    """A browser: it alone can read what it is sent (RFC 8291, the receiver's side)."""

    def __init__(self) -> None:
        self._private, self._auth = ec.generate_private_key(ec.SECP256R1()), bytes(range(16))
        self._public = self._private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def told(self, locale: str = "fr") -> dict[str, Any]:
        keys = {"p256dh": _text(self._public), "auth": _text(self._auth)}
        return {"endpoint": _PUSHED, "keys": keys, "label": "Firefox · Linux", "locale": locale}

    def reads(self, body: bytes) -> dict[str, Any]:
        salt, length = body[:16], body[20]
        theirs, sealed = body[21:21 + length], body[21 + length:]
        shared = self._private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        ikm = _derived(shared, self._auth, b"WebPush: info\x00" + self._public + theirs, 32)
        key, nonce = (_derived(ikm, salt, b"Content-Encoding: " + what + b"\x00", size)
                      for what, size in ((b"aes128gcm", 16), (b"nonce", 12)))
        plain = AESGCM(key).decrypt(nonce, sealed, None)
        assert plain[-1] == 2
        found: dict[str, Any] = json.loads(plain[:-1])
        return found


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def _text(data: bytes) -> str:
    import base64

    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


async def _conversation(comptoir: Kernel, shop: Shop, agent: Agent) -> str:
    await shop.receives("salam", sender="+212600000001")
    await comptoir.drain()
    return str((await agent.get("/api/v1/conversations")).json()["items"][0]["id"])


async def _assign(agent: Agent, conversation: str, to: Agent) -> None:
    path = f"/api/v1/conversations/{conversation}/assignment"
    assert (await agent.put(path, json={"assignee": str(to.user_id)})).status == 200


async def _given_to_said(comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> tuple[Shop, Agent, Agent, str]:
    """A shop, two agents, and a conversation of the second's; no push of it but what a test asks for."""
    monkeypatch.setattr(telling, "_GATHERED", timedelta(hours=1))
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    await _assign(amina, conversation, said)
    await comptoir.drain()
    return shop, amina, said, conversation


async def _told(agent: Agent) -> list[tuple[str, int, str | None]]:
    items = (await agent.get(f"{_NOTICES}?unread=true")).json()["items"]
    return [(one["kind"], one["count"], one["actor"]) for one in items]


async def test_who_is_concerned_is_told_once_for_what_repeats_and_it_is_read_with_the_conversation(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    async with said.listen("inbox.notices") as heard:
        await _assign(amina, conversation, said)
        await comptoir.drain()
        word = await heard.next()
        assert (word["conversation"], word["notice"]["kind"], word["page"], word["sound"], word["tune"]) == (
            conversation, "assigned", True, True, "chime")
    for _ in range(3):
        await shop.receives("again", sender="+212600000001")
    await comptoir.drain()
    note = {"body": "@Said", "mentions": [{"kind": "member", "id": str(said.user_id)}]}
    await amina.post(f"{_BASE}/conversations/{conversation}/notes", json=note)
    assert await _told(said) == [("mention", 1, "Amina"), ("message", 3, None), ("assigned", 1, "Amina")]
    assert await _told(amina) == []
    assert (await said.put(f"{_NOTICES}/read", json={"conversation": conversation})).json() == {"unread": 0}
    listed = (await said.get(f"{_NOTICES}?limit=2")).json()
    assert [one["conversation"]["id"] for one in listed["items"]] == [conversation] * 2
    after = (await said.get(f"{_NOTICES}?limit=2&cursor={listed['next']}")).json()
    assert ([one["kind"] for one in after["items"]], after["next"]) == (["assigned"], None)
    await _assign(said, conversation, said)
    await comptoir.drain()
    assert await _told(said) == []


async def test_who_follows_hears_as_if_it_were_theirs_and_who_is_called_follows(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    path = f"{_BASE}/conversations/{conversation}"
    assert (await amina.put(f"{path}/follow")).json()["following"]
    call = {"body": "@Said", "mentions": [{"kind": "member", "id": str(said.user_id)}]}
    await amina.post(f"{path}/notes", json=call)
    assert [one["name"] for one in (await said.get(f"{path}/follow")).json()["items"]] == ["Amina", "Said"]
    await said.delete(f"{path}/follow")
    await shop.receives("news", sender="+212600000001")
    await comptoir.drain()
    assert (await _told(amina), [kind for kind, _, _ in await _told(said)]) == ([("message", 1, None)], ["mention"])


async def test_a_team_is_told_of_what_nobody_has_and_nobody_of_what_they_look_at_or_do_not_see(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, amina, said = await shop.agent("owner"), await shop.agent(), await shop.agent("supervisor")
    wanted = {"name": "Limited", "permissions": ["conversations.read"], "sees": "own"}
    limited = await shop.agent((await owner.post("/api/v1/roles", json=wanted)).json()["key"])
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    conversation = await _conversation(comptoir, shop, owner)
    await said.put(f"{_BASE}/presence", json={"screen": "screen-one", "conversation": conversation})
    everybody = [str(one.user_id) for one in (amina, said, limited)]
    team = (await owner.post("/api/v1/teams", json={"name": "Sales", "members": everybody})).json()
    await owner.put(f"/api/v1/conversations/{conversation}/team", json={"team": team["id"]})
    await comptoir.drain()
    assert await _told(amina) == [("unassigned", 1, None)]
    for nobody in (said, limited, other):
        assert await _told(nobody) == []
        assert (await nobody.get(f"{_NOTICES}/count")).json() == {"unread": 0}


async def test_a_timer_that_runs_out_is_told_to_whoever_has_it_or_else_could_take_it(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner, amina, said, viewer = [await shop.agent(role) for role in ("owner", "agent", "supervisor", "viewer")]
    assert (await owner.patch("/api/v1/roles/agent", json={"sees": "own"})).status == 200
    other = await (await comptoir.tenant("zagora", plugins={"inbox": {}})).agent("owner")
    targets = [{"name": "All", "working": False, "first_response_minutes": 30}]
    assert (await owner.put(f"{_BASE}/timers/targets", json={"items": targets})).status == 200
    _asked_before(monkeypatch, minutes=25)
    conversation = await _conversation(comptoir, shop, owner)
    assert await _told(said) == await _told(owner) == [("due_soon", 1, None)]
    for nobody in (amina, viewer, other):  # out of sight; may not answer; another organisation's
        assert await _told(nobody) == []
    for agent in (owner, said):
        await agent.put(f"{_NOTICES}/read", json={})
    await said.put(f"{_BASE}/conversations/{conversation}/follow")
    await _assign(owner, conversation, amina)
    answer = {"id": str(uuid4()), "type": "text", "text": {"body": "Bonjour"}}
    assert (await owner.post(f"/api/v1/conversations/{conversation}/messages", json=answer)).status == 202
    await comptoir.drain()
    _asked_before(monkeypatch, minutes=40)
    await _next_second()
    async with amina.listen("inbox.notices") as heard:
        await shop.receives("and then?", sender="+212600000001")
        await comptoir.drain()
        words = {word["notice"]["kind"]: word for word in [await heard.next(), await heard.next()]}
        assert (words["late"]["page"], words["late"]["sound"]) == (True, True)
    await shop.runs("inbox.watch")  # another worker comes by: told once
    late, of_mine = ("late", 1, None), ("message", 1, None)
    assert sorted(await _told(amina)) == sorted([("assigned", 1, "Omar"), late, of_mine])
    assert sorted(await _told(said)) == sorted([late, of_mine])
    assert await _told(owner) == await _told(other) == []
    assert await shop.failures("inbox") == []


async def test_a_timer_of_which_nothing_could_be_kept_is_told_the_next_time(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    targets = [{"name": "All", "working": False, "first_response_minutes": 30}]
    assert (await owner.put(f"{_BASE}/timers/targets", json={"items": targets})).status == 200
    _asked_before(monkeypatch, minutes=40)
    with monkeypatch.context() as away:
        away.setattr(Notice, "bulk_create", _unavailable)
        await _conversation(comptoir, shop, owner)
    assert await _told(owner) == []
    for _ in range(2):
        await shop.runs("inbox.watch")
    assert await _told(owner) == [("late", 1, None)]


async def _unavailable(*_args: object, **_more: object) -> None:
    raise OperationalError("the database is away")


async def _next_second() -> None:
    """Customers' times are whole seconds, and two questions of one second are one to a timer; no event tells of it."""
    await asyncio.sleep(1 - datetime.now(UTC).microsecond / 1_000_000)


def _asked_before(monkeypatch: pytest.MonkeyPatch, *, minutes: int) -> None:
    """Timers that start now are as if the customer had written so long ago."""
    def shifted(hours: BusinessHours, timer: Timer, start: datetime, left: float) -> None:
        set_due(hours, timer, start - timedelta(minutes=minutes), left)

    monkeypatch.setattr(hearing, "set_due", shifted)


async def test_an_event_that_comes_again_tells_nobody_again_and_what_was_read_long_ago_is_forgotten(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    await _assign(amina, conversation, said)
    await comptoir.drain()
    await said.put(f"{_NOTICES}/read", json={})
    heard = routing.heard_message

    async def again(ctx: Context, message: Message) -> None:
        await heard(ctx, message)
        await heard(ctx, message)
        if message.body == "read":
            await Notice.filter(kind="message").update(read_at=ctx.now())
            await heard(ctx, message)

    monkeypatch.setattr(routing, "heard_message", again)
    for body, told in (("once", [("message", 1, None)]), ("twice", [("message", 2, None)]), ("read", [])):
        await shop.receives(body, sender="+212600000001")
        await comptoir.drain()
        assert await _told(said) == told
    await amina.put(f"{_BASE}/conversations/{conversation}/follow")
    await shop.receives("kept", sender="+212600000001")
    await comptoir.drain()
    monkeypatch.setattr(routes, "KEPT_DAYS", 0)
    await shop.runs("inbox.forget_read")
    left = await shop.rows("inbox.Notice")
    assert {(one.kind, one.member_id) for one in left} == {("message", amina.user_id), ("message", said.user_id)}
    monkeypatch.setattr(routes, "UNREAD_DAYS", 0)
    await shop.runs("inbox.forget_read")
    assert await shop.rows("inbox.Notice") == []


async def test_whose_sessions_are_ended_is_pushed_nothing_more(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    for one, endpoint in ((amina, "a"), (said, "b")):
        told = {**Subscribed().told(), "endpoint": f"https://push.example/send/{endpoint}"}
        assert (await one.post(f"{_NOTICES}/browsers", json=told)).status == 201
    assert (await said.delete("/api/v1/sessions")).status == 204
    await comptoir.drain()
    assert [one.member_id for one in await shop.rows("inbox.Browser")] == [amina.user_id]


async def test_a_browser_is_pushed_what_it_alone_can_read_and_is_forgotten_when_it_is_gone(comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    amina, said = await shop.agent(), await shop.agent("supervisor")
    conversation = await _conversation(comptoir, shop, amina)
    await _assign(amina, conversation, said)
    await comptoir.drain()
    await said.put(f"{_NOTICES}/read", json={})
    browser = Subscribed()
    made = await said.post(f"{_NOTICES}/browsers", json=browser.told())
    assert made.status == 201
    comptoir.web.answers(_PUSHED, status=201)
    await shop.receives("Où est mon colis ?", sender="+212600000001")
    await comptoir.drain()
    push = {"member_id": str(said.user_id), "conversation_id": conversation}
    await shop.runs("inbox.push", **push)
    asked = comptoir.web.asked[-1]  # on a slow machine the three seconds of its job were over before
    assert asked.headers["Content-Encoding"] == "aes128gcm"
    assert asked.headers["Authorization"].startswith("vapid t=")
    assert asked.headers["Authorization"].endswith((await said.get(f"{_NOTICES}/key")).json()["key"])
    assert b"colis" not in (asked.content or b"")
    told = browser.reads(asked.content or b"")
    assert (told["title"], told["body"], told["url"]) == ("Zineb", "Où est mon colis ?", f"/inbox/{conversation}")

    await shop.receives(sender="+212600000001", call={"direction": "USER_INITIATED", "event": "terminate"})
    await comptoir.drain()
    await shop.runs("inbox.push", **push)
    called = browser.reads(comptoir.web.asked[-1].content or b"")
    assert (called["title"], called["body"]) == ("Zineb", "Un client a appelé, et personne n'a répondu.")
    await shop.receives("Où est mon colis ?", sender="+212600000001")
    await comptoir.drain()

    wishes = (await said.get(f"{_NOTICES}/wishes")).json()
    assert (await said.put(f"{_NOTICES}/wishes", json={**wishes, "hide_content": True})).status == 200
    await shop.runs("inbox.push", **push)
    hidden = browser.reads(comptoir.web.asked[-1].content or b"")
    assert (hidden["title"], hidden["body"]) == ("Atlas", "Il y a un nouveau message.")
    comptoir.web.answers(_PUSHED, status=410)
    await shop.runs("inbox.push", **push)
    assert (await said.get(f"{_NOTICES}/browsers")).json()["items"] == []
    assert await shop.failures("inbox") == []


async def test_what_is_not_to_be_pushed_hides_nothing_that_is(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, amina, said, conversation = await _given_to_said(comptoir, monkeypatch)
    await said.put(f"{_NOTICES}/read", json={})
    quietly = {"kinds": {"message": {"page": True, "sound": True, "push": False}}}
    assert (await said.put(f"{_NOTICES}/wishes", json=quietly)).status == 200
    browser = Subscribed()
    assert (await said.post(f"{_NOTICES}/browsers", json=browser.told("en"))).status == 201
    comptoir.web.answers(_PUSHED, status=201)
    call = {"body": "@Said", "mentions": [{"kind": "member", "id": str(said.user_id)}]}
    assert (await amina.post(f"{_BASE}/conversations/{conversation}/notes", json=call)).status == 201
    await shop.receives("again", sender="+212600000001")
    await comptoir.drain()
    assert [kind for kind, _, _ in await _told(said)] == ["message", "mention"]
    await shop.runs("inbox.push", member_id=str(said.user_id), conversation_id=conversation)
    [asked] = comptoir.web.asked
    assert browser.reads(asked.content or b"")["body"] == "A note calls you."


async def test_a_browser_is_one_persons_and_one_that_is_away_rings_no_other_again(
        comptoir: Kernel, monkeypatch: pytest.MonkeyPatch) -> None:
    shop, amina, said, conversation = await _given_to_said(comptoir, monkeypatch)
    shared, away = Subscribed().told(), {**Subscribed().told(), "endpoint": "https://push.example/send/away"}
    for person in (amina, said):
        assert (await person.post(f"{_NOTICES}/browsers", json=shared)).status == 201
    assert (await amina.get(f"{_NOTICES}/browsers")).json()["items"] == []
    await said.post(f"{_NOTICES}/browsers", json=away)
    comptoir.web.answers(_PUSHED, status=201)
    comptoir.web.answers(away["endpoint"], status=503)
    push = {"member_id": str(said.user_id), "conversation_id": conversation}
    await shop.runs("inbox.push", **push)
    assert [asked.url for asked in comptoir.web.asked].count(_PUSHED) == 1


async def test_nothing_is_pushed_that_was_read_is_on_the_screen_out_of_sight_or_in_quiet_hours(
        comptoir: Kernel) -> None:
    shop = await comptoir.tenant(plugins={"inbox": {}})
    owner = await shop.agent("owner")
    wanted = {"name": "Limited", "permissions": ["conversations.read", "conversations.write"], "sees": "own"}
    limited = await shop.agent((await owner.post("/api/v1/roles", json=wanted)).json()["key"])
    conversation = await _conversation(comptoir, shop, owner)
    await limited.post(f"{_NOTICES}/browsers", json=Subscribed().told())
    await _assign(owner, conversation, limited)
    await comptoir.drain()
    push = {"member_id": str(limited.user_id), "conversation_id": conversation}
    page = {"screen": "screen-one", "conversation": None}
    await limited.put(f"{_BASE}/presence", json=page)
    await shop.runs("inbox.push", **push)
    await limited.ask("DELETE", f"{_BASE}/presence", json={"screen": "screen-one"})
    wishes = (await limited.get(f"{_NOTICES}/wishes")).json()
    for quiet in ({"since": "00:00", "until": "23:59"}, {"since": "23:59", "until": "23:58"}):
        await limited.put(f"{_NOTICES}/wishes", json={**wishes, "quiet": quiet})
        await shop.runs("inbox.push", **push)
    await limited.put(f"{_NOTICES}/wishes", json=wishes)
    await _assign(owner, conversation, owner)
    await comptoir.drain()
    await shop.runs("inbox.push", **push)
    await _assign(owner, conversation, limited)
    await limited.put(f"{_NOTICES}/read", json={})
    await shop.runs("inbox.push", **push)
    assert comptoir.web.asked == ()
    assert (await limited.put(f"{_NOTICES}/wishes", json={"quiet": {"since": "25:00"}})).status == 422
