"""A plugin that hears everything, and remembers with what it was called."""

from typing import Any
from uuid import UUID

from comptoir_sdk import (
    Account,
    Agent,
    AuditEntry,
    Contact,
    Context,
    Conversation,
    Message,
    Plugin,
    Status,
    Team,
    Template,
    hookimpl,
)
from comptoir_sdk.webhooks import (
    AccountNews,
    AutomaticEvent,
    Call,
    FlowNews,
    GroupNews,
    Handover,
    HistorySync,
    IdentityChange,
    LinkClick,
    Payment,
    Preference,
    TemplateNews,
)

heard: dict[str, dict[str, Any]] = {}


class Listens(Plugin):
    name, sdk = "listens", ">=0.1,<1"

    @hookimpl
    async def on_message_received(self, ctx: Context, message: Message) -> None:
        heard["on_message_received"] = {"ctx": ctx, "message": message}

    @hookimpl
    async def on_message_status(self, ctx: Context, message: Message, status: Status) -> None:
        heard["on_message_status"] = {"ctx": ctx, "message": message, "status": status}

    @hookimpl
    async def on_message_sent(self, ctx: Context, message: Message) -> None:
        heard["on_message_sent"] = {"ctx": ctx, "message": message}

    @hookimpl
    async def on_message_updated(self, ctx: Context, message: Message) -> None:
        heard["on_message_updated"] = {"ctx": ctx, "message": message}

    @hookimpl
    async def on_message_echoed(self, ctx: Context, message: Message) -> None:
        heard["on_message_echoed"] = {"ctx": ctx, "message": message}

    @hookimpl
    async def on_message_noted(self, ctx: Context, message: Message) -> None:
        heard["on_message_noted"] = {"ctx": ctx, "message": message}

    @hookimpl
    async def on_history_synced(self, ctx: Context, account: Account, sync: HistorySync) -> None:
        heard["on_history_synced"] = {"ctx": ctx, "account": account, "sync": sync}

    @hookimpl
    async def on_conversation_opened(self, ctx: Context, conversation: Conversation) -> None:
        heard["on_conversation_opened"] = {"ctx": ctx, "conversation": conversation}

    @hookimpl
    async def on_conversation_assigned(self, ctx: Context, conversation: Conversation, agent: Agent | None,
                                       previous: UUID | None) -> None:
        heard["on_conversation_assigned"] = {"ctx": ctx, "conversation": conversation, "agent": agent,
                                             "previous": previous}

    @hookimpl
    async def on_conversation_moved(self, ctx: Context, conversation: Conversation, team: Team | None,
                                    previous: UUID | None) -> None:
        heard["on_conversation_moved"] = {"ctx": ctx, "conversation": conversation, "team": team, "previous": previous}

    @hookimpl
    async def on_conversation_updated(self, ctx: Context, conversation: Conversation, change: str) -> None:
        heard["on_conversation_updated"] = {"ctx": ctx, "conversation": conversation, "change": change}

    @hookimpl
    async def on_conversation_closed(self, ctx: Context, conversation: Conversation) -> None:
        heard["on_conversation_closed"] = {"ctx": ctx, "conversation": conversation}

    @hookimpl
    async def on_contact_saved(self, ctx: Context, contact: Contact, changed: tuple[str, ...]) -> None:
        heard["on_contact_saved"] = {"ctx": ctx, "contact": contact, "changed": changed}

    @hookimpl
    async def on_contacts_merged(self, ctx: Context, kept: Contact, removed: UUID) -> None:
        heard["on_contacts_merged"] = {"ctx": ctx, "kept": kept, "removed": removed}

    @hookimpl
    async def on_contact_identity_changed(self, ctx: Context, contact: Contact, change: IdentityChange) -> None:
        heard["on_contact_identity_changed"] = {"ctx": ctx, "contact": contact, "change": change}

    @hookimpl
    async def on_contact_preference(self, ctx: Context, contact: Contact, preference: Preference) -> None:
        heard["on_contact_preference"] = {"ctx": ctx, "contact": contact, "preference": preference}

    @hookimpl
    async def on_template_status(self, ctx: Context, template: Template, status: str, reason: str | None) -> None:
        heard["on_template_status"] = {"ctx": ctx, "template": template, "status": status, "reason": reason}

    @hookimpl
    async def on_template_updated(self, ctx: Context, template: Template, news: TemplateNews) -> None:
        heard["on_template_updated"] = {"ctx": ctx, "template": template, "news": news}

    @hookimpl
    async def on_account_connected(self, ctx: Context, account: Account) -> None:
        heard["on_account_connected"] = {"ctx": ctx, "account": account}

    @hookimpl
    async def on_webhook_unhandled(self, ctx: Context, field: str, value: dict[str, Any]) -> None:
        heard["on_webhook_unhandled"] = {"ctx": ctx, "field": field, "value": value}

    @hookimpl
    async def on_account_updated(self, ctx: Context, account: Account, changed: tuple[str, ...],
                                 news: dict[str, Any] | None) -> None:
        heard["on_account_updated"] = {"ctx": ctx, "account": account, "changed": changed, "news": news}

    @hookimpl
    async def on_account_news(self, ctx: Context, account: Account, news: AccountNews) -> None:
        heard["on_account_news"] = {"ctx": ctx, "account": account, "news": news}

    @hookimpl
    async def on_call_updated(self, ctx: Context, account: Account, call: Call) -> None:
        heard["on_call_updated"] = {"ctx": ctx, "account": account, "call": call}

    @hookimpl
    async def on_group_updated(self, ctx: Context, account: Account, group: GroupNews) -> None:
        heard["on_group_updated"] = {"ctx": ctx, "account": account, "group": group}

    @hookimpl
    async def on_control_changed(self, ctx: Context, account: Account, handover: Handover) -> None:
        heard["on_control_changed"] = {"ctx": ctx, "account": account, "handover": handover}

    @hookimpl
    async def on_flow_updated(self, ctx: Context, account: Account, flow: FlowNews) -> None:
        heard["on_flow_updated"] = {"ctx": ctx, "account": account, "flow": flow}

    @hookimpl
    async def on_payment_updated(self, ctx: Context, account: Account, payment: Payment) -> None:
        heard["on_payment_updated"] = {"ctx": ctx, "account": account, "payment": payment}

    @hookimpl
    async def on_link_clicked(self, ctx: Context, account: Account, click: LinkClick) -> None:
        heard["on_link_clicked"] = {"ctx": ctx, "account": account, "click": click}

    @hookimpl
    async def on_automatic_event(self, ctx: Context, account: Account, event: AutomaticEvent) -> None:
        heard["on_automatic_event"] = {"ctx": ctx, "account": account, "event": event}

    @hookimpl
    async def on_audit_recorded(self, ctx: Context, entry: AuditEntry) -> None:
        heard["on_audit_recorded"] = {"ctx": ctx, "entry": entry}

    @hookimpl
    async def on_plugin_enabled(self, ctx: Context, settings: Any) -> None:
        heard["on_plugin_enabled"] = {"ctx": ctx, "settings": settings}

    @hookimpl
    async def on_plugin_disabled(self, ctx: Context) -> None:
        heard["on_plugin_disabled"] = {"ctx": ctx}


listens = Listens()
