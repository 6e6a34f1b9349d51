"""Every hook a plugin may implement. An implementation may take fewer arguments than the hook offers.

register_*            once at start, synchronous, pure: no database, no network
on_*                  observers: run by a worker after the fact, in order, at least once; `ctx.event_id` is the same
                      when an event comes again
filter_*, provide_*   awaited inside a request, each with its time limit
"""

from typing import Any
from uuid import UUID

import pluggy

from comptoir_sdk.channels import Channel
from comptoir_sdk.commands import Command
from comptoir_sdk.context import Context
from comptoir_sdk.jobs import Job
from comptoir_sdk.routes import Route
from comptoir_sdk.searching import SearchQuery
from comptoir_sdk.ui import Element
from comptoir_sdk.values import (
    Account,
    Agent,
    AuditEntry,
    Contact,
    Conversation,
    Draft,
    Fact,
    Message,
    Reject,
    SearchHit,
    Status,
    Suggestion,
    Team,
    Template,
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

hookspec = pluggy.HookspecMarker("comptoir")
hookimpl = pluggy.HookimplMarker("comptoir")


@hookspec
def register_routes() -> list[Route]:  # type: ignore[empty-body]
    """HTTP routes under /api/v1/p/<plugin>/."""


@hookspec
def register_panels() -> list[Element]:  # type: ignore[empty-body]
    """Pieces of user interface: pages, panels, composer actions, renderers, cards, settings, commands."""


@hookspec
def register_jobs() -> list[Job]:  # type: ignore[empty-body]
    """Durable jobs, on demand or by cron."""


@hookspec
def register_channels() -> list[Channel]:  # type: ignore[empty-body]
    """Topics on the agents' WebSocket."""


@hookspec
def register_commands() -> list[Command]:  # type: ignore[empty-body]
    """Commands for the operator: `comptoir <plugin> …`."""


@hookspec
def register_hookspecs() -> Any:
    """A module of hookspecs that this plugin offers to others, or None."""


@hookspec
async def on_message_received(ctx: Context, message: Message) -> None:
    """A customer wrote, or called in vain; the message is stored."""


@hookspec
async def on_message_status(ctx: Context, message: Message, status: Status) -> None:
    """An outbound message was sent, delivered, read, played, or failed."""


@hookspec
async def on_message_sent(ctx: Context, message: Message) -> None:
    """Meta accepted an outbound message and gave it a wamid."""


@hookspec
async def on_message_updated(ctx: Context, message: Message) -> None:
    """A message changed: its author edited it or took it back, its file was stored, its real words came."""


@hookspec
async def on_message_echoed(ctx: Context, message: Message) -> None:
    """A colleague answered from the number's WhatsApp Business app; the message is stored as outbound."""


@hookspec
async def on_message_noted(ctx: Context, message: Message) -> None:
    """WhatsApp itself noted something in a thread: a new number, a new user id, a new device, a call."""


@hookspec
async def on_history_synced(ctx: Context, account: Account, sync: HistorySync) -> None:
    """A part of what a number's app had said before was stored, or its owner declined to share it."""


@hookspec
async def on_conversation_opened(ctx: Context, conversation: Conversation) -> None:
    """A conversation began, or a closed one was reopened by the customer."""


@hookspec
async def on_conversation_assigned(ctx: Context, conversation: Conversation, agent: Agent | None,
                                   previous: UUID | None) -> None:
    """A conversation was given to an agent, or to nobody (`agent` None)."""


@hookspec
async def on_conversation_moved(ctx: Context, conversation: Conversation, team: Team | None,
                                previous: UUID | None) -> None:
    """A conversation was given to a team, or to none (`team` None)."""


@hookspec
async def on_conversation_updated(ctx: Context, conversation: Conversation, change: str) -> None:
    """Something else about a conversation changed: it was opened, snoozed, read, or woke from its snooze."""


@hookspec
async def on_conversation_closed(ctx: Context, conversation: Conversation) -> None:
    """A conversation was closed."""


@hookspec
async def on_contact_saved(ctx: Context, contact: Contact, changed: tuple[str, ...]) -> None:
    """A contact was made or changed; `changed` names the fields."""


@hookspec
async def on_contacts_merged(ctx: Context, kept: Contact, removed: UUID) -> None:
    """Two contacts turned out to be one person: move rows of `removed` to `kept`."""


@hookspec
async def on_contact_identity_changed(ctx: Context, contact: Contact, change: IdentityChange) -> None:
    """A customer has a new number or user id; the contact and its history are the same."""


@hookspec
async def on_contact_preference(ctx: Context, contact: Contact, preference: Preference) -> None:
    """A customer told WhatsApp to stop, resume or begin messages of a category."""


@hookspec
async def on_template_status(ctx: Context, template: Template, status: str, reason: str | None) -> None:
    """Meta approved, rejected, paused or disabled a template."""


@hookspec
async def on_template_updated(ctx: Context, template: Template, news: TemplateNews) -> None:
    """Meta changed a template's quality, words or category."""


@hookspec
async def on_account_connected(ctx: Context, account: Account) -> None:
    """A WhatsApp number was connected to the tenant."""


@hookspec
async def on_webhook_unhandled(ctx: Context, field: str, value: dict[str, Any]) -> None:
    """Meta told something the kernel does not treat; the value is as Meta sent it."""


@hookspec
async def on_account_updated(ctx: Context, account: Account, changed: tuple[str, ...],
                             news: dict[str, Any] | None) -> None:
    """A number was changed, here or by Meta; `news` is Meta's webhook, `{field, value}`, when one told of it."""


@hookspec
async def on_account_news(ctx: Context, account: Account, news: AccountNews) -> None:
    """Meta told something of a number or its account: quality, name, limits, bans, alerts, security, errors."""


@hookspec
async def on_call_updated(ctx: Context, account: Account, call: Call) -> None:
    """A call began, rang, was taken or refused, ended, or was recorded."""


@hookspec
async def on_group_updated(ctx: Context, account: Account, group: GroupNews) -> None:
    """A group was made, renamed or suspended, or people joined or left it."""


@hookspec
async def on_control_changed(ctx: Context, account: Account, handover: Handover) -> None:
    """Meta's own agent gave a customer over to us, or somebody took one from it."""


@hookspec
async def on_flow_updated(ctx: Context, account: Account, flow: FlowNews) -> None:
    """A flow changed its status, or its endpoint errs, is slow or away."""


@hookspec
async def on_payment_updated(ctx: Context, account: Account, payment: Payment) -> None:
    """A payment that an order message asked for was captured, waits, or failed."""


@hookspec
async def on_link_clicked(ctx: Context, account: Account, click: LinkClick) -> None:
    """A customer followed a link of a marketing message."""


@hookspec
async def on_automatic_event(ctx: Context, account: Account, event: AutomaticEvent) -> None:
    """Meta recognised a lead or a purchase in a thread that an advertisement began."""


@hookspec
async def on_audit_recorded(ctx: Context, entry: AuditEntry) -> None:
    """Something was written into the audit log: an administrative act, or a change of data."""


@hookspec
async def on_plugin_enabled(ctx: Context, settings: Any) -> None:
    """This plugin was switched on for the tenant."""


@hookspec
async def on_plugin_disabled(ctx: Context) -> None:
    """This plugin was switched off for the tenant; its rows stay."""


@hookspec
async def filter_outbound(ctx: Context, draft: Draft) -> Draft | Reject | None:
    """Before a message is accepted for sending: change it, refuse it, or None. 300 ms; a failure refuses it."""


@hookspec
async def provide_contact_facts(ctx: Context, contact: Contact) -> list[Fact]:  # type: ignore[empty-body]
    """Short facts beside a conversation. 300 ms; what fails is shown as missing."""


@hookspec
async def provide_suggestions(ctx: Context, conversation: Conversation) -> list[Suggestion]:  # type: ignore[empty-body]
    """Answers an agent may choose to send. 3 s; what fails is left out."""


@hookspec
async def provide_search(ctx: Context, query: SearchQuery) -> list[SearchHit]:  # type: ignore[empty-body]
    """What this plugin keeps that says it, the best first. 300 ms; what fails is shown as missing."""


@hookspec
async def provide_personal_data(ctx: Context, contact: Contact) -> dict[str, Any]:  # type: ignore[empty-body]
    """Everything this plugin keeps on a person, for an export. A failure fails the export."""


@hookspec
async def erase_personal_data(ctx: Context, contact: Contact) -> int:  # type: ignore[empty-body]
    """Delete what this plugin keeps on a person; the number of rows. Retried until it succeeds."""
