"""The part of the stand-in that is about systems of others: webhooks with their deliveries, and embedded pages."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from quart import Quart, request

from core.outward.events import TYPES

from .double_people import People, problem

if TYPE_CHECKING:
    from .double import Double, Resource

Answer = Any
_PAGE = 25


class Outward:
    def __init__(self, double: "Double") -> None:
        self.double = double
        self.hooks: dict[str, Resource] = {}
        self.frames: dict[str, Resource] = {}
        self.attempts: list[Resource] = []
        self.deeds: list[str] = []
        self.tokens: list[Resource] = []

    # ── what a test puts there ──
    def hook(self, name: str, **fields: Any) -> "Resource":
        made: Resource = {
            "id": str(uuid4()), "name": name, "url": "https://shop.example.org/hooks/comptoir", "state": "on",
            "types": ["message.received", "contact.deleted"], "off_reason": None, "waiting": 0, "failures": 0,
            "failing_since": None, "next_attempt_at": None, "delivered_at": People.ago(minutes=2), "version": 1,
            "old_secret_ends_at": None, "created_at": People.ago(days=9), "updated_at": People.ago(days=9)} | fields
        self.hooks[made["id"]] = made
        return made

    def attempt(self, **fields: Any) -> "Resource":
        made: Resource = {
            "id": str(uuid4()), "kind": "event", "seq": 100 + len(self.attempts), "webhook_id": "evt_1f2c11aa_7",
            "type": "message.received", "attempt": 1, "outcome": "delivered", "status": 200, "milliseconds": 84,
            "error": None, "excerpt": "", "at": People.ago(minutes=len(self.attempts))} | fields
        self.attempts.append(made)
        return made

    def frame(self, title: str, **fields: Any) -> "Resource":
        made: Resource = {
            "id": str(uuid4()), "title": title, "url": "https://orders.example.org/panel", "enabled": True,
            "slot": "conversation.detail", "permission": None, "version": 1, "created_at": People.ago(days=9),
            "updated_at": People.ago(days=9)} | fields
        self.frames[made["id"]] = made
        return made

    def show(self, title: str, url: str) -> str:
        """A panel of the manifest, as the kernel makes it of a frame."""
        made = self.frame(title, url=url)
        self.double.panels.append({
            "plugin": "", "name": made["id"], "title": title, "slot": "conversation.detail", "order": 1000,
            "collapsed": False, "frame": {"id": made["id"], "url": url, "origin": "/".join(url.split("/")[:3])}})
        return str(made["id"])

    # ── the doors ──
    def register(self, app: Quart) -> None:
        for rule, view, methods in (
            ("/webhooks", self._hooks, ["GET", "POST"]), ("/webhooks/event-types", self._types, ["GET"]),
            ("/webhooks/<key>", self._hook, ["PATCH", "DELETE"]), ("/webhooks/<key>/secret", self._secret, ["POST"]),
            ("/webhooks/<key>/<deed>", self._deed, ["POST"]), ("/webhooks/<key>/attempts", self._attempts, ["GET"]),
            ("/webhooks/<key>/attempts/<one>/again", self._again, ["POST"]),
            ("/frames", self._frames, ["GET", "POST"]), ("/frames/<key>", self._frame, ["PATCH", "DELETE"]),
            ("/frames/<key>/secret", self._frame_secret, ["POST"]), ("/frames/<key>/token", self._token, ["POST"]),
        ):
            app.add_url_rule(f"/api/v1{rule}", f"outward_{view.__name__}", view, methods=methods)

    async def _hooks(self) -> Answer:
        if request.method == "GET":
            return {"items": list(self.hooks.values()), "next": None}
        given = await request.get_json()
        if given["url"].startswith("http:"):
            return problem(422, "invalid", "Use https.", loc="url")
        return self.hook(**given, delivered_at=None) | {"secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}, 201

    async def _types(self) -> Answer:
        return {"items": [{"type": name, "told": one.told, "needs": one.needs,
                           "allowed": one.needs != "accounts.manage"} for name, one in TYPES.items()]}  # fmt: skip

    async def _hook(self, key: str) -> Answer:
        if request.method == "DELETE":
            del self.hooks[key]
            return "", 204
        given = await request.get_json()
        fresh = {"failures": 0, "off_reason": None} if "state" in given else {}
        self.hooks[key] |= given | fresh | {"version": self.hooks[key]["version"] + 1}
        return self.hooks[key]

    async def _secret(self, key: str) -> Answer:
        self.hooks[key]["old_secret_ends_at"] = People.ago(days=-1)
        return self.hooks[key] | {"secret": "whsec_another"}

    async def _deed(self, key: str, deed: str) -> Answer:
        self.deeds.append(deed)
        if deed == "test":
            made = self.attempt(kind="test", type="webhook.test", seq=None, at=People.ago(minutes=0))
            self.attempts.insert(0, self.attempts.pop(self.attempts.index(made)))
            return "", 202
        self.hooks[key] |= {"failures": 0, "version": self.hooks[key]["version"] + 1}
        return self.hooks[key]

    async def _attempts(self, key: str) -> Answer:
        wanted = request.args.get("outcome")
        found = [one for one in self.attempts if wanted in (None, one["outcome"])]
        after = int(request.args.get("cursor") or 0)
        more = len(found) > after + _PAGE
        return {"items": found[after : after + _PAGE], "next": str(after + _PAGE) if more else None}

    async def _again(self, key: str, one: str) -> Answer:
        self.deeds.append(f"again {one}")
        return "", 202

    async def _frames(self) -> Answer:
        if request.method == "GET":
            return {"items": list(self.frames.values()), "next": None}
        made = self.frame(**await request.get_json())
        return made | {"secret": "frs_0hGmJ0M6yHFYw2ePzv1Jk3g1o5m8oC4b6xk1kYpC5nE"}, 201

    async def _frame(self, key: str) -> Answer:
        if request.method == "DELETE":
            del self.frames[key]
            return "", 204
        self.frames[key] |= await request.get_json()
        return self.frames[key]

    async def _frame_secret(self, key: str) -> Answer:
        return self.frames[key] | {"secret": "frs_another"}

    async def _token(self, key: str) -> Answer:
        self.tokens.append({"frame": key, **await request.get_json()})
        return {"token": "a.signed.token", "expires_at": People.ago(minutes=-5)}
