"""Every hook is documented in one line, and there are no others."""

import inspect

import pytest
from comptoir_sdk import hookspecs

from core.plugins.happenings import HOOKS

SPECS = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, "comptoir_spec")}


def test_the_hooks_are_these() -> None:
    assert {name: ", ".join(inspect.signature(spec).parameters) for name, spec in SPECS.items()} == {
        "register_routes": "", "register_panels": "", "register_jobs": "", "register_channels": "",
        "register_commands": "", "register_hookspecs": "",
        "on_message_received": "ctx, message", "on_message_status": "ctx, message, status",
        "on_message_sent": "ctx, message", "on_message_updated": "ctx, message",
        "on_message_echoed": "ctx, message", "on_message_noted": "ctx, message",
        "on_history_synced": "ctx, account, sync",
        "on_contact_identity_changed": "ctx, contact, change", "on_contact_preference": "ctx, contact, preference",
        "on_template_updated": "ctx, template, news", "on_account_news": "ctx, account, news",
        "on_call_updated": "ctx, account, call", "on_group_updated": "ctx, account, group",
        "on_control_changed": "ctx, account, handover",
        "on_flow_updated": "ctx, account, flow", "on_payment_updated": "ctx, account, payment",
        "on_link_clicked": "ctx, account, click", "on_automatic_event": "ctx, account, event",
        "on_conversation_opened": "ctx, conversation",
        "on_conversation_assigned": "ctx, conversation, agent, previous",
        "on_conversation_moved": "ctx, conversation, team, previous",
        "on_conversation_updated": "ctx, conversation, change",
        "on_conversation_closed": "ctx, conversation", "on_contact_saved": "ctx, contact, changed",
        "on_contacts_merged": "ctx, kept, removed", "on_template_status": "ctx, template, status, reason",
        "on_account_connected": "ctx, account",
        "on_account_updated": "ctx, account, changed, news", "on_audit_recorded": "ctx, entry",
        "on_webhook_unhandled": "ctx, field, value",
        "on_plugin_enabled": "ctx, settings", "on_plugin_disabled": "ctx",
        "filter_outbound": "ctx, draft", "provide_contact_facts": "ctx, contact",
        "provide_suggestions": "ctx, conversation", "provide_search": "ctx, query",
        "provide_personal_data": "ctx, contact",
        "erase_personal_data": "ctx, contact",
    }


@pytest.mark.parametrize("name", SPECS)
def test_a_hook_says_what_it_is_for_in_a_line(name: str) -> None:
    told = inspect.getdoc(SPECS[name]) or ""
    assert told.endswith(".")
    assert "\n" not in told


@pytest.mark.parametrize("name", [name for name in SPECS if name.startswith(("on_", "filter_", "provide_", "erase_"))])
def test_hooks_that_are_awaited_are_coroutines(name: str) -> None:
    assert inspect.iscoroutinefunction(SPECS[name])


def test_every_observer_hears_of_some_event() -> None:
    heard = {hook for hooks in HOOKS.values() for hook in hooks} | {"on_plugin_enabled", "on_plugin_disabled"}
    assert heard == {name for name in SPECS if name.startswith("on_")}
