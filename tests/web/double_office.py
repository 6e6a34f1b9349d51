"""The part of the stand-in that is about the office: the organisation, its numbers, keys, log, and the installation."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from quart import Quart, Response, request

from .double_account import QR
from .double_people import People, problem

if TYPE_CHECKING:
    from .double import Double, Resource

Answer = Any
GOOD = {"check": "token", "state": "ok", "title": "The access token is valid", "detail": "", "cure": None, "act": None}
BAD = {"check": "subscribed", "state": "failed", "title": "Our app is not subscribed",
       "detail": "Meta delivers nothing of this account to us.", "cure": "Subscribe the app.", "act": "subscribe"}

WAMID = "wamid.HBgMMjEyNjYxMDAwMDAxFQIAEhgUM0E3RkQ2"
WHY = "no account has the phone number id 106540352242922: connect this number, then replay this delivery"


class Office:
    """One organisation with its settings; refusals as the kernel would make them."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.tenant: Resource = {
            "id": "tenant", "slug": "atlas", "name": "Atlas", "locale": "fr", "timezone": "Africa/Casablanca",
            "hue": 163, "business_hours": {"monday": [["09:00", "12:30"], ["14:00", "18:00"]]}, "status": "active",
            "version": 1, "created_at": People.ago(days=90)}
        self.exports: list[Resource] = []
        self.accounts: dict[str, Resource] = {}
        self.apps: list[Resource] = []
        self.keys: dict[str, Resource] = {}
        self.entries: list[Resource] = []
        self.tenants: dict[str, Resource] = {}
        self.persons: dict[str, Resource] = {}
        self.plugins: list[Resource] = []
        self.incidents: list[Resource] = []
        self.troubles: list[Resource] = []
        self.broken_log = False
        self.examined: list[Resource] = [GOOD]
        self.links: dict[str, Resource] = {}
        self.aside: dict[int, None] = {1: None}
        self.cured, self.later = False, False
        self.notes: list[str] = []

    # ── what a test puts there ──
    def account(self, name: str, **fields: Any) -> "Resource":
        number = len(self.accounts)
        made: Resource = {
            "id": str(uuid4()), "phone_number_id": f"10654{number}", "waba_id": "1022", "verified_name": name,
            "display_phone_number": f"21252000060{number}", "status": "connected", "simulated": False, "team": None,
            "graph_url": "https://graph.facebook.com", "graph_version": "v26.0", "name_status": "APPROVED",
            "meta_app": {"id": "app", "slug": "atlas"}, "quality_rating": "GREEN", "messaging_limit": "TIER_2K",
            "throughput_level": "STANDARD", "meta_status": "CONNECTED", "looked_at": People.ago(hours=2),
            "profile": None, "token_died_at": None, "token_error": None, "examination": None,
            "webhook_url": "https://inbox.example.org/webhooks/whatsapp/atlas", "version": 1} | fields
        self.accounts[made["id"]] = made
        return made

    def link(self, message: str) -> "Resource":
        code = f"ANED2T5QRU7HG{len(self.links)}"
        self.links[code] = {"code": code, "message": message, "url": f"https://wa.me/message/{code}",
                            "qr_image_url": None, "qr_svg": None}
        return self.links[code]

    def key(self, name: str, **fields: Any) -> "Resource":
        made: Resource = {"id": str(uuid4()), "name": name, "prefix": "a1B2c3D4", "role": "agent", "scopes": None,
                          "created_by": None, "created_at": People.ago(days=20), "last_used_at": People.ago(minutes=9),
                          "expires_at": People.ago(days=-90), "revoked_at": None} | fields
        self.keys[made["id"]] = made
        return made

    def entry(self, action: str, *, changes: "Resource | None" = None, **fields: Any) -> "Resource":
        made: Resource = {
            "n": len(self.entries) + 1, "at": People.ago(minutes=500 - len(self.entries)), "action": action,
            "actor": {"kind": "member", "id": "me", "name": "Amine Kadiri"}, "ip": "196.200.131.7",
            "subject": {"kind": action.split(".")[0], "id": str(uuid4()), "name": "Yasmine"}, "request_id": "a-request",
            "changes": changes or {}} | fields
        self.entries.append(made)
        return made

    def organisation(self, name: str, **fields: Any) -> "Resource":
        made: Resource = {"id": str(uuid4()), "slug": name.lower(), "name": name, "status": "active", "demo": False,
                          "members": 4, "accounts": 1, "messages_30d": 12_400, "storage_bytes": 31_000_000,
                          "created_at": People.ago(days=50), "last_message_at": People.ago(minutes=4)} | fields
        self.tenants[made["id"]] = made
        return made

    def person(self, name: str, **fields: Any) -> "Resource":
        made: Resource = {"id": str(uuid4()), "name": name, "email": f"{name.split()[0].lower()}@atlas.test",
                          "platform_admin": False, "disabled": False, "tenants": [{"name": "Atlas"}],
                          "created_at": People.ago(days=50)} | fields
        self.persons[made["id"]] = made
        return made

    # ── the doors ──
    def register(self, app: Quart) -> None:
        for rule, view, methods in (
            ("/welcome", self._welcome, ["GET"]),
            ("/tenant", self._tenant, ["GET", "PATCH", "DELETE"]), ("/tenant/exports", self._exports, ["GET", "POST"]),
            ("/accounts", self.list_accounts, ["GET", "POST"]), ("/accounts/simulated", self.make_simulated, ["POST"]),
            ("/accounts/<key>", self._account, ["PATCH", "DELETE"]), ("/meta-apps", self._apps, ["GET"]),
            ("/account-examinations", self.examine_first, ["POST"]),
            ("/accounts/<key>/examinations", self._examine, ["POST"]),
            ("/accounts/<key>/refreshes", self._refresh, ["POST"]),
            ("/accounts/<key>/subscription", self._subscribe, ["PUT"]),
            ("/accounts/<key>/profile", self._profile, ["GET", "PATCH"]),
            ("/accounts/<key>/links", self._links, ["GET", "POST"]),
            ("/accounts/<key>/links/<code>", self._link, ["GET", "PUT", "DELETE"]),
            ("/api-keys", self._keys, ["GET", "POST"]), ("/api-keys/<key>", self._revoke, ["DELETE"]),
            ("/audit", self._audit, ["GET"]), ("/audit/actions", self._actions, ["GET"]),
            ("/audit/verification", self._verify, ["GET"]),
            ("/journal/deliveries", self._deliveries, ["GET"]), ("/quarantine", self._set_aside, ["GET"]),
            ("/quarantine/reasons", self._why, ["GET"]), ("/quarantine/replays", self._replay_all, ["POST"]),
            ("/quarantine/<int:key>/replay", self._replay, ["POST"]),
            ("/quarantine/<int:key>/dismissal", self._dismiss, ["POST"]),
            ("/messages/<key>/explanation", self._explain, ["GET"]),
            ("/platform/tenants", self._tenants, ["GET", "POST"]),
            ("/platform/tenants/<key>/status", self._status, ["PUT"]), ("/platform/people", self._people, ["GET"]),
            ("/platform/people/<key>", self._change_person, ["PATCH"]),
            ("/platform/plugins", self._plugins, ["GET"]), ("/platform/plugins/<key>", self._plugin, ["GET"]),
            ("/platform/plugins/<key>/incidents", self._incidents, ["GET"]),
            ("/platform/plugins/<key>/wake", self._wake, ["POST"]),
            ("/plugin-troubles", self._trouble, ["POST"]), ("/platform/health", self._health, ["GET"]),
        ):
            app.add_url_rule(f"/api/v1{rule}", f"office_{view.__name__}", view, methods=methods)

    async def _welcome(self) -> Answer:
        return {"new": False, "registration": "open", "code_needed": False, "simulated": True, "demo": True}

    async def _tenant(self) -> Answer:
        if request.method == "DELETE":
            return problem(409, "export-first", "Export first.") if not self.exports else ("", 202)
        if request.method == "PATCH":
            self.tenant |= await request.get_json() | {"version": self.tenant["version"] + 1}
        return self.tenant

    async def _exports(self) -> Answer:
        if request.method == "POST":
            self.exports.insert(0, {"id": str(uuid4()), "state": "ready", "size": 4_200_000, "error": None,
                                    "created_at": People.ago(minutes=1)})
            return self.exports[0], 202
        return {"items": self.exports, "next": None}

    async def list_accounts(self) -> Answer:
        if request.method == "POST":
            given = await request.get_json()
            made = self.account("Atlas Store", phone_number_id=given["phone_number_id"], waba_id=given["waba_id"])
            return made | {"verify_token": "a-verify-token"}, 201
        return {"items": list(self.accounts.values()), "next": None}

    async def make_simulated(self) -> Answer:
        return self.account("Atlas Store", simulated=True, graph_url="http://127.0.0.1:8602"), 201

    async def _account(self, key: str) -> Answer:
        if request.method == "DELETE":
            del self.accounts[key]
            return "", 204
        given = await request.get_json()
        if given.get("access_token") == "refused-token":
            return problem(422, "invalid", "Meta refuses this token.", loc="access_token")
        if "access_token" in given:
            given = {"status": "connected", "token_died_at": None}
        self.accounts[key] |= given
        return self.accounts[key]

    async def _apps(self) -> Answer:
        return {"items": self.apps, "next": None}

    async def examine_first(self) -> Answer:
        return {"at": People.ago(), "findings": self.examined}

    async def _examine(self, key: str) -> Answer:
        self.accounts[key]["examination"] = {"at": People.ago(), "findings": self.examined}
        return self.accounts[key]["examination"]

    async def _refresh(self, key: str) -> Answer:
        self.accounts[key]["quality_rating"] = "YELLOW"
        return self.accounts[key]

    async def _subscribe(self, key: str) -> Answer:
        self.examined = [GOOD]
        return "", 204

    async def _profile(self, key: str) -> Answer:
        profile = {"about": "Open", "address": "", "description": "", "email": "", "vertical": "RETAIL",
                   "profile_picture_url": "", "websites": ["https://atlas.example"]}
        return profile | (await request.get_json() if request.method == "PATCH" else {})

    async def _links(self, key: str) -> Answer:
        if request.method == "POST":
            return self.link((await request.get_json())["message"]) | {"qr_svg": QR}, 201
        return {"items": list(self.links.values()), "next": None}

    async def _link(self, key: str, code: str) -> Answer:
        if request.method == "DELETE":
            del self.links[code]
            return "", 204
        if request.method == "PUT":
            self.links[code] |= await request.get_json()
        return self.links[code] | {"qr_svg": QR}

    async def _keys(self) -> Answer:
        if request.method == "POST":
            given = await request.get_json()
            made = self.key(given["name"], role=given["role"], scopes=given.get("scopes"))
            return made | {"key": "wak_live_x_y"}, 201
        return {"items": list(self.keys.values()), "next": None}

    async def _revoke(self, key: str) -> Answer:
        self.keys[key]["revoked_at"] = People.ago()
        return "", 204

    async def _audit(self) -> Answer:
        wanted, before = request.args, int(request.args.get("cursor", 10**9))
        found = [one for one in reversed(self.entries) if one["n"] < before
                 and wanted.get("action") in (None, one["action"])
                 and wanted.get("actor") in (None, one["actor"]["id"])]
        limit = int(wanted["limit"])
        return {"items": found[:limit], "next": str(found[limit - 1]["n"]) if len(found) > limit else None}

    async def _actions(self) -> Answer:
        return {"items": sorted({one["action"] for one in self.entries})}

    async def _verify(self) -> Answer:
        faults = [{"n": 2, "what": "the entry was changed after it was written"}] if self.broken_log else []
        return {"ok": not faults, "entries": len(self.entries), "sealed_up_to": len(self.entries), "unsealed": 0,
                "faults": faults}

    async def _deliveries(self) -> Answer:
        item = {"kind": "message", "what": "text", "wamid": WAMID, "phone": "212661000001", "outcome": "applied",
                "applied_at": People.ago(), "batch": 48213, "tenant": {"id": "me", "slug": "atlas"},
                "message_id": str(uuid4()), "conversation_id": str(uuid4())}  # fmt: skip
        return {"items": [{"id": n, "received_at": People.ago(minutes=n), "app": "main", "bytes": None,
                           "waiting": n == 1, "set_aside": n % 2, "item_count": 3, "items": [item]}
                          for n in range(1, 5)], "next": None}  # fmt: skip

    async def _set_aside(self) -> Answer:
        return {"items": [
            {"id": one, "delivery_id": one + 2, "item": f"message {WAMID}", "reason": WHY, "wamid": WAMID,
             "phone": None, "content": None, "created_at": People.ago(), "tenant": None, "state": "open",
             "closed_at": None, "dismissed_by": None, "note": None} for one in self.aside], "next": None}  # fmt: skip

    async def _why(self) -> Answer:
        if not self.aside:
            return {"items": []}
        return {"items": [{"reason": WHY, "count": 12, "first_at": People.ago(), "last_at": People.ago()}]}

    async def _replay(self, key: int) -> Answer:
        """What has a reason that is gone is applied."""
        if self.cured:
            self.aside.pop(key)
        return {"id": key, "state": "replayed" if self.cured else "open"}

    async def _replay_all(self) -> Answer:
        self.later = True
        return "", 202

    async def _dismiss(self, key: int) -> Answer:
        self.notes.append((await request.get_json())["note"])
        self.aside.pop(key)
        return {"id": key, "state": "dismissed"}

    async def _explain(self, key: str) -> Answer:
        empty = dict.fromkeys(("detail", "delivery_id", "batch", "seq", "plugin", "hook", "attempt", "http_status",
                               "quarantine_id"))  # fmt: skip
        told: list[tuple[str, str, str, dict[str, Any]]] = [
            ("written", "queued", "agent", {"detail": "Salma"}),
            ("attempt", "refused", "212520000600", {"attempt": 1, "http_status": 429, "detail": "130429: too fast"}),
            ("attempt", "accepted", "212520000600", {"attempt": 2, "http_status": 200}),
            ("received", "journalled", "status delivered", {"delivery_id": 90210}),
            ("applied", "ranked", "status delivered", {"delivery_id": 90210, "batch": 48213}),
            ("event", "numbered", "message.status", {"seq": 41}),
            ("plugin", "failed", "acme.on_message_status", {"detail": "ValueError: no such order"}),
        ]
        steps = [{"stage": stage, "at": People.ago(minutes=9 - n), "outcome": outcome, "what": what, **empty, **more}
                 for n, (stage, outcome, what, more) in enumerate(told)]  # fmt: skip
        steps.append({"stage": "plugin", "at": None, "outcome": "pending", "what": "notes.on_message_status", **empty})
        message = {"id": key, "conversation_id": str(uuid4()), "wamid": WAMID, "direction": "outbound", "type": "text",
                   "status": "delivered", "at": People.ago(minutes=9), "author": "Salma", "author_kind": "agent",
                   "account": {"display_phone_number": "212520000600", "name": "Atlas"}}  # fmt: skip
        return {"message": message, "wamid": WAMID, "steps": steps}

    async def _tenants(self) -> Answer:
        if request.method == "POST":
            return self.organisation((await request.get_json())["name"]), 201
        return {"items": list(self.tenants.values()), "next": None}

    async def _status(self, key: str) -> Answer:
        self.tenants[key]["status"] = (await request.get_json())["status"]
        return self.tenants[key]

    async def _people(self) -> Answer:
        q = request.args.get("q", "").lower()
        return {"items": [one for one in self.persons.values() if q in one["name"].lower()], "next": None}

    async def _change_person(self, key: str) -> Answer:
        self.persons[key] |= await request.get_json()
        return self.persons[key]

    async def _plugins(self) -> Answer:
        return {"items": self.plugins, "next": None}

    async def _plugin(self, key: str) -> Answer:
        one = next(one for one in self.plugins if one["name"] == key)
        organisations = [{"id": str(uuid4()), "slug": "atlas", "name": "Atlas Store"}][: one["tenants"]]
        calls = [{"call": "on_message_received", "calls": 1204, "failures": 5, "seconds": 18.42, "longest": 1.3},
                 {"call": "job prune", "calls": 7, "failures": 0, "seconds": 3.1, "longest": 0.9}]
        traceback = "".join(one["traceback"] for one in self.incidents[:1]) if one["state"] == "broken" else ""
        return {**one, "organisations": organisations, "calls": calls, "traceback": traceback}

    async def _incidents(self, key: str) -> Answer:
        return {"items": self.incidents, "next": None}

    async def _wake(self, key: str) -> Answer:
        one = next(one for one in self.plugins if one["name"] == key)
        one |= {"state": "loaded", "rests": []}
        return "", 204

    async def _trouble(self) -> Answer:
        self.troubles.append(await request.get_json())
        return "", 204

    async def _health(self) -> Answer | Response:
        names = ("journal_waiting", "journal_lag_seconds", "events_waiting", "events_lag_seconds", "sends_waiting",
                 "sends_uncertain", "quarantined", "media_waiting")
        queue = {"queue": "core", "waiting": 2, "running": 1, "failed_1d": 1, "oldest_due_seconds": 41.2}
        return {"versions": {"comptoir": "0.1.0", "postgresql": "18.6"}, "database_bytes": 81_000_000,
                "stages": dict.fromkeys(names, 0) | {"last_event_at": People.ago(), "installed_at": People.ago(days=3)},
                "queues": [queue], "mail": {"kind": "folder", "waiting": 0, "failed_1d": 0, "last_error": None},
                "master_keys": [{"id": "1a2b3c4d", "data_keys": 4, "state": "current"}]}
