"""The double's threads around a message, and its search."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from quart import Quart, request

from core.messaging.search.folding import fold
from core.messaging.search.snippets import snippet

if TYPE_CHECKING:
    from .double import Double, Resource

PAGE = 50


class Searching:
    """`notes`: what plugins keep, as (conversation, author, body). `missing`: plugins that did not answer."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.notes: list[tuple[Resource, str, str]] = []
        self.missing: list[str] = []
        self.asked: list[dict[str, str]] = []

    def register(self, app: Quart) -> None:
        app.add_url_rule("/api/v1/search", "search", self._search)

    def around(self, messages: "list[Resource]", key: str) -> Any:
        """Newest first; cursors are places."""
        at = next((at for at, one in enumerate(messages) if key in (one["id"], one["wamid"])), None)
        if at is None:
            return {"type": "/problems/not-found", "status": 404, "detail": "There is no such message."}, 404
        begins = max(0, at - PAGE // 2)
        return stretch(messages, begins, begins + PAGE)

    async def _search(self) -> Any:
        given = dict(request.args)
        self.asked.append(given)
        words = fold(given["q"]).words.split()
        limit = int(given.get("limit", 50))
        begins = int(given.get("cursor") or 0)
        found = self._messages(given, words)
        page = found[begins:begins + limit]
        following = str(begins + limit) if len(found) > begins + limit else None
        names = [] if given.get("conversation") or given.get("in") == "messages" else self._names(words)
        notes = [hit for one in self.notes if (hit := self._note(*one, words)) is not None]
        return {"conversations": names, "contacts": [], "messages": {"items": page, "next": following},
                "plugins": {"items": [] if given.get("from") else notes, "missing": self.missing}}  # fmt: skip

    def _messages(self, given: dict[str, str], words: list[str]) -> "list[Resource]":
        wanted: Callable[[Resource], bool] = lambda one: (  # noqa: E731
            given.get("conversation") in (None, one["conversation_id"])
            and (given.get("from") != "customer" or one["direction"] == "inbound"))
        messages = sorted((one for thread in self.double.messages.values() for one in thread if wanted(one)),
                          key=lambda one: (one["at"], one["id"]), reverse=True)  # fmt: skip
        told = ("id", "conversation_id", "direction", "type", "status", "at", "author", "participant")
        return [{"message": {key: one.get(key) for key in told},
                 "conversation": self._brief(self.double.conversations[one["conversation_id"]]), "snippet": said}
                for one in messages if (said := snippet(fold(one["body"]), one["body"], words)) is not None]

    def _names(self, words: list[str]) -> "list[Resource]":
        found = []
        for one in self.double.conversations.values():
            name = (one["contact"] or {"name": ""})["name"]
            if (ranges := fold(name).ranges(words)) is not None:
                found.append({"conversation": one, "found": {"field": "name", "text": name, "ranges": ranges}})
        return found

    def _note(self, conversation: "Resource", author: str, body: str, words: list[str]) -> "Resource | None":
        said = snippet(fold(body), body, words)
        return said and {"plugin": "inbox", "title": author, "icon": "sticky-note", "snippet": said, "at": None,
                         "conversation": self._brief(conversation), "contact_id": None, "url": None}  # fmt: skip

    def _brief(self, conversation: "Resource") -> "Resource":
        contact = conversation["contact"] or {"id": None, "name": ""}
        return {"id": conversation["id"], "kind": "person", "status": conversation["status"], "name": contact["name"],
                "contact_id": contact["id"], "account_id": "acc"}  # fmt: skip


def stretch(messages: "list[Resource]", begins: int, ends: int) -> "Resource":
    return {"items": messages[begins:ends], "next": str(ends) if ends < len(messages) else None,
            "previous": str(begins) if begins else None}  # fmt: skip
