"""Roles of a tenant: what they hold and see, who may change them, and every way to get more than one has."""

from typing import Any
from uuid import uuid4

import pytest

from core.auth.permissions import ADMINISTER, OWN, READ, WORK
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.seed import SeededTenant

from .crew import EnterAs

NIGHT = {"name": "Équipe de nuit", "permissions": ["conversations.read", "messages.send"], "sees": "own"}


async def _audited(db: Database, tenant: SeededTenant, action: str) -> list[dict[str, Any]]:
    rows = await db.system.fetch(
        "select changes from audit_log where chain = $1 and action = $2 order by n", tenant.id, action
    )
    return [row["changes"] for row in rows]


async def test_the_built_in_roles_come_first_and_say_what_they_hold(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    listed = (await agent.get("/roles")).json
    assert listed["next"] is None
    assert [role["key"] for role in listed["items"]] == ["owner", "admin", "supervisor", "agent", "viewer"]
    held = {role["key"]: set(role["permissions"]) for role in listed["items"]}
    for key, permissions in (("owner", OWN), ("admin", ADMINISTER), ("agent", WORK), ("viewer", READ)):
        assert held[key] == permissions
    assert {role["key"]: role["members"] for role in listed["items"]}["agent"] == 2
    assert all(role["builtin"] and role["sees"] == "all" and role["version"] == 1 for role in listed["items"])


async def test_names_and_labels_are_in_the_callers_language(enter: Enter, tenant: SeededTenant) -> None:
    agent = await enter(tenant, "agent")
    for lang, role, label, group in (
        ("en", "Owner", "Send messages", "Conversations"),
        ("fr", "Propriétaire", "Envoyer des messages", "Conversations"),
        ("ar", "مالك", "إرسال الرسائل", "المحادثات"),
    ):  # fmt: skip
        assert (await agent.get(f"/roles?lang={lang}")).json["items"][0]["name"] == role
        permissions = {one["key"]: one for one in (await agent.get(f"/permissions?lang={lang}")).json["items"]}
        assert permissions["messages.send"] == {"key": "messages.send", "label": label, "plugin": None, "group": group}
        assert set(permissions) == OWN


async def test_a_role_is_made_changed_and_deleted_and_each_act_recorded(
    db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    boss = await enter(tenant, "owner")
    made = await boss.ask("POST", "/roles", NIGHT)
    assert made.status == 201
    assert made.json == {"key": "equipe-de-nuit", "builtin": False, "members": 0, "version": 1, **NIGHT}
    change = {"name": "Nuit", "permissions": ["conversations.read"], "sees": "team"}
    changed = await boss.ask("PATCH", "/roles/equipe-de-nuit", change)
    assert changed.json == {**made.json, **change, "version": 2}
    assert (await boss.get("/roles/equipe-de-nuit")).json == changed.json
    assert (await boss.ask("PATCH", "/roles/equipe-de-nuit", change)).json == changed.json
    assert (await boss.ask("DELETE", "/roles/equipe-de-nuit")).status == 204
    assert (await boss.get("/roles/equipe-de-nuit")).status == 404
    assert await _audited(db, tenant, "role.created") == [
        {"name": [None, NIGHT["name"]], "permissions": [None, NIGHT["permissions"]], "sees": [None, "own"]}]
    assert await _audited(db, tenant, "role.updated") == [
        {"name": [NIGHT["name"], "Nuit"], "permissions": [NIGHT["permissions"], ["conversations.read"]],
         "sees": ["own", "team"]}]  # fmt: skip
    assert len(await _audited(db, tenant, "role.deleted")) == 1


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({"permissions": ["conversations.fly"]}, "permissions"),
        ({"permissions": ["platform.manage"]}, "permissions"),
        ({"permissions": ["tenant.delete"]}, "permissions"),
        ({"permissions": ["data.export"], "sees": "own"}, "permissions"),
        ({"key": "Night"}, "key"), ({"key": "x"}, "key"), ({"name": "  "}, "name"), ({"sees": "nothing"}, "sees"),
        ({"wishes": 1}, "wishes"),
    ],
)  # fmt: skip
async def test_a_role_that_cannot_be_is_refused_with_the_place(
    body: dict[str, Any], loc: str, enter: Enter, tenant: SeededTenant
) -> None:
    refused = await (await enter(tenant, "owner")).ask("POST", "/roles", {**NIGHT, **body})
    assert refused.status == 422, refused.raw
    assert refused.json["errors"][0]["loc"][0] == loc


async def test_names_and_keys_are_taken_once(enter: Enter, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    assert (await boss.ask("POST", "/roles", {**NIGHT, "name": "فريق الليل"})).json["key"] == "role"
    assert (await boss.ask("POST", "/roles", {**NIGHT, "name": "فريق النهار"})).json["key"] == "role-2"
    for body in ({"name": "فريق الليل"}, {"name": "x1", "key": "role"}, {"name": "x2", "key": "owner"}):
        refused = await boss.ask("POST", "/roles", {**NIGHT, **body})
        assert (refused.status, refused.json["type"]) == (409, "/problems/name-taken")
    assert (await boss.ask("PATCH", "/roles/role", {"name": "فريق النهار"})).status == 409
    assert (await boss.ask("POST", "/roles", {**NIGHT, "name": "Owner"})).json["key"] == "owner-2"


async def test_of_a_built_in_role_only_the_sight_changes(db: Database, enter: Enter, tenant: SeededTenant) -> None:
    boss = await enter(tenant, "owner")
    agent = await enter(tenant, "agent")
    changed = await boss.ask("PATCH", "/roles/agent", {"sees": "own"})
    assert (changed.status, changed.json["sees"], changed.json["version"]) == (200, "own", 2)
    assert set(changed.json["permissions"]) == WORK
    assert (await agent.get("/me")).json["sees"] == "own"
    assert (await boss.ask("PATCH", "/roles/agent", {"sees": "all"})).json["version"] == 3
    for key, body in (("agent", {"name": "Slaves"}), ("agent", {"permissions": ["audit.read"]}),
                      ("owner", {"sees": "own"}), ("admin", {"sees": "team"})):  # fmt: skip
        assert (await boss.ask("PATCH", f"/roles/{key}", body)).status == 422, (key, body)
    assert (await boss.ask("DELETE", "/roles/agent")).status == 409
    assert (await boss.ask("PATCH", "/roles/nobody", {"sees": "own"})).status == 404


async def test_a_role_in_use_stays_and_one_that_was_used_goes(
    db: Database, enter: Enter, enter_as: EnterAs, tenant: SeededTenant
) -> None:
    boss = await enter(tenant, "owner")
    await enter_as(tenant, "night", ["conversations.read"], "all")
    member = await db.system.fetchval("select user_id from memberships where role = 'night'")
    key = (await boss.ask("POST", "/api-keys", {"name": "n8n", "role": "night"})).json["id"]
    invited = await boss.ask("POST", "/invitations", {"invitations": [{"email": "a@b.test", "role": "night"}]})
    refused = await boss.ask("DELETE", "/roles/night")
    assert (refused.status, refused.json["type"]) == (409, "/problems/role-in-use")
    assert [refused.json[name] for name in ("members", "keys", "invitations")] == [1, 1, 1]
    await boss.ask("PATCH", f"/members/{member}", {"role": "viewer"})
    await boss.ask("DELETE", f"/api-keys/{key}")
    assert (await boss.ask("DELETE", "/roles/night")).status == 409
    await boss.ask("DELETE", f"/invitations/{invited.json['items'][0]['invitation']['id']}")
    assert (await boss.ask("DELETE", "/roles/night")).status == 204


HELD = ["roles.manage", "members.manage", "conversations.read", "contacts.read"]
ESCALATIONS: list[tuple[str, str, Any]] = [
    # (method, path, body): what a member with these permissions, who sees their own conversations alone, may try.
    ("POST", "/roles", {**NIGHT, "permissions": ["audit.read"]}),
    ("POST", "/roles", {"name": "All", "permissions": ["conversations.read"], "sees": "all"}),
    ("PATCH", "/roles/ambitious", {"permissions": [*HELD, "keys.manage"]}),
    ("PATCH", "/roles/ambitious", {"sees": "all"}),
    ("PATCH", "/roles/powerful", {"permissions": ["conversations.read"]}),
    ("PATCH", "/roles/agent", {"sees": "own"}),
    ("PATCH", "/members/{me}", {"role": "admin"}),
    ("PATCH", "/members/{me}", {"role": "owner"}),
    ("PATCH", "/members/{me}", {"role": "powerful"}),
    ("PATCH", "/members/{colleague}", {"role": "powerful"}),
    ("PATCH", "/members/{owner}", {"role": "ambitious"}),
    ("PATCH", "/members/{powerful}", {"role": "ambitious"}),
    ("PUT", "/members", {"members": [{"id": "{colleague}", "role": "ambitious"}, {"id": "{me}", "role": "admin"}]}),
    ("DELETE", "/members/{owner}", None),
    ("DELETE", "/members/{powerful}", None),
    ("POST", "/invitations", {"invitations": [{"email": "me@else.test", "role": "admin"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), ESCALATIONS)
async def test_nobody_gives_or_takes_more_than_they_hold(
    method: str, path: str, body: Any, db: Database, enter: Enter, enter_as: EnterAs, tenant: SeededTenant
) -> None:
    await enter(tenant, "viewer")
    caller = await enter_as(tenant, "ambitious", [*HELD], "own")
    await enter_as(tenant, "powerful", ["conversations.read", "audit.read"], "all")
    await db.system.execute("insert into roles (tenant_id, key, name, sees) values ($1, 'viewer', 'viewer', 'own')",
                            tenant.id)  # fmt: skip
    rows = await db.system.fetch("select role, user_id from memberships where tenant_id = $1", tenant.id)
    ids = {row["role"]: str(row["user_id"]) for row in rows}
    ids |= {"me": (await caller.get("/me")).json["id"], "colleague": ids["viewer"]}
    before = await _rights(db)
    answer = await caller.ask(method, _filled(path, ids), _filled(body, ids))
    if path == "/invitations":
        assert answer.json["items"][0]["problem"]["status"] == 403
    else:
        assert answer.status == 403, answer.raw
    assert await _rights(db) == before


def _filled(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, ids) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, ids) for one in value]
    return value.format(**ids) if isinstance(value, str) else value


async def _rights(db: Database) -> list[Any]:
    return [await db.system.fetch(f"select * from {table} order by 1, 2")
            for table in ("roles", "memberships", "teams", "team_members", "invitations")]  # fmt: skip


async def test_a_key_with_a_scope_gives_no_more_than_the_scope(
    app: Application, enter: Enter, tenant: SeededTenant
) -> None:
    boss = await enter(tenant, "owner")
    key = await boss.ask("POST", "/api-keys", {"name": "x", "role": "owner", "scopes": ["roles.manage"]})
    program = Caller(app, {"Authorization": f"Bearer {key.json['key']}"})
    assert (await program.ask("POST", "/roles", NIGHT)).status == 403
    assert (await program.ask("POST", "/roles", {**NIGHT, "permissions": ["roles.manage"]})).status == 201


@pytest.mark.parametrize("role", ["viewer", "agent", "supervisor"])
async def test_without_the_permission_nothing_of_it_works(
    role: Any, db: Database, enter: Enter, tenant: SeededTenant
) -> None:
    caller = await enter(tenant, role)
    me, before = (await caller.get("/me")).json["id"], await _rights(db)
    for method, path, body in (
        ("POST", "/roles", NIGHT), ("PATCH", "/roles/agent", {"sees": "own"}), ("DELETE", "/roles/agent", None),
        ("PATCH", f"/members/{me}", {"role": "owner"}), ("DELETE", f"/members/{tenant.owner_id}", None),
        ("PUT", "/members", {"members": [{"id": me, "role": "owner"}]}), ("POST", "/teams", {"name": "Mine"}),
    ):  # fmt: skip
        assert (await caller.ask(method, path, body)).status == 403, (method, path)
    assert await _rights(db) == before


async def test_another_tenants_roles_members_and_teams_do_not_exist(
    db: Database, enter: Enter, enter_as: EnterAs, tenant: SeededTenant, other_tenant: SeededTenant
) -> None:
    await enter_as(other_tenant, "theirs", ["conversations.read"], "all")
    team = await db.system.fetchval("insert into teams (tenant_id, name) values ($1, 'T') returning id",
                                    other_tenant.id)  # fmt: skip
    boss, before = await enter(tenant, "owner"), await _rights(db)
    for method, path, body, status in (
        ("GET", "/roles/theirs", None, 404), ("PATCH", "/roles/theirs", {"sees": "own"}, 404),
        ("DELETE", "/roles/theirs", None, 404), ("GET", f"/members/{other_tenant.agent_id}", None, 404),
        ("PATCH", f"/members/{other_tenant.agent_id}", {"role": "viewer"}, 404),
        ("DELETE", f"/members/{other_tenant.agent_id}", None, 404),
        ("PATCH", f"/members/{tenant.agent_id}", {"role": "theirs"}, 422),
        ("GET", f"/teams/{team}", None, 404), ("PATCH", f"/teams/{team}", {"name": "x"}, 404),
        ("PUT", f"/teams/{team}/members", {"members": []}, 404), ("DELETE", f"/teams/{team}", None, 404),
        ("POST", "/teams", {"name": "Ours", "members": [str(other_tenant.agent_id)]}, 422),
        ("POST", "/teams", {"name": "Ours", "members": [str(uuid4())]}, 422),
    ):  # fmt: skip
        assert (await boss.ask(method, path, body)).status == status, (method, path)
    assert await _rights(db) == before
