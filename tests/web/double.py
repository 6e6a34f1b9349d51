"""A stand-in for the API and the event log, in memory, with the levers a real one does not offer: cut every socket,
refuse the next request, hide events. The pages and files are the real ones (core.web)."""

import asyncio
from collections.abc import Collection
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from quart import Quart, Response, request, websocket

from core.http.rule import Rule
from core.web import Installation, PluginFiles, blueprint
from core.web.language import Locale, direction

from .double_account import Account
from .double_compose import Compose
from .double_entrance import Entrance
from .double_lanes import Sending
from .double_lists import Lists
from .double_office import Office
from .double_outward import Outward
from .double_people import People, settings_pages
from .double_plugin import Offered
from .double_search import PAGE, Searching, stretch
from .double_thread import Files

ROOT = Path(__file__).parents[2]
EPOCH = "0197f7a0-0000-7000-8000-000000000001"
ME = "0197f7a0-0000-7000-8000-00000000000a"
COLLEAGUE = "0197f7a0-0000-7000-8000-00000000000b"
PERMISSIONS = ["contacts.delete", "contacts.read", "contacts.write", "conversations.read", "conversations.write",
               "messages.send"]
BASE = datetime.now(UTC).replace(microsecond=0)
Resource = dict[str, Any]
TITLES = {"en": ("Inbox", "Contacts"), "fr": ("Boîte de réception", "Contacts"), "ar": ("الوارد", "جهات الاتصال")}


def iso(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


class Double:
    """The tenant, and what a test may do to it."""

    def __init__(self, locale: Locale = "en") -> None:
        self.locale = locale
        self.signed_in = True
        self.seq = 100
        self.log: list[Resource] = []
        self.contacts: dict[str, Resource] = {}
        self.conversations: dict[str, Resource] = {}
        self.messages: dict[str, list[Resource]] = {}
        self.sockets: set[asyncio.Queue[Resource | None]] = set()
        self.faults: dict[str, list[tuple[int, Resource]]] = {}
        self.offline = False
        self.url = ""
        self.posted: list[Resource] = []
        self.uploaded: list[str] = []
        self.typed: list[str] = []  # conversations in which "typing" was told
        self.panels: list[Resource] = []
        self.offered = Offered()
        self.permissions = list(PERMISSIONS)
        self.teams: list[Resource] = []
        self.numbers: list[Resource] = []
        self.members = [{"id": ME, "name": "Amine Kadiri", "role": "agent"},
                        {"id": COLLEAGUE, "name": "Yasmine Bennis", "role": "agent"}]
        self.close_code = 1012
        self.without_settings = False
        self.csrf = "token"
        self.role = "agent"
        self.told: Resource = {}  # the OpenAPI document
        self.people = People(self)
        self.entrance = Entrance(self)
        self.account = Account(self)
        self.office = Office(self)
        self.sending = Sending(self.office)
        self.outward = Outward(self)
        self.files = Files(self)
        self.compose = Compose(self)
        self.searching = Searching(self)
        self.lists = Lists(self, ME)
        self.app = self._application()

    # ── what happens ──
    def customer(self, name: str, phone: str | None = "212661000000", **fields: Any) -> Resource:
        """A contact and their conversation, without messages."""
        contact: Resource = {"id": str(uuid4()), "name": name, "given_name": None, "profile_name": name, "phone": phone,
                   "bsuid": None, "username": None, "locale": None, "created_at": iso(BASE - timedelta(days=3)),
                   "updated_at": iso(BASE), "version": 1}
        self.contacts[contact["id"]] = contact
        short: Resource = {key: contact[key] for key in ("id", "name", "phone", "bsuid", "username", "version")}
        conversation: Resource = {
            "id": str(uuid4()), "status": "open", "snoozed_until": None, "assignee": None, "team": None,
            "account": {"id": "acc", "phone_number_id": "1", "display_phone_number": "212520000000",
                        "verified_name": "Atlas Shop"},
            "contact": short, "blocked_at": None, "unread": 0, "tags": [], "priority": "none",
            "waiting_since": None, "last_message_at": iso(BASE - timedelta(days=1)),
            "last_inbound_at": None, "window_expires_at": None, "last_message": None,
            "created_at": iso(BASE - timedelta(days=3)), "updated_at": iso(BASE), "version": 1} | fields
        self.conversations[conversation["id"]] = conversation
        self.messages[conversation["id"]] = []
        return conversation

    def write(self, conversation: Resource, body: str = "", *, direction: str = "inbound", at: datetime | None = None,
              quiet: bool = False, **fields: Any) -> Resource:
        """A message in the thread and, unless quiet, the event that tells of it."""
        at = at or datetime.now(UTC)
        inbound = direction == "inbound"
        message = {
            "id": str(uuid4()), "conversation_id": conversation["id"], "wamid": f"wamid.{uuid4().hex}",
            "direction": direction, "type": "text", "body": body, "content": {}, "error": None, "at": iso(at),
            "status": "received" if inbound else "read", "context_wamid": None,
            "author": None if inbound else {"kind": "agent", "id": ME, "name": "Amine Kadiri"},
            "timestamps": {"created": iso(at)}, "attachments": [], "version": 1} | fields
        self.messages[conversation["id"]].append(message)
        self.touch(conversation, message, unread=inbound and not quiet)
        if not quiet:
            kind = "message.received" if inbound else "message.queued"
            self.emit(kind, {"message": message, "conversation": dict(conversation)})
        return message

    def touch(self, conversation: Resource, message: Resource, *, unread: bool) -> None:
        conversation["last_message_at"] = message["at"]
        conversation["last_message"] = {key: message[key] for key in ("id", "direction", "type", "status", "at")} | {
            "preview": message["body"][:160]}
        if message["direction"] == "inbound":
            conversation["last_inbound_at"] = message["at"]
            conversation["window_expires_at"] = iso(datetime.fromisoformat(message["at"]) + timedelta(hours=24))
            conversation["unread"] += int(unread)
        conversation["version"] += 1

    def status(self, message: Resource, status: str, **fields: Any) -> None:
        message |= {"status": status, "version": message["version"] + 1} | fields
        told = ("id", "conversation_id", "wamid", "status", "timestamps", "error", "version")
        conversation = self.conversations[message["conversation_id"]]
        if conversation["last_message"] and conversation["last_message"]["id"] == message["id"]:
            conversation["last_message"]["status"] = status
        self.emit("message.status", {"message": {key: message[key] for key in told}})

    def emit(self, kind: str, data: Resource) -> None:
        self.seq += 1
        event = {"t": "event", "seq": self.seq, "id": self.seq, "type": kind, "at": iso(datetime.now(UTC)),
                 "data": deepcopy(data)}
        self.log.append(event)
        for queue in self.sockets:
            queue.put_nowait(event)

    def say(self, topic: str, data: Resource) -> None:
        """Words on a plugin's topic, to every screen that asked for it, or as soon as it does."""
        for queue in self.sockets:
            queue.put_nowait({"t": "topic", "topic": topic, "data": deepcopy(data)})

    def hide(self, conversation: Resource) -> None:
        """As the kernel tells somebody of limited sight that a conversation went elsewhere."""
        del self.conversations[conversation["id"]]
        self.emit("conversation.hidden", {"id": conversation["id"], "version": conversation["version"]})

    def cut(self, code: int = 1012) -> None:
        """Close every socket, as a network would."""
        self.close_code = code
        for queue in self.sockets:
            queue.put_nowait(None)

    def refuse(self, key: str, status: int, **problem: Any) -> None:
        """The next request of `key` ("POST messages") is answered with this problem."""
        body = {"type": f"/problems/{problem.pop('kind', 'broken')}", "title": "Broken", "detail": "It broke.",
                "status": status} | problem
        self.faults.setdefault(key, []).append((status, body))

    # ── the doors ──
    async def bootstrap(self, wish: Locale | None, habit: Locale | None = None) -> Resource | None:
        if not self.signed_in:
            return None
        chosen = self.account.me.get("locale")
        locale = wish or chosen or habit or self.locale
        tenant = {"id": "tenant", "slug": "atlas", "name": "Atlas", "locale": "fr", "timezone": "UTC", "hue": 163}
        pages = [{"plugin": name, "name": name, "title": title, "icon": icon, "nav": "main", "order": order,
                  "fragment": None, "element": f"{name}-page", "module": "page.js"}
                 for order, (name, icon, title) in enumerate(zip(("inbox", "contacts"), ("inbox", "users"),
                                                                 TITLES[locale], strict=True))]
        pages += self.offered.pages
        pages += [] if self.without_settings else settings_pages(locale, self.permissions)
        return {
            "me": {"id": ME, "name": "Amine Kadiri", "email": "amine@atlas.test", "role": self.role, "locale": locale,
                   "permissions": self.permissions, "tenant": tenant, "auth": "session",
                   "preferences": self.account.preferences, "chose_locale": bool(chosen)},
            "csrf": self.csrf, "cursor": f"{EPOCH}.{self.seq}", "accounts": self.numbers, "ws": "/ws", "locale": locale,
            "teams": self.teams, "tags": self.lists.tags, "members": self.members,
            "dir": direction(locale),
            "ui": {"pages": pages, "panels": self.panels, **self.offered.pieces,
                   "provides": self.offered.provides}}

    async def installation(self) -> Installation:
        return self.entrance.installation()

    async def enabled_plugins(self) -> Collection[str]:
        return {"inbox", "contacts", "settings", "acme"} if self.signed_in else set()

    def _application(self) -> Quart:
        app = Quart("double", static_folder=None)
        app.url_rule_class = Rule
        plugins = [PluginFiles(name, ROOT / "plugins" / name / "static", ROOT / "plugins" / name / "locale")
                   for name in ("inbox", "contacts", "settings")]
        plugins.append(PluginFiles("acme", Path(__file__).parent / "acme"))
        plugins.append(PluginFiles("elsewhere", Path(__file__).parent / "acme"))
        app.register_blueprint(blueprint(self, plugins))
        api = "/api/v1"
        app.before_request(self._fault)
        app.add_url_rule(f"{api}/session", "session", self._log_in, methods=["POST"])
        app.add_url_rule(f"{api}/session", "leave", self._log_out, methods=["DELETE"])
        app.add_url_rule(f"{api}/me", "me", self._me)
        app.add_url_rule(f"{api}/bootstrap", "bootstrap", self._bootstrap)
        app.add_url_rule(f"{api}/conversations", "conversations", self._conversations)
        app.add_url_rule(f"{api}/conversations/<key>", "conversation", self._conversation)
        app.add_url_rule(f"{api}/conversations/<key>/messages", "messages", self._messages)
        app.add_url_rule(f"{api}/conversations/<key>/messages", "send", self._send, methods=["POST"])
        app.add_url_rule(f"{api}/conversations/<key>/<what>", "change", self._change, methods=["PUT"])
        app.add_url_rule(f"{api}/conversations/<key>/typing", "typing", self._typing, methods=["POST"])
        app.add_url_rule(f"{api}/messages/<key>", "message", self._message)
        app.add_url_rule(f"{api}/messages/<key>/retry", "retry", self._retry, methods=["POST"])
        app.add_url_rule(f"{api}/contacts", "contacts", self._contacts)
        app.add_url_rule(f"{api}/contacts", "new_contact", self._new_contact, methods=["POST"])
        app.add_url_rule(f"{api}/contacts/<key>", "contact", self._contact, methods=["GET", "PATCH", "DELETE"])
        app.add_url_rule(f"{api}/accounts/<key>/blocked-contacts", "blocks", self._block, methods=["POST", "DELETE"])
        app.add_url_rule(f"{api}/attachments", "upload", self._upload, methods=["POST"])
        app.add_url_rule(f"{api}/attachments/<key>", "attachment", self._attachment)
        app.add_url_rule(f"{api}/attachments/<key>/thumbnail", "thumbnail", self._attachment)
        app.add_url_rule(f"{api}/p/<plugin>/fragments/<name>", "fragment", self._fragment, methods=["GET", "POST"])
        app.add_url_rule(f"{api}/openapi.json", "openapi", self._openapi)
        self.people.register(app)
        self.offered.register(app)
        self.entrance.register(app)
        self.account.register(app)
        self.office.register(app)
        self.sending.register(app)
        self.outward.register(app)
        self.files.register(app)
        self.compose.register(app)
        self.searching.register(app)
        self.lists.register(app)
        app.add_websocket("/ws", "ws", self._ws)
        return app

    async def _openapi(self) -> Resource:
        return self.told

    async def _fault(self) -> Response | tuple[Resource, int, dict[str, str]] | None:
        if not request.path.startswith("/api/"):
            return None
        if self.offline:
            await asyncio.sleep(0)
            return Response("", status=503)
        if request.method != "GET" and self.signed_in and request.headers.get("X-CSRF-Token") != self.csrf:
            return {"type": "/problems/forbidden", "status": 403, "detail": "Stale."}, 403, {}
        if int(request.args.get("limit", 50)) > 100:
            return {"type": "/problems/invalid", "status": 422, "detail": "At most 100."}, 422, {}
        key = f"{request.method} {request.path.rstrip('/').split('/')[-1]}"
        waiting = self.faults.get(key)
        if not waiting:
            return None
        status, problem = waiting.pop(0)
        return problem, status, {"Content-Type": "application/problem+json"}

    async def _log_in(self) -> Any:
        given = await request.get_json()
        if given["password"] != "right":
            problem = {"type": "/problems/unauthenticated", "title": "Not logged in", "status": 401, "detail": "No."}
            return problem, 401, {"Content-Type": "application/problem+json"}
        return self.entrance.let_in()

    async def _log_out(self) -> Any:
        self.signed_in = False
        return "", 204

    async def _me(self) -> Any:
        return {} if self.signed_in else ({"type": "/problems/unauthenticated", "status": 401}, 401)

    async def _bootstrap(self) -> Any:
        return await self.bootstrap(None) or ({"type": "/problems/unauthenticated", "status": 401}, 401)

    async def _conversations(self) -> Any:
        return page(self.lists.sorted(request.args.to_dict()))

    async def _conversation(self, key: str) -> Any:
        return self.conversations.get(key) or ({"type": "/problems/not-found", "status": 404, "detail": "No."}, 404)

    async def _message(self, key: str) -> Any:
        return next(one for thread in self.messages.values() for one in thread if one["id"] == key)

    async def _messages(self, key: str) -> Any:
        found = sorted(self.messages[key], key=lambda one: (one["at"], one["id"]), reverse=True)
        if around := request.args.get("around"):
            return self.searching.around(found, around)
        if after := request.args.get("after"):
            return stretch(found, max(0, int(after) - PAGE), int(after))
        return {**page(found), "previous": None}

    async def sent(self, count: int = 1) -> list[Resource]:
        """What was sent, once it is so much: what stands on a screen may still be on its way."""
        async with asyncio.timeout(8):
            while len(self.posted) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return self.posted

    async def _send(self, key: str) -> Any:
        draft = await request.get_json()
        self.posted.append(draft)
        conversation = self.conversations[key]
        known = next((one for one in self.messages[key] if one["id"] == draft["id"]), None)
        if known:
            return known
        if draft.get("last_seen") not in (None, *(one["id"] for one in self.messages[key])):
            told = "last_seen is not a message of this conversation: give the newest message id you show."
            return {"type": "/problems/invalid", "title": "Not valid", "status": 422, "detail": told}, 422
        quoted = next((one for one in self.messages[key] if one["id"] == draft.get("reply_to")), None)
        type = draft.get("type", "text")
        content = {} if type == "text" else draft[type]
        aimed = draft.get("reaction", {}).get("message_id")
        target = next((one for one in self.messages[key] if one["id"] == aimed), quoted)
        words = draft.get("body") or (content["emoji"] if type == "reaction" else content["body"]["text"]
                                      if "body" in content else "")  # fmt: skip
        kept = {"contacts": content} if type == "contacts" else content
        message = self.write(conversation, words, direction="outbound", id=draft["id"], wamid=None, type=type,
                             status="queued", content=kept, context_wamid=target and target["wamid"])  # fmt: skip
        return message, 202

    async def _typing(self, key: str) -> Any:
        self.typed.append(key)
        return "", 204

    async def _change(self, key: str, what: str) -> Any:
        conversation, body = self.conversations[key], await request.get_json()
        names = {ME: "Amine Kadiri", COLLEAGUE: "Yasmine Bennis"}
        if what == "assignment":
            owner = ME if body["assignee"] == "me" else body["assignee"]
            conversation["assignee"] = owner and {"id": owner, "name": names[owner]}
        elif what == "team":
            conversation["team"] = next((one for one in self.teams if one["id"] == body["team"]), None)
        elif what == "status":
            conversation |= {"status": body["status"], "snoozed_until": body.get("until")}
        else:
            conversation["unread"] = 0
        conversation["version"] += 1
        self.emit("conversation.updated", {"conversation": dict(conversation)})
        return conversation

    async def _retry(self, key: str) -> Any:
        message = next(one for thread in self.messages.values() for one in thread if one["id"] == key)
        self.status(message, "queued", error=None)
        return message, 202

    async def _contacts(self) -> Any:
        q = request.args.get("q", "").lower()
        return page(sorted((one for one in self.contacts.values() if one["name"].lower().startswith(q)),
                           key=lambda one: one["name"].lower()))

    async def _new_contact(self) -> Any:
        given = await request.get_json()
        contact = self.contacts[self.customer("", None)["contact"]["id"]]
        return self._save(contact, given), 201

    def _save(self, contact: Resource, given: Resource) -> Resource:
        contact |= {"given_name": given.get("name", contact["given_name"]), "version": contact["version"] + 1}
        contact |= {key: given[key] for key in ("phone", "locale") if key in given}
        contact["name"] = contact["given_name"] or contact["profile_name"]
        for conversation in self.conversations.values():
            if conversation["contact"]["id"] == contact["id"]:
                conversation["contact"] = {key: contact[key] for key in conversation["contact"]}
        self.emit("contact.saved", {"contact": dict(contact), "changed": list(given)})
        return contact

    async def _contact(self, key: str) -> Any:
        if request.method == "DELETE":
            del self.contacts[key]
            return "", 204
        if request.method == "GET":
            return self.contacts[key]
        given = await request.get_json()
        if given.get("phone") == "12":
            return {"type": "/problems/invalid", "title": "Not valid", "status": 422, "detail": "Not valid.",
                    "errors": [{"loc": ["phone"], "msg": "This is not a phone number."}]}, 422
        return self._save(self.contacts[key], given)

    async def _upload(self) -> Any:
        file, voice = (await request.files)["file"], (await request.form).get("voice") == "true"
        kind = (file.content_type or "").partition("/")[0]
        self.uploaded.append(file.filename or "")
        return {"id": f"0198f0a2-5f0e-7c6b-9f53-{len(self.uploaded):012}", "filename": file.filename, "voice": voice,
                "kind": kind if kind in ("image", "audio", "video") else "document"}, 201

    async def _block(self, key: str) -> Any:
        [contact], block = (await request.get_json())["contact_ids"], request.method == "POST"
        since = iso(datetime.now(UTC)) if block else None
        for conversation in self.conversations.values():
            if conversation["contact"]["id"] == contact:
                conversation["blocked_at"] = since
        self.emit("contact.blocked" if block else "contact.unblocked",
                  {"contact_id": contact, "account_id": key, "blocked": block, "blocked_at": since})
        return {"items": [{"contact_id": contact, "blocked": block, "problem": None}]}

    async def _attachment(self, key: str) -> Response:
        drawn = (ROOT / "core/web/static/mark.svg").read_bytes()
        return self.files.answer(key) or Response(drawn, content_type="image/svg+xml")

    async def _fragment(self, plugin: str, name: str) -> Any:
        if name in self.offered.fragments:
            return await self.offered.fragment(name)
        if request.method == "POST":
            form = await request.form
            return f"<form method=post><p class=error>{len(form['note'])} letters</p><input name=note></form>", 422
        fields = "<form method=post><input name=note aria-label=Note><button>Save</button></form>"
        return f"<p>{plugin} says {name}</p>{fields}"

    async def _ws(self) -> None:
        epoch, _, after = websocket.args["cursor"].rpartition(".")
        queue: asyncio.Queue[Resource | None] = asyncio.Queue()
        if self.offline:
            await websocket.close(1013)
            return
        self.sockets.add(queue)
        topics = Topics()
        hearing = asyncio.create_task(topics.hear())
        try:
            sent = int(after)
            if epoch != EPOCH or sent > self.seq:  # in place of hello, as the kernel does
                sent = self.seq
                await websocket.send_json({"t": "reset", "cursor": f"{EPOCH}.{sent}", "reason": "epoch"})
            else:
                await websocket.send_json({"t": "hello", "cursor": f"{EPOCH}.{sent}"})
            for event in [one for one in self.log if one["seq"] > sent]:
                await websocket.send_json(event | {"prev": sent})
                sent = event["seq"]
            await websocket.send_json({"t": "live"})
            while (waiting := await queue.get()) is not None:
                if waiting["t"] == "topic":
                    await topics.tell(waiting)
                elif waiting["seq"] > sent:
                    await websocket.send_json(waiting | {"prev": sent})
                    sent = waiting["seq"]
            await websocket.close(self.close_code)
        finally:
            hearing.cancel()
            self.sockets.discard(queue)


class Topics:
    """What one socket asked to be told. Words wait until it has asked: that frame may still be on its way."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self.waiting: list[Resource] = []

    async def hear(self) -> None:
        while True:
            told = await websocket.receive_json()
            if told["t"] == "subscribe":
                self.wanted.add(told["topic"])
                waiting, self.waiting = self.waiting, []
                for word in waiting:
                    await self.tell(word)
            elif told["t"] == "unsubscribe":
                self.wanted.discard(told["topic"])

    async def tell(self, word: Resource) -> None:
        if word["topic"] in self.wanted:
            await websocket.send_json(word)
        else:
            self.waiting.append(word)


def page(found: list[Resource]) -> Resource:
    start, limit = int(request.args.get("cursor", 0)), int(request.args.get("limit", 50))
    more = start + limit < len(found)
    return {"items": found[start : start + limit], "next": str(start + limit) if more else None}
