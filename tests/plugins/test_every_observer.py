"""Every observer there is hears of what it is named for, with the values that its signature promises."""

from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

import pytest
from comptoir_sdk import hookspecs

from core.db.pool import Database
from core.db.scope import tenant_scope
from core.jobs.runner import Runner
from core.jobs.work import Handlers
from core.plugins import enablement
from core.plugins.enablement import Enablement
from core.plugins.happenings import HOOKS
from core.plugins.locks import PairLocks
from core.plugins.observers import Observers
from tests.http.ledger import Thread, new_thread
from tests.plugins.conftest import StartHost
from tests.plugins.installation import Switches
from tests.plugins.samples.listening import heard
from tests.seed import SeededTenant

OBSERVERS = [name for name in vars(hookspecs) if name.startswith("on_")]
MOMENT = "2026-11-23T09:00:00+00:00"
TOLD = ("history.synced", "call.updated", "group.updated", "control.changed", "flow.updated", "payment.updated",
        "link.clicked", "automatic.event")
"""Of an account, with the value that Meta's webhook told."""


async def _events(db: Database, tenant: SeededTenant) -> dict[str, dict[str, Any]]:
    """One of each type, of resources as the database makes them."""
    thread: Thread = await new_thread(db, tenant)
    with tenant_scope(tenant.id):
        async with db.tenant() as connection:
            message, conversation, contact, account = [
                await connection.fetchval(f"select resource from {view} where id = $1", id)
                for view, id in (("message_resources", thread.message_ids[0]),
                                 ("conversation_resources", thread.conversation_id),
                                 ("contact_resources", thread.contact_id), ("account_resources", thread.account_id))]
    template = {"name": "welcome", "language": "fr", "account_id": account["id"], "category": "UTILITY"}
    arrived = {"message": message, "conversation": conversation}
    return {
        **{f"message.{verb}": arrived for verb in ("received", "echoed", "noted", "updated")},
        "message.status": {"message": {**message, "status": "accepted"}},
        **{f"conversation.{verb}": {"conversation": conversation} for verb in ("opened", "closed")},
        "conversation.assigned": {"conversation": {**conversation, "assignee": {"id": str(uuid4()), "name": "Hind"}},
                                  "previous": str(uuid4())},
        "conversation.moved": {"conversation": {**conversation, "team": {"id": str(uuid4()), "name": "Ventes"}},
                               "previous": str(uuid4())},
        "conversation.updated": {"conversation": conversation, "change": "woken"},
        "contact.saved": {"contact": contact, "changed": ["name"]},
        "contacts.merged": {"kept": contact, "removed": str(uuid4())},
        "contact.identity_changed": {"contact": contact, "at": MOMENT, "previous": {"phone": "212600000001"},
                                     "current": {"phone": "212600000002"}},
        "contact.preference": {"contact": contact, "value": {"category": "marketing_messages", "value": "stop"}},
        "template.status": {"template": template, "status": "APPROVED", "reason": None},
        "template.updated": {"template": template, "field": "message_template_quality_update", "value": {}},
        "account.connected": {"account": account},
        "account.updated": {"account": account, "changed": ["quality"], "field": "phone_number_quality_update",
                            "value": {}},
        **{type: {"account": account, "value": {}} for type in TOLD},
        "audit.recorded": {"n": 1, "at": MOMENT, "action": "contact.updated", "actor": {"kind": "member", "id": "1"},
                           "subject": {"kind": "contact", "id": "2"}, "changes": {"name": [None, None]}},
        "webhook.unhandled": {"field": "of_tomorrow", "value": {"a": 1}},
    }


def _is(value: Any, hint: Any) -> bool:
    if hint is Any:
        return True
    if get_origin(hint) in (Union, UnionType):
        return any(_is(value, one) for one in get_args(hint))
    kind = get_origin(hint) or hint
    return isinstance(value, type(None) if kind is None else kind)


@pytest.fixture
async def told(db: Database, tenant: SeededTenant, switches: Switches, start_host: StartHost) -> dict[str, Any]:
    """What each hook was called with, after one event of each type and both switches."""
    heard.clear()
    switches.switch_on("atlas", "listens")
    host = await start_host("listens")
    switch, locks = Enablement(db, host.plugins, host.gate), PairLocks(db.url)
    runner = Runner(db, Handlers(*enablement.handlers(host.plugins, host.contexts, host.hooks, host.guard)))
    await switch.settle()
    for type, data in (await _events(db, tenant)).items():
        await _write(db, tenant.id, type, data)
    await Observers(db, host.plugins, host.contexts, host.hooks, host.guard, locks, pauses=(0, 0)).catch_up(
        tenant.id, "listens")
    await _run_jobs(db, runner)
    switches.on.clear()
    await host.refresh(db)
    await switch.settle()
    await _run_jobs(db, runner)
    await locks.close()
    assert await db.system.fetch("select hook, traceback from plugin_failures") == []
    return heard


async def _write(db: Database, tenant_id: UUID, type: str, data: dict[str, Any]) -> None:
    """As the sequencer would number it."""
    async with db.system_transaction() as connection:
        seq = await connection.fetchval(
            "insert into event_heads values ($1, 1) on conflict (tenant_id) do update set seq = event_heads.seq + 1 "
            "returning seq", tenant_id)
        await connection.execute("insert into event_log (tenant_id, seq, id, type, payload, created_at) "
                                 "values ($1, $2, $2, $3, $4, now())", tenant_id, seq, type, data)


async def _run_jobs(db: Database, runner: Runner) -> None:
    for row in await db.system.fetch("select id from jobs where plugin = 'listens' and state = 'queued'"):
        await runner.run(row["id"])


async def test_hook_of_every_observer(told: dict[str, Any], tenant: SeededTenant) -> None:
    assert sorted(told) == sorted(OBSERVERS)
    for name, values in told.items():
        hints = get_type_hints(getattr(hookspecs, name))
        assert values["ctx"].tenant_id == tenant.id
        wrong = {key: value for key, value in values.items() if key != "ctx" and not _is(value, hints[key])}
        assert wrong == {}, name
        assert (values["ctx"].event_id is not None) == (not name.startswith("on_plugin_")), name


async def test_what_they_hear_is_what_happened(told: dict[str, Any]) -> None:
    assert told["on_message_received"]["message"].body == "Salam"
    assert told["on_message_status"]["status"].name == "accepted"
    assert told["on_conversation_assigned"]["agent"].name == "Hind"
    assert (told["on_conversation_moved"]["team"].name, told["on_conversation_updated"]["change"]) == (
        "Ventes", "woken")
    assert told["on_contact_saved"]["changed"] == ("name",)
    assert told["on_contact_identity_changed"]["change"].phone == "212600000002"
    assert told["on_template_status"]["status"] == "APPROVED"
    assert told["on_account_updated"]["changed"] == ("quality",)
    assert told["on_webhook_unhandled"] == {**told["on_webhook_unhandled"], "field": "of_tomorrow", "value": {"a": 1}}
    assert told["on_audit_recorded"]["entry"].changes == {"name": [None, None]}


def test_every_type_of_event_that_plugins_hear_is_tried() -> None:
    assert {hook for hooks in HOOKS.values() for hook in hooks} | {"on_plugin_enabled", "on_plugin_disabled"} == set(
        OBSERVERS)
