"""What the composer asks for: quick replies, drafts, templates."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from quart import Quart, request

if TYPE_CHECKING:
    from .double import Double

Resource = dict[str, Any]
_BASE = "/api/v1/p/inbox"


class Compose:
    def __init__(self, double: Double) -> None:
        self._double = double
        self.replies: dict[str, Resource] = {}
        self.drafts: dict[str, Resource] = {}
        self.attributes: dict[str, str] = {}  # of every contact
        self.templates: list[Resource] = []
        self.read_at: str | None = None

    def reply(self, shortcut: str, body: str, **more: Any) -> Resource:
        made = {"id": str(uuid4()), "shortcut": shortcut, "title": shortcut.title(), "body": body, "language": None,
                "files": [], "shared": True, "updated_at": "2026-11-26T10:00:00+00:00"} | more
        self.replies[made["id"]] = made
        return made

    def draft(self, conversation: str, body: str, **more: Any) -> Resource:
        """As another screen of the same person would leave it."""
        made = {"conversation": conversation, "body": body, "reply_to": None, "files": [],
                "version": time.time_ns() // 1000} | more
        self.drafts[conversation] = made
        self._tell(conversation, made["version"])
        return made

    def template(self, name: str, language: str, body: str, *components: Resource, price: str | None = None,
                 category: str = "UTILITY") -> None:  # fmt: skip
        self.templates.append({
            "name": name, "language": language, "category": category, "named": False, "price": price,
            "components": [{"type": "BODY", "text": body}, *components]})

    def _tell(self, conversation: str, version: int) -> None:
        self._double.say("inbox.drafts", {"conversation": conversation, "draft": self.drafts.get(conversation),
                                          "version": version})

    def register(self, app: Quart) -> None:
        app.add_url_rule(f"{_BASE}/quick-replies", "replies", self._replies, methods=["GET", "POST"])
        app.add_url_rule(f"{_BASE}/quick-replies/<key>", "quick_reply", self._reply, methods=["PUT", "DELETE"])
        app.add_url_rule("/api/v1/conversations/<key>/templates", "templates", self._templates)
        app.add_url_rule("/api/v1/conversations/<key>/template-readings", "read_templates", self._read,
                         methods=["POST"])
        app.add_url_rule("/api/v1/p/contacts/contacts/<key>/attributes", "attributes", self._attributes)
        app.add_url_rule(f"{_BASE}/drafts", "drafts", self._drafts)
        app.add_url_rule(f"{_BASE}/conversations/<key>/draft", "draft", self._draft, methods=["PUT", "DELETE"])

    async def _replies(self) -> Any:
        if request.method == "GET":
            return {"items": list(self.replies.values()), "next": None}
        return self.reply(**await self._given()), 201

    async def _reply(self, key: str) -> Any:
        if request.method == "DELETE":
            del self.replies[key]
            return "", 204
        self.replies[key] |= await self._given()
        return self.replies[key]

    async def _given(self) -> Resource:
        given = dict(await request.get_json())
        return given | {"files": [{"id": one, "kind": "document", "filename": "plan.pdf", "size": 7}
                                  for one in given["files"]]}  # fmt: skip

    async def _templates(self, key: str) -> Any:
        known = self.templates if self.read_at else []
        return {"items": known, "next": None, "currency": "EUR", "read_at": self.read_at}

    async def _read(self, key: str) -> Any:
        self.read_at = "2026-11-26T10:00:00+00:00"
        return "", 204

    async def _attributes(self, key: str) -> Any:
        return {"items": [{"key": key, "value": value} for key, value in self.attributes.items()], "next": None}

    async def _drafts(self) -> Any:
        return {"items": list(self.drafts.values()), "next": None}

    async def _draft(self, key: str) -> Any:
        before = self.drafts.pop(key, None)
        if request.method == "DELETE":
            self._tell(key, version := time.time_ns() // 1000)
            newer = before and before["version"] > int(request.args["base"])
            return {"replaced": before["body"] if before and newer else None, "version": version}
        given = dict(await request.get_json())
        base = given.pop("base")
        lost = before and before["version"] != base and before["body"] != given["body"] and before["body"]
        made = self.draft(key, **given)
        return made | {"replaced": lost or None}
