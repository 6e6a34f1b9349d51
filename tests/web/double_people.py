"""The part of the stand-in that is about people: who else is here, in which teams, with which roles."""

from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from comptoir_sdk import ui
from comptoir_sdk.translation import Text, translated_by
from quart import Quart, Response, jsonify, request

from core.people.wordings import kernel_permissions, role_name
from core.web import catalogue
from core.web.language import Locale, wish
from plugins.settings import plugin

if TYPE_CHECKING:
    from .double import Double, Resource

READ = ("contacts.read", "conversations.read")
WORK = (*READ, "contacts.write", "conversations.write", "messages.send")
ADMINISTER = (*WORK, "accounts.manage", "audit.read", "contacts.delete", "data.export", "journal.read",
              "journal.replay", "keys.manage", "webhooks.manage", "members.manage", "messages.explain",
              "roles.manage", "settings.manage", "tags.manage", "teams.manage")
OWN = (*ADMINISTER, "tenant.delete")
KERNEL = (*OWN, "platform.manage")
SUPERVISE = (*WORK, "contacts.delete", "journal.read", "messages.explain", "tags.manage")
BUILT_IN = {"owner": OWN, "admin": ADMINISTER, "supervisor": SUPERVISE, "agent": WORK, "viewer": READ}
Answer = Any


def settings_pages(locale: Locale, permissions: list[str]) -> list["Resource"]:
    """The pages of the bundled settings, as the kernel's manifest describes them."""
    with translated_by(words()[locale].gettext):
        pages = [piece for piece in plugin.register_panels() if isinstance(piece, ui.Page)
                 and (piece.permission is None or piece.permission in permissions)]
        return [{"plugin": "settings"} | {name: str(value) if isinstance(value, Text) else value
                                          for name, value in vars(page).items()} for page in pages]


@cache
def words() -> dict[Locale, catalogue.Catalogue]:
    from .double import ROOT

    return catalogue.load(ROOT / "plugins/settings/locale")


class People:
    """Members, invitations, teams and roles, in memory; refusals as the kernel would make them."""

    def __init__(self, double: "Double") -> None:
        self.double = double
        self.tenants: list[Resource] = [
            {"id": "tenant", "slug": "atlas", "name": "Atlas", "role": "owner", "current": True}]
        self.moved_to: str | None = None
        self.members: dict[str, Resource] = {}
        self.invitations: dict[str, Resource] = {}
        self.teams: dict[str, Resource] = {}
        self.roles: dict[str, Resource] = {
            key: {"key": key, "name": key, "builtin": True, "permissions": sorted(held), "sees": "all", "version": 1}
            for key, held in BUILT_IN.items()}

    # ── what a test puts there ──
    def member(self, name: str, role: str = "agent", *, key: str | None = None, **fields: Any) -> "Resource":
        made: Resource = {"id": key or str(uuid4()), "name": name, "role": role, "second_factor": False, "version": 1,
                "email": f"{name.split()[0].lower()}@atlas.test", "created_at": self.ago(days=40),
                "last_seen_at": self.ago(minutes=3)} | fields
        self.members[made["id"]] = made
        return made

    def team(self, name: str, *members: "Resource") -> "Resource":
        made: Resource = {"id": str(uuid4()), "name": name, "members": [one["id"] for one in members], "version": 1}
        self.teams[made["id"]] = made
        return made

    def role(self, key: str, name: str, *permissions: str, sees: str = "all") -> "Resource":
        self.roles[key] = {"key": key, "name": name, "builtin": False, "permissions": sorted(permissions),
                           "sees": sees, "version": 1}
        return self.roles[key]

    def invitation(self, email: str, role: str = "agent", *, state: str = "waiting", **fields: Any) -> "Resource":
        made: Resource = {"id": str(uuid4()), "email": email, "role": role, "teams": [], "state": state,
                "invited_by": {"id": "me", "name": "Amine Kadiri"}, "created_at": self.ago(hours=3),
                "expires_at": self.ago(hours=-21)} | fields
        self.invitations[made["id"]] = made
        return made

    @staticmethod
    def ago(**distance: float) -> str:
        from .double import BASE, iso

        return iso(BASE - timedelta(**distance))

    # ── the doors ──
    def register(self, app: Quart) -> None:
        api = "/api/v1"
        for rule, view, methods in (
            ("/me/tenants", self._tenants, ["GET"]), ("/session/tenant", self._move, ["PUT"]),
            ("/members", self._members, ["GET"]), ("/members/<key>", self._member, ["PATCH", "DELETE"]),
            ("/invitations", self._invitations, ["GET"]), ("/invitations", self._invite, ["POST"]),
            ("/invitations/<key>", self._revoke, ["DELETE"]),
            ("/invitations/<key>/renewals", self._renew, ["POST"]),
            ("/permissions", self._permissions, ["GET"]), ("/roles", self._roles, ["GET"]),
            ("/roles", self._new_role, ["POST"]), ("/roles/<key>", self._role, ["GET", "PATCH", "DELETE"]),
            ("/teams", self._teams, ["GET"]), ("/teams", self._new_team, ["POST"]),
            ("/teams/<key>", self._team, ["GET", "PATCH", "DELETE"]),
            ("/teams/<key>/members", self._team_members, ["PUT"]),
        ):
            app.add_url_rule(f"{api}{rule}", view.__name__, view, methods=methods)

    async def _tenants(self) -> Answer:
        return {"items": self.tenants}

    async def _move(self) -> Answer:
        self.moved_to = (await request.get_json())["tenant"]
        return {"csrf": "token", "me": {}}

    async def _members(self) -> Answer:
        return {"items": [self.told(one) for one in self.members.values()], "next": None}

    def told(self, member: "Resource") -> "Resource":
        teams = [{"id": one["id"], "name": one["name"]} for one in self.teams.values()
                 if member["id"] in one["members"]]
        return member | {"role_name": self.counted(self.roles[member["role"]])["name"], "teams": teams}

    async def _member(self, key: str) -> Answer:
        member, last = self.members[key], [one for one in self.members.values() if one["role"] == "owner"]
        if [member] == last:
            return problem(409, "last-owner", "The last owner stays.")
        if request.method == "DELETE":
            del self.members[key]
            return "", 204
        return self.told(changed(member, await request.get_json()))

    async def _invitations(self) -> Answer:
        return {"items": list(self.invitations.values()), "next": None}

    async def _invite(self) -> Answer:
        given = (await request.get_json())["invitations"]
        known = {one["email"] for one in self.members.values()}
        items: list[Resource] = []
        for one in given:
            if one["email"] in known:
                refused, _, _ = problem(409, "already-member", "This person is a member already.")
                items.append({"email": one["email"], "invitation": None, "problem": refused})
            else:
                items.append({"email": one["email"], "invitation": self.invitation(**one), "problem": None})
        return {"items": items}, 201

    async def _revoke(self, key: str) -> Answer:
        self.invitations[key]["state"] = "revoked"
        return "", 204

    async def _renew(self, key: str) -> Answer:
        self.invitations[key] |= {"state": "waiting", "expires_at": self.ago(hours=-24)}
        return self.invitations[key], 201

    async def _permissions(self) -> Answer:
        added = {"key": "inbox.write", "label": "Write notes", "plugin": "inbox", "group": "Inbox"}
        return {"items": [*kernel_permissions(self.language), added]}

    @property
    def language(self) -> Locale:
        return wish(request) or self.double.locale

    async def _roles(self) -> Answer:
        return {"items": [self.counted(one) for one in self.roles.values()], "next": None}

    def counted(self, role: "Resource") -> "Resource":
        members = sum(one["role"] == role["key"] for one in self.members.values())
        return role | {"members": members, "name": role_name(role["key"], role["name"], self.language)}

    async def _new_role(self) -> Answer:
        given = await request.get_json()
        if any(one["name"].lower() == given["name"].lower() for one in self.roles.values()):
            return problem(409, "name-taken", "There is a role of this name.", loc="name")
        key = given.get("key") or given["name"].lower().replace(" ", "-")
        return self.counted(self.role(key, given["name"], *given["permissions"], sees=given["sees"])), 201

    async def _role(self, key: str) -> Answer:
        role = self.roles[key]
        if request.method == "DELETE":
            if self.counted(role)["members"]:
                return problem(409, "role-in-use", "This role is in use.")
            del self.roles[key]
            return "", 204
        if request.method == "GET":
            return await tagged(self.counted(role))
        return await unless_stale(self.counted(role)) or self.counted(changed(role, await request.get_json()))

    async def _teams(self) -> Answer:
        return {"items": [self.peopled(one) for one in self.teams.values()], "next": None}

    def peopled(self, team: "Resource") -> "Resource":
        found = [self.members[one] for one in team["members"] if one in self.members]
        return team | {"members": [{"id": one["id"], "name": one["name"]} for one in found]}

    async def _new_team(self) -> Answer:
        given = await request.get_json()
        if any(one["name"].lower() == given["name"].lower() for one in self.teams.values()):
            return problem(409, "name-taken", "There is a team of this name.", loc="name")
        return self.peopled(self.team(given["name"], *[self.members[one] for one in given["members"]])), 201

    async def _team(self, key: str) -> Answer:
        team = self.teams[key]
        if request.method == "DELETE":
            del self.teams[key]
            return "", 204
        if request.method == "GET":
            return await tagged(self.peopled(team))
        return await unless_stale(self.peopled(team)) or self.peopled(changed(team, await request.get_json()))

    async def _team_members(self, key: str) -> Answer:
        return await self._team(key)


async def tagged(resource: "Resource") -> Response:
    answer = jsonify(resource)
    await answer.add_etag()
    return answer


async def unless_stale(resource: "Resource") -> Answer:
    """The refusal of a request that names an older ETag than the resource has."""
    known = request.if_match.to_header()
    stale = known and known != (await tagged(resource)).headers["ETag"]
    return problem(412, "precondition", "It changed.") if stale else None


def changed(resource: "Resource", given: "Resource") -> "Resource":
    resource |= given | {"version": resource["version"] + 1}
    return resource


def problem(status: int, kind: str, detail: str, *, loc: str | None = None) -> tuple["Resource", int, dict[str, str]]:
    body: Resource = {"type": f"/problems/{kind}", "title": kind, "status": status, "detail": detail}
    if loc:
        body["errors"] = [{"loc": [loc], "msg": detail}]
    return body, status, {"Content-Type": "application/problem+json"}
