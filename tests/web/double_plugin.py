"""What the plugin "acme" of the stand-in offers beside its panels, and how it misbehaves."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from quart import Quart, request

Resource = dict[str, Any]
KINDS = ("composer_actions", "message_renderers", "dashboard_cards", "commands")
HANGS = object()
"""In the place of an answer: none comes."""


class Offered:
    def __init__(self) -> None:
        self.pages: list[Resource] = []
        self.provides: list[str] = []
        self.facts: Any = {"items": [], "missing": []}
        self.suggestions: Any = {"items": [], "missing": []}
        self.requests: list[Resource] = []
        """For a person's data, the newest first."""
        self.pieces: dict[str, list[Resource]] = {kind: [] for kind in KINDS}
        self.fragments: dict[str, Any] = {}
        """Name to HTML, (HTML, status), or HANGS; what is asked of each is kept in `asked`."""
        self.answers: dict[str, Any] = {}
        """What /data/<name> and /commands/<name> answer."""
        self.asked: list[tuple[str, Resource]] = []
        self.forms: list[Resource] = []
        """Settings of plugins, as the kernel tells of them."""
        self.refusal: Resource | None = None

    def offer(self, pieces: str, **piece: Any) -> None:
        self.pieces[pieces].append({"plugin": "acme", "order": 100} | piece)

    def register(self, app: Quart) -> None:
        app.add_url_rule("/api/v1/p/<plugin>/data/<name>", "plugin_data", self._data)
        app.add_url_rule("/api/v1/p/<plugin>/commands/<name>", "plugin_command", self._command, methods=["POST"])
        app.add_url_rule("/api/v1/p/inbox/conversations/<id>/notes", "notes", self._notes)
        app.add_url_rule("/api/v1/conversations/<id>/acts", "acts", self._notes)
        app.add_url_rule("/api/v1/p/inbox/desks", "desks", self._desks)
        app.add_url_rule("/api/v1/plugin-settings", "plugin_forms", self._forms)
        app.add_url_rule("/api/v1/plugin-settings/<plugin>", "plugin_form", self._change, methods=["PATCH"])
        app.add_url_rule("/api/v1/contacts/<id>/facts", "facts", self._facts)
        app.add_url_rule("/api/v1/conversations/<id>/suggestions", "suggestions", self._suggestions)
        app.add_url_rule("/api/v1/personal-data", "personal_data", self._requests)
        app.add_url_rule("/api/v1/personal-data", "ask_personal_data", self._request, methods=["POST"])

    async def _notes(self, id: str) -> Any:
        return {"items": [], "next": None}

    async def _desks(self) -> Any:
        return {"items": [], "next": None}

    async def _facts(self, id: str) -> Any:
        self.asked.append(("facts", {"contact": id}))
        return await told(self.facts)

    async def _suggestions(self, id: str) -> Any:
        self.asked.append(("suggestions", {"conversation": id}))
        return await told(self.suggestions)

    async def _requests(self) -> Any:
        return {"items": self.requests, "next": None}

    async def _request(self) -> Any:
        wanted = await request.get_json()
        self.requests.insert(0, {
            "id": str(uuid4()), "state": "waiting", "plugins": [], "attempts": 0, "error": None, "size": None,
            "sha256": None, "requested_by": None, "created_at": datetime.now(UTC).isoformat(), "next_attempt_at": None,
            "finished_at": None, "expires_at": None} | wanted)
        return self.requests[0], 202

    async def _forms(self) -> Any:
        return {"items": self.forms}

    async def _change(self, plugin: str) -> Any:
        values = (await request.get_json())["values"]
        self.asked.append((plugin, values))
        if self.refusal:
            return self.refusal, 422, {"Content-Type": "application/problem+json"}
        form = next(one for one in self.forms if one["plugin"] == plugin)
        for field in form["fields"]:
            if field["name"] in values:
                given = values[field["name"]]
                field |= {"set": given is not None, "source": "default" if given is None else "here",
                          "value": None if field["kind"] == "secret" else given}
        return form

    async def fragment(self, name: str) -> Any:
        self.asked.append((name, dict(request.args)))
        return await told(self.fragments[name])

    async def _data(self, plugin: str, name: str) -> Any:
        self.asked.append((name, dict(request.args)))
        found = self.answers[name]
        return await told(found(request.args) if callable(found) else found)

    async def _command(self, plugin: str, name: str) -> Any:
        self.asked.append((name, await request.get_json() or {}))
        return await told(self.answers[name])


async def told(answer: Any) -> Any:
    if answer is HANGS:
        await asyncio.Event().wait()
    return await asyncio.shield(answer) if isinstance(answer, asyncio.Future) else answer
