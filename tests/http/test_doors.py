"""Every route there is: declared, closed to strangers, and silent about the other tenant."""

from uuid import UUID, uuid4

import pytest

from core.auth.access import Permitted, declared
from core.auth.permissions import OPERATE, OWN, Permissions, Role
from core.db.pool import Database
from core.http.application import Application
from tests.http.callers import Caller
from tests.http.conftest import Enter
from tests.http.ledger import Thread
from tests.seed import SeededTenant

PUBLIC = {
    "api.log_in", "api.prove_second_factor", "api.passkey_request_options", "api.log_in_with_passkey",
    "api.welcome", "api.register_tenant", "api.request_password_reset", "api.redeem_password_reset",
    "api.look_up_invitation", "api.accept_invitation", "api.create_tokens", "api.refresh_tokens", "api.openapi",
    "api.get_file", "api.get_personal_data_file", "api.nowhere", "health.healthz", "health.readyz",
    "web.manifest", "web.offline", "web.worker",
    "web.static_file", "web.messages", "web.plugin_file", "web.login", "web.reference", "web.home", "web.shell",
    "web.shell_deep", "web.register", "web.welcome", "web.welcome_number", "web.welcome_colleagues", "web.forgot",
    "web.reset", "web.invitation", "web.suspended",
}  # fmt: skip
BODIES = {
    "put_assignment": {"assignee": None},
    "put_status": {"status": "closed"},
    "put_tags": {"tags": []},
    "put_priority": {"priority": "high"},
    "update_tag": {"name": "Taken over"},
    "put_team": {"team": None},
    "update_role": {"sees": "own"},
    "update_member": {"name": "Taken over"},
    "update_team": {"name": "Taken over"},
    "put_team_members": {"members": []},
    "send_message": {"body": "Bonjour"},
    "update_contact": {"name": "Taken over"},
    "create_contact": {"name": "Salma"},
    "rename_passkey": {"name": "Taken over"},
    "block_contacts": {"contact_ids": [str(UUID(int=1))]},
    "unblock_contacts": {"contact_ids": [str(UUID(int=1))]},
    "make_link": {"message": "Taken over"},
    "put_link": {"message": "Taken over"},
    "patch_account": {"status": "disabled"},
    "patch_profile": {"about": "Taken over"},
    "patch_meta_app": {"name": "Taken over"},
    "dismiss_quarantined": {"note": "Taken over"},
    "update_webhook": {"name": "Taken over"},
    "replay_webhook": {"since": "2027-01-04T08:00:00Z"},
    "update_frame": {"title": "Taken over"},
    "create_frame_token": {"contact": str(UUID(int=1))},
    "change_plugin_settings": {"values": {}},
}


def methods_of(app: Application) -> list[tuple[str, str, str, list[str]]]:
    """(endpoint, method, rule, names of its ids) of every HTTP route of the kernel's API."""
    found = []
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if not rule.websocket:
                found.append((rule.endpoint, method, rule.rule, sorted(rule.arguments)))
    return found


def path_of(rule: str, ids: dict[str, UUID]) -> str:
    for name, value in ids.items():
        rule = rule.replace(f"<uuid:{name}>", str(value)).replace(f"<{name}>", str(value))
    return rule


def ids_of(thread: Thread) -> dict[str, UUID]:
    """Real ones, or any where tests of their own try real ones."""
    return {
        "conversation_id": thread.conversation_id, "contact_id": thread.contact_id,
        "message_id": thread.message_ids[0], "attachment_id": thread.attachment_id,
        "passkey_id": thread.contact_id, "key_id": thread.contact_id, "session_id": thread.contact_id,
        "invitation_id": thread.contact_id, "member_id": thread.contact_id, "team_id": thread.contact_id,
        "tag_id": thread.contact_id,
        "key": thread.contact_id, "account_id": thread.account_id, "app_id": thread.contact_id,
        "export_id": thread.contact_id,
        "request_id": thread.contact_id, "tenant_id": thread.contact_id, "user_id": thread.contact_id,
        "code": thread.contact_id, "replay_id": thread.contact_id, "quarantine_id": thread.contact_id,
        "webhook_id": thread.contact_id, "attempt_id": thread.contact_id, "frame_id": thread.contact_id,
    }  # fmt: skip


async def test_every_route_and_socket_declares_what_it_demands(app: Application) -> None:
    undeclared = [rule.endpoint for rule in app.url_map.iter_rules()
                  if declared(app.view_functions[rule.endpoint]) is None]  # fmt: skip
    assert undeclared == []
    open_to_all = {rule.endpoint for rule in app.url_map.iter_rules()
                   if not isinstance(declared(app.view_functions[rule.endpoint]), Permitted)}  # fmt: skip
    assert open_to_all == PUBLIC


async def test_every_permission_that_is_demanded_exists(app: Application) -> None:
    demanded = {access.permission for view in app.view_functions.values()
                if isinstance(access := declared(view), Permitted) and access.permission}  # fmt: skip
    assert demanded <= OWN | OPERATE


async def test_a_route_that_declares_nothing_is_not_served(app: Application, anonymous: Caller) -> None:
    app._got_first_request = False

    async def forgotten() -> str:
        return "secret"

    app.add_url_rule("/api/v1/forgotten", "forgotten", forgotten)
    answer = await anonymous.get("/forgotten")
    assert answer.status == 403
    assert b"secret" not in answer.raw


async def test_strangers_get_401_everywhere(app: Application, anonymous: Caller, thread: Thread) -> None:
    asked = 0
    for endpoint, method, rule, _ in methods_of(app):
        if endpoint in PUBLIC:
            continue
        answer = await anonymous.ask(method, path_of(rule, ids_of(thread)), BODIES.get(endpoint.split(".")[-1]))
        assert answer.status == 401, (endpoint, method)
        assert answer.headers["Content-Type"] == "application/problem+json"
        asked += 1
    assert asked >= 15


@pytest.mark.parametrize("kind", ["session", "api_key"])
async def test_the_other_tenants_ids_are_answered_as_if_absent(
    kind: str, app: Application, enter: Enter, with_key: Enter, tenant: SeededTenant, other_thread: Thread,
    thread: Thread, db: Database,
) -> None:  # fmt: skip
    owner = await (enter if kind == "session" else with_key)(tenant, "owner")
    before = await everything(db)
    asked = 0
    for endpoint, method, rule, names in methods_of(app):
        if endpoint in PUBLIC or not names:
            continue
        body = BODIES.get(endpoint.split(".")[-1])
        foreign = await owner.ask(method, path_of(rule, ids_of(other_thread)), body)
        absent = await owner.ask(method, path_of(rule, {name: uuid4() for name in names}), body)
        access = declared(app.view_functions[endpoint])
        assert isinstance(access, Permitted)
        # Refused before the id is even read: a key, which is nobody, and whoever does not run the installation.
        early = (access.person and kind == "api_key") or access.permission in OPERATE
        assert foreign.status == absent.status == (403 if early else 404), endpoint
        assert foreign.told == absent.told
        asked += 1
    assert asked >= 11
    assert await everything(db) == before


async def test_foreign_ids_inside_a_request_find_nothing(
    enter: Enter, tenant: SeededTenant, other_tenant: SeededTenant, thread: Thread, other_thread: Thread
) -> None:
    owner = await enter(tenant, "owner")
    conversation = f"/conversations/{thread.conversation_id}"
    stranger = {"assignee": str(other_tenant.agent_id)}
    assert (await owner.ask("PUT", f"{conversation}/assignment", stranger)).status == 422
    reply = {"body": "Bonjour", "reply_to": str(other_thread.message_ids[0])}
    assert (await owner.ask("POST", f"{conversation}/messages", reply)).status == 404
    for query in (f"contact={other_thread.contact_id}", f"account={other_tenant.account_id}",
                  f"assignee={other_tenant.agent_id}", "q=driss", "q=212661000099"):  # fmt: skip
        assert (await owner.get(f"/conversations?{query}")).json == {"items": [], "next": None}
    for query in ("q=driss", "q=212661000099"):
        assert (await owner.get(f"/contacts?{query}")).json == {"items": [], "next": None}


async def test_lists_show_ones_own_tenant_only(
    enter: Enter, with_key: Enter, tenant: SeededTenant, thread: Thread, other_thread: Thread
) -> None:
    for caller in (await enter(tenant, "owner"), await with_key(tenant, "owner")):
        for path, own in (("/conversations", thread.conversation_id), ("/contacts", thread.contact_id)):
            assert [item["id"] for item in (await caller.get(path)).json["items"]] == [str(own)]


ALLOWED: dict[str, set[str]] = {
    "owner": {"read", "write", "send", "contact", "delete"},
    "admin": {"read", "write", "send", "contact", "delete"},
    "supervisor": {"read", "write", "send", "contact", "delete"},
    "agent": {"read", "write", "send", "contact"},
    "viewer": {"read"},
}


@pytest.mark.parametrize("role", ["owner", "admin", "supervisor", "agent", "viewer"])
@pytest.mark.parametrize("kind", ["session", "api_key"])
async def test_each_role_may_do_its_part_and_no_more(
    role: Role, kind: str, enter: Enter, with_key: Enter, tenant: SeededTenant, thread: Thread
) -> None:
    caller = await (enter if kind == "session" else with_key)(tenant, role)
    conversation, contact = f"/conversations/{thread.conversation_id}", f"/contacts/{thread.contact_id}"
    deeds = [
        ("read", "GET", "/conversations", None), ("read", "GET", f"{conversation}/messages", None),
        ("read", "GET", "/contacts", None), ("read", "GET", f"/attachments/{thread.attachment_id}", None),
        ("write", "PUT", f"{conversation}/assignment", {"assignee": None}),
        ("write", "PUT", f"{conversation}/status", {"status": "open"}), ("write", "PUT", f"{conversation}/read", {}),
        ("send", "POST", f"{conversation}/messages", {"body": "Bonjour", "confirm": True}),
        ("contact", "PATCH", contact, {"name": "Salma I."}), ("contact", "POST", "/contacts", {"name": "Omar"}),
        ("delete", "DELETE", contact, None),
    ]  # fmt: skip
    for deed, method, path, body in deeds:
        answer = await caller.ask(method, path, body)
        expected = deed in ALLOWED[role]
        assert (answer.status < 300) is expected, (role, deed, answer.json)
        assert expected or answer.status == 403


def test_plugins_permissions_go_to_the_roles_they_suit() -> None:
    permissions = Permissions(["notes.read", "notes.write", "notes.manage"])
    assert {"notes.read", "notes.write", "notes.manage"} <= permissions.of("admin")
    assert permissions.of("agent") & {"notes.read", "notes.write", "notes.manage"} == {"notes.read", "notes.write"}
    assert permissions.of("viewer") == {"conversations.read", "contacts.read", "notes.read"}
    assert permissions.of("somebody") == frozenset()


async def everything(db: Database) -> list[object]:
    return [
        await db.system.fetchval(f"select array_agg(t::text order by t::text) from {table} t")
        for table in ("accounts", "contacts", "conversations", "messages", "event_outbox", "jobs")
    ]
