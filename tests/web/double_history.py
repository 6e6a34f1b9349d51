"""A tenant's ledger to which anything may happen, and the events that tell of it: for the reducer of the screens."""

import random
from collections.abc import Callable
from copy import deepcopy
from typing import Any

Resource = dict[str, Any]
STATUSES = ("sending", "accepted", "sent", "delivered", "read", "failed", "uncertain")
SELDOM = ("contact.deleted", "contacts.merged", "conversation.hidden", "team.deleted", "tag.deleted")
PEOPLE = (None, {"id": "m1", "name": "Amine"}, {"id": "m2", "name": "Yasmine"})


class History:
    """What the server has, by id, and its log. `happen` makes one thing happen, of the types it names."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.clock = 0
        self.log: list[Resource] = []
        self.teams: dict[str, Resource] = {name: {"id": name, "name": name} for name in ("t1", "t2", "t3")}
        self.tags: dict[str, Resource] = {name: {"id": name, "name": name, "colour": "red"} for name in ("x", "y", "z")}
        self.contacts: dict[str, Resource] = {}
        self.conversations: dict[str, Resource] = {}
        self.messages: dict[str, Resource] = {}
        for number in range(6):
            self._contact(f"c{number}")
            self._conversation(f"v{number}", f"c{number}")
            self._write("inbound")
        self.log.clear()
        self.kinds: dict[str, Callable[[], Any]] = {
            "message.received": lambda: self._write("inbound"), "message.queued": lambda: self._write("outbound"),
            "message.echoed": lambda: self._write("outbound", "message.echoed"),
            "message.noted": lambda: self._write("outbound", "message.noted"),
            "message.status": self._status, "message.updated": self._update,
            "conversation.opened": self._open, "conversation.assigned": self._assign, "conversation.moved": self._move,
            "conversation.closed": lambda: self._change("conversation.closed", status="closed"),
            "conversation.updated": self._field, "conversation.hidden": self._hide,
            "team.saved": self._rename_team, "team.deleted": self._drop_team,
            "tag.saved": self._rename_tag, "tag.deleted": self._drop_tag,
            "contact.saved": self._rename, "contact.blocked": lambda: self._block("contact.blocked", "2026-01-01"),
            "contact.unblocked": lambda: self._block("contact.unblocked", None),
            "contact.deleted": self._erase, "contacts.merged": self._merge}

    def happen(self) -> None:
        kinds = list(self.kinds)
        weights = [1 if kind in SELDOM else 6 for kind in kinds]
        self.kinds[self.dice.choices(kinds, weights)[0]]()

    def snapshot(self) -> Resource:
        """What a screen that opens now would fetch."""
        threads: dict[str, list[Resource]] = {key: [] for key in self.conversations}
        for message in self.messages.values():
            threads[message["conversation_id"]].append(message)
        return deepcopy({"conversations": list(self.conversations.values()), "messages": threads,
                         "contacts": list(self.contacts.values())})

    def _tell(self, kind: str, **data: Any) -> None:
        self.log.append(deepcopy({"type": kind, "data": data}))

    def _now(self) -> str:
        self.clock += 1
        return f"2026-01-01T00:00:00.{self.clock:06}+00:00"

    def _any(self, found: dict[str, Resource]) -> Resource:
        return self.dice.choice(list(found.values()))

    def _contact(self, key: str) -> Resource:
        self.contacts[key] = {"id": key, "name": key, "phone": key, "bsuid": None, "username": None, "locale": None,
                              "version": 1}
        return self.contacts[key]

    def _conversation(self, key: str, contact: str) -> Resource:
        self.conversations[key] = {
            "id": key, "status": "open", "snoozed_until": None, "assignee": None, "team": None, "unread": 0,
            "account": {"id": "a"}, "contact": short(self.contacts[contact]), "blocked_at": None, "group": None,
            "last_message_at": None, "last_message": None, "tags": [], "priority": None, "version": 1}
        return self.conversations[key]

    def _write(self, direction: str, kind: str | None = None) -> None:
        conversation, at = self._any(self.conversations), self._now()
        number = self.clock
        message: Resource = {
            "id": f"m{number:05}", "conversation_id": conversation["id"], "wamid": f"w{number}", "type": "text",
            "direction": direction, "body": f"words {number}", "content": {}, "error": None, "at": at,
            "status": "received" if direction == "inbound" else "queued", "timestamps": {}, "attachments": [],
            "revoked_at": None, "version": 1}  # fmt: skip
        self.messages[message["id"]] = message
        said = {name: message[name] for name in ("id", "direction", "type", "status", "at")}
        conversation |= {"last_message": said | {"revoked_at": None, "preview": message["body"]},
                         "last_message_at": message["at"],
                         "unread": conversation["unread"] + (direction == "inbound"),
                         "version": conversation["version"] + 1}  # fmt: skip
        self._tell(kind or {"inbound": "message.received"}.get(direction, "message.queued"), message=message,
                   conversation=conversation)

    def _status(self) -> None:
        """Ranks go up only, as intake has it."""
        sent = [one for one in self.messages.values() if one["direction"] == "outbound" and one["status"] != "read"]
        if not sent:
            return
        message = self.dice.choice(sent)
        later = STATUSES[STATUSES.index(message["status"]) + 1 :] if message["status"] in STATUSES else STATUSES
        later = tuple(one for one in later if rank(one) > rank(message["status"]))
        if not later:
            return
        message |= {"status": self.dice.choice(later), "version": message["version"] + 1}
        told = ("id", "conversation_id", "wamid", "status", "timestamps", "error", "version")
        self._preview(message)
        self._tell("message.status", message={key: message[key] for key in told})

    def _update(self) -> None:
        """Edited, revoked, or its file has come."""
        if not self.messages:
            return
        message = self._any(self.messages)
        change: Resource = self.dice.choice([{"body": f"edited {self.clock}"}, {"type": "image"},
                                             {"revoked_at": self._now()}])
        message |= change | {"version": message["version"] + 1}
        self._preview(message)
        self._tell("message.updated", message=message)

    def _preview(self, message: Resource) -> None:
        last = self.conversations[message["conversation_id"]]["last_message"]
        if last and last["id"] == message["id"]:
            last |= {name: message[name] for name in ("type", "status", "revoked_at")} | {"preview": message["body"]}

    def _change(self, kind: str, **fields: Any) -> None:
        conversation = self._any(self.conversations)
        conversation |= fields | {"version": conversation["version"] + 1}
        self._tell(kind, conversation=conversation)

    def _open(self) -> None:
        self._now()
        key = f"v{self.clock}n"
        self._tell("contact.saved", contact=self._contact(f"{key}c"), changed=["phone"])
        self._conversation(key, f"{key}c")
        self._tell("conversation.opened", conversation=self.conversations[key])

    def _assign(self) -> None:
        self._change("conversation.assigned", assignee=self.dice.choice(PEOPLE))

    def _move(self) -> None:
        self._change("conversation.moved", team=self.dice.choice([None, *self.teams.values()]))

    def _field(self) -> None:
        fields: list[Resource] = [
            {"unread": 0}, {"priority": self.dice.choice([None, "low", "high", "urgent"])},
            {"tags": [dict(tag) for tag in self.tags.values()]}, {"tags": [dict(self._any(self.tags))]}, {"tags": []},
            {"status": "snoozed", "snoozed_until": self._now()}, {"status": "open", "snoozed_until": None}]
        self._change("conversation.updated", **self.dice.choice(fields))

    def _hide(self) -> None:
        """Given away, out of the sight of whoever is at this screen."""
        if len(self.conversations) > 3:
            conversation = self._any(self.conversations)
            self._gone(conversation["id"])
            self._tell("conversation.hidden", id=conversation["id"], version=conversation["version"])

    def _gone(self, key: str) -> None:
        del self.conversations[key]
        self.messages = {name: one for name, one in self.messages.items() if one["conversation_id"] != key}

    def _rename_team(self) -> None:
        team = self._any(self.teams)
        team["name"] = f"team {self.clock} {self.dice.random()}"
        self._of_team(team["id"], dict(team))
        self._tell("team.saved", team=team)

    def _drop_team(self) -> None:
        if len(self.teams) > 1:
            team = self._any(self.teams)
            del self.teams[team["id"]]
            self._of_team(team["id"], None)
            self._tell("team.deleted", id=team["id"])

    def _of_team(self, key: str, team: Resource | None) -> None:
        for conversation in self.conversations.values():
            if (conversation["team"] or {}).get("id") == key:
                conversation["team"] = team

    def _rename_tag(self) -> None:
        tag = self._any(self.tags)
        tag |= {"name": f"tag {self.clock} {self.dice.random()}", "colour": self.dice.choice(["red", "blue"])}
        self._of_tag(tag["id"], [dict(tag)])
        self._tell("tag.saved", tag=tag)

    def _drop_tag(self) -> None:
        if len(self.tags) > 1:
            tag = self._any(self.tags)
            del self.tags[tag["id"]]
            self._of_tag(tag["id"], [])
            self._tell("tag.deleted", id=tag["id"])

    def _of_tag(self, key: str, now: list[Resource]) -> None:
        for conversation in self.conversations.values():
            conversation["tags"] = [tag for one in conversation["tags"] for tag in (now if one["id"] == key else [one])]

    def _rename(self) -> None:
        contact = self._any(self.contacts)
        contact |= {"name": f"name {self.dice.random()}", "version": contact["version"] + 1}
        for conversation in self._theirs(contact["id"]):
            conversation["contact"] = short(contact)
        self._tell("contact.saved", contact=contact, changed=["name"])

    def _theirs(self, contact: str) -> list[Resource]:
        return [one for one in self.conversations.values() if one["contact"]["id"] == contact]

    def _block(self, kind: str, since: str | None) -> None:
        contact = self._any(self.contacts)["id"]
        for conversation in self._theirs(contact):
            conversation["blocked_at"] = since
        self._tell(kind, contact_id=contact, account_id="a", blocked=bool(since), blocked_at=since)

    def _erase(self) -> None:
        if len(self.contacts) > 3 and len(self.conversations) > 3:
            contact = self._any(self.contacts)["id"]
            for conversation in self._theirs(contact):
                self._gone(conversation["id"])
            del self.contacts[contact]
            self._tell("contact.deleted", id=contact, groups=[])

    def _merge(self) -> None:
        """Where both talked with one number, their threads become one; else the conversation changes hands."""
        if len(self.contacts) < 4:
            return
        kept, removed = (self.contacts[key] for key in self.dice.sample(list(self.contacts), 2))
        kept |= {"name": f"merged {self.clock}", "version": kept["version"] + 1}
        into, pairs = self._theirs(kept["id"]), []
        for conversation in self._theirs(removed["id"]):
            if into:
                pairs.append([conversation["id"], into[0]["id"]])
                for message in self.messages.values():
                    if message["conversation_id"] == conversation["id"]:
                        message |= {"conversation_id": into[0]["id"], "version": message["version"] + 1}
                self._gone(conversation["id"])
            else:
                conversation["contact"] = short(kept)
        for conversation in into:
            conversation["contact"] = short(kept)
        del self.contacts[removed["id"]]
        self._tell("contacts.merged", kept=kept, removed=removed["id"], conversations=pairs, groups=[])


def rank(status: str) -> int:
    return {"queued": -3, "sending": -2, "uncertain": -1, "accepted": 0, "sent": 1, "failed": 1, "delivered": 2}.get(
        status, 3)


def short(contact: Resource) -> Resource:
    return {key: contact[key] for key in ("id", "name", "phone", "bsuid", "username", "version")}
