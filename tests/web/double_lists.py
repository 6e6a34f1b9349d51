"""Lists of conversations in the stand-in: filters, counts, changes of many, tags, saved views, mentions."""

import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from quart import Quart, request

from .double_people import problem

if TYPE_CHECKING:
    from .double import Double

Resource = dict[str, Any]


class Lists:
    """Filters as the API has them, over what the double holds."""

    def __init__(self, double: "Double", me: str) -> None:
        self.double, self.me = double, me
        self.views: list[Resource] = []
        self.tags: list[Resource] = []
        self.counted = 0
        self.bulk: list[Resource] = []
        self.refused: set[str] = set()
        self.fields: dict[str, dict[str, str]] = {}
        self.timers: dict[str, list[str]] = {}
        """The timers that run in a conversation, as filters name them."""
        self.mutes: dict[str, Resource] = {}

    def register(self, app: Quart) -> None:
        api = "/api/v1"
        app.add_url_rule(f"{api}/conversations/counts", "counts", self._counts)
        app.add_url_rule(f"{api}/conversations", "change_many", self._change_many, methods=["PUT"])
        app.add_url_rule(f"{api}/conversations/bulk", "put_back", self._put_back, methods=["POST"])
        app.add_url_rule(f"{api}/tags", "tags", self._list_tags)
        app.add_url_rule(f"{api}/tags", "new_tag", self._new_tag, methods=["POST"])
        app.add_url_rule(f"{api}/tags/<key>", "tag", self._tag, methods=["PATCH", "DELETE"])
        app.add_url_rule(f"{api}/p/contacts/fields", "fields", self._fields)
        app.add_url_rule(f"{api}/p/contacts/fields/values", "values", self._values)
        app.add_url_rule(f"{api}/p/inbox/views", "views", self._views, methods=["GET", "POST"])
        app.add_url_rule(f"{api}/p/inbox/views/<key>", "view", self._view, methods=["PATCH", "DELETE"])
        app.add_url_rule(f"{api}/p/inbox/mutes", "mutes", self._mutes)
        app.add_url_rule(f"{api}/p/inbox/conversations/<key>/mute", "mute", self._mute, methods=["PUT", "DELETE"])
        app.add_url_rule(f"{api}/p/inbox/mentions", "mentions", self._mentions)
        app.add_url_rule(f"{api}/p/inbox/mentions/count", "count_mentions", self._no_mentions)
        app.add_url_rule(f"{api}/p/inbox/mentions/read", "read_mentions", self._no_mentions, methods=["PUT"])

    async def _mutes(self) -> Any:
        return {"items": list(self.mutes.values()), "next": None}

    async def _mute(self, key: str) -> Any:
        given = await request.get_json(silent=True) or {}
        on = request.method == "PUT"
        told: Resource = {"conversation": key, "muted": on, "until": given.get("until")}
        self.mute(told)
        return told

    def mute(self, told: Resource) -> None:
        """By this page, or another one of the same person."""
        if told["muted"]:
            self.mutes[told["conversation"]] = told
        else:
            self.mutes.pop(told["conversation"], None)
        self.double.say("inbox.mutes", told)

    def found(self, wanted: Resource) -> list[Resource]:
        return [one for one in self.double.conversations.values() if self._matches(one, wanted)]

    def _matches(self, one: Resource, wanted: Resource) -> bool:
        def several(name: str) -> list[str]:
            given = wanted.get(name) or []
            return given.split(",") if isinstance(given, str) else list(given)

        owner = (one["assignee"] or {}).get("id", "none")
        waits, heard = one.get("waiting_since"), one["last_inbound_at"]
        now = datetime.now().astimezone()
        checks = [
            wanted.get("status", "all") in ("all", one["status"]),
            not several("assignee") or owner in [self.me if who == "me" else who for who in several("assignee")],
            not several("tag") or any(tag["id"] in several("tag") for tag in one["tags"]),
            not several("priority") or one["priority"] in several("priority"),
            str(wanted.get("unread", "")).lower() != "true" or one["unread"] > 0,
            not wanted.get("waiting_minutes") or bool(waits and now - datetime.fromisoformat(waits) > timedelta(
                minutes=int(wanted["waiting_minutes"]))),
            not wanted.get("window_hours") or bool(heard),
            wanted.get("sort") != "waiting" or bool(waits),
            not wanted.get("contact") or (one["contact"] or {}).get("id") == wanted["contact"],
            not wanted.get("timer") or wanted["timer"] in self.timers.get(one["id"], ()),
            not wanted.get("field") or self._says(one["contact"], str(wanted["field"])),
            (one["contact"] or {"name": ""})["name"].lower().startswith(str(wanted.get("q", "")).lower()),
        ]
        return all(checks)

    def _says(self, contact: Resource | None, field: str) -> bool:
        key, _, value = field.partition("=")
        kept = self.fields.get(contact["id"], {}) if contact else {}
        return kept.get(key, "").casefold() == value.casefold()

    async def _fields(self) -> Any:
        return {"items": sorted({key for kept in self.fields.values() for key in kept}), "next": None}

    async def _values(self) -> Any:
        key = request.args["key"]
        return {"items": sorted({kept[key] for kept in self.fields.values() if key in kept}), "next": None}

    def sorted(self, wanted: Resource) -> list[Resource]:
        found = self.found(wanted)
        if wanted.get("sort") == "waiting":
            return sorted(found, key=lambda one: (one["waiting_since"], one["id"]))
        return sorted(found, key=lambda one: (one["last_message_at"], one["id"]), reverse=True)

    async def _counts(self) -> Any:
        self.counted += 1
        sizes = [len(self.found(one)) for one in json.loads(request.args["of"])]
        return {"items": [{"count": min(size, 999), "more": size > 999} for size in sizes]}

    async def _change_many(self) -> Any:
        body = await request.get_json()
        self.bulk.append(body)
        return {"items": [self._changed(key, body) for key in body["ids"]]}

    async def _put_back(self) -> Any:
        body = await request.get_json()
        self.bulk.append(body)
        return {"items": [self._changed(one["id"], one) for one in body["conversations"]]}

    def _changed(self, key: str, change: Resource) -> Resource:
        one = self.double.conversations.get(key)
        if one is None or key in self.refused:
            problem = {"type": "/problems/not-found", "title": "Not found", "status": 404, "detail": "It is gone."}
            return {"id": key, "conversation": None, "problem": problem}
        names = {member["id"]: member["name"] for member in self.double.members}
        if change.get("status"):
            one |= {"status": change["status"], "snoozed_until": change.get("until")}
        if "assignee" in change:
            owner = self.me if change["assignee"] == "me" else change["assignee"]
            one["assignee"] = owner and {"id": owner, "name": names[owner]}
        if change.get("priority"):
            one["priority"] = change["priority"]
        kept = change.get("tags", [tag["id"] for tag in one["tags"]])
        kept = [tag for tag in [*kept, *change.get("add_tags", [])] if tag not in change.get("remove_tags", [])]
        one["tags"] = [tag for tag in self.tags if tag["id"] in kept]
        one["unread"] = 0 if change.get("read") else one["unread"]
        one["version"] += 1
        self.double.emit("conversation.updated", {"conversation": dict(one)})
        return {"id": key, "conversation": dict(one), "problem": None}

    async def _list_tags(self) -> Any:
        return {"items": sorted(self.tags, key=lambda tag: str(tag["name"]).lower()), "next": None}

    def _taken(self, name: str, key: str = "") -> bool:
        return any(tag["name"].lower() == name.lower() and tag["id"] != key for tag in self.tags)

    async def _tag(self, key: str) -> Any:
        tag = next(one for one in self.tags if one["id"] == key)
        if request.method == "DELETE":
            self.tags.remove(tag)
            self.double.emit("tag.deleted", {"id": key})
            return "", 204
        change = await request.get_json()
        if self._taken(change.get("name", ""), key):
            return problem(409, "name-taken", "There is a tag of this name: choose another.", loc="name")
        tag |= change
        self.double.emit("tag.saved", {"tag": dict(tag)})
        return tag

    async def _new_tag(self) -> Any:
        tag = {"id": str(uuid4()), **await request.get_json()}
        if self._taken(tag["name"]):
            return problem(409, "name-taken", "There is a tag of this name: choose another.", loc="name")
        self.tags.append(tag)
        self.double.emit("tag.saved", {"tag": tag})
        return tag, 201

    async def _views(self) -> Any:
        if request.method == "GET":
            return {"items": self.views, "next": None}
        view = {"id": str(uuid4()), "mine": True, "shared": False, "icon": "", "sort": "latest",
                "position": len(self.views), **await request.get_json()}  # fmt: skip
        self.views.append(view)
        return view, 201

    async def _view(self, key: str) -> Any:
        view = next(one for one in self.views if one["id"] == key)
        if request.method == "DELETE":
            self.views.remove(view)
            return "", 204
        view |= await request.get_json()
        return view

    async def _mentions(self) -> Any:
        return {"items": [], "next": None}

    async def _no_mentions(self) -> Any:
        return {"unread": 0}
