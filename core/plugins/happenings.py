"""From events of the log to calls of observer hooks, with typed values."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from comptoir_sdk import Account, Agent, AuditEntry, Contact, Conversation, Message, Status, Template
from comptoir_sdk.webhooks import (
    ACCOUNT_NEWS,
    TEMPLATE_NEWS,
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
    Told,
)

from core.db.pool import Database
from core.events.log import Event

Arguments = dict[str, Any]
Reading = Callable[[Database, Event], Awaitable[Arguments | None]]
"""The hook's arguments, or None when what the event tells of is gone."""

_MESSAGE = """
select r.resource, m.contact_id from message_resources r
join messages m on m.tenant_id = r.tenant_id and m.id = r.id where m.tenant_id = $1 and m.id = $2
"""


async def _received(_db: Database, event: Event) -> Arguments:
    whom = event.data["conversation"]["contact"] or event.data["message"].get("participant")
    return {"message": Message.of(event.data["message"], whom["id"] if whom else None)}


async def _message(db: Database, event: Event) -> Arguments | None:
    row = await db.system.fetchrow(_MESSAGE, event.tenant_id, UUID(str(event.data["message"]["id"])))
    return {"message": Message.of(row["resource"], row["contact_id"])} if row else None


async def _status(db: Database, event: Event) -> Arguments | None:
    found = await _message(db, event)
    return {**found, "status": Status.of(event.data["message"])} if found else None


async def _sent(db: Database, event: Event) -> Arguments | None:
    return await _message(db, event) if event.data["message"]["status"] == "accepted" else None


async def _conversation(_db: Database, event: Event) -> Arguments:
    return {"conversation": Conversation.of(event.data["conversation"])}


async def _assigned(_db: Database, event: Event) -> Arguments:
    conversation, previous = Conversation.of(event.data["conversation"]), event.data.get("previous")
    agent: Agent | None = conversation.assignee
    return {"conversation": conversation, "agent": agent, "previous": UUID(str(previous)) if previous else None}


async def _moved(_db: Database, event: Event) -> Arguments:
    conversation, previous = Conversation.of(event.data["conversation"]), event.data.get("previous")
    return {"conversation": conversation, "team": conversation.team,
            "previous": UUID(str(previous)) if previous else None}


async def _changed(_db: Database, event: Event) -> Arguments:
    return {"conversation": Conversation.of(event.data["conversation"]), "change": event.data.get("change", "")}


async def _saved(_db: Database, event: Event) -> Arguments:
    return {"contact": Contact.of(event.data["contact"]), "changed": tuple(event.data.get("changed", ()))}


async def _merged(_db: Database, event: Event) -> Arguments:
    return {"kept": Contact.of(event.data["kept"]), "removed": UUID(str(event.data["removed"]))}


async def _template(_db: Database, event: Event) -> Arguments:
    told = event.data["template"]
    account = told.get("account_id")
    template = Template(told["name"], told["language"], UUID(str(account)) if account else None, told.get("category"))
    return {"template": template, "status": event.data["status"], "reason": event.data.get("reason")}


async def _connected(_db: Database, event: Event) -> Arguments:
    return {"account": Account.of(event.data["account"])}


async def _updated(_db: Database, event: Event) -> Arguments:
    news = {"field": event.data["field"], "value": event.data["value"]} if "field" in event.data else None
    return {"account": Account.of(event.data["account"]), "changed": tuple(event.data["changed"]), "news": news}


async def _account_news(_db: Database, event: Event) -> Arguments | None:
    """Only what Meta told by webhook."""
    news = ACCOUNT_NEWS.get(event.data.get("field", ""))
    return {"account": Account.of(event.data["account"]), "news": news.of(event.data["value"])} if news else None


async def _template_news(_db: Database, event: Event) -> Arguments:
    told, kind = event.data["template"], TEMPLATE_NEWS[event.data["field"]]
    template = Template(told["name"], told["language"], UUID(str(told["account_id"])), told.get("category"))
    return {"template": template, "news": kind.of(event.data["value"])}


async def _identity(_db: Database, event: Event) -> Arguments:
    return {"contact": Contact.of(event.data["contact"]), "change": IdentityChange.of(event.data)}


async def _preference(_db: Database, event: Event) -> Arguments:
    return {"contact": Contact.of(event.data["contact"]), "preference": Preference.of(event.data["value"])}


def _told(name: str, kind: type[Told]) -> Reading:
    """Of an account, as `kind` reads it."""

    async def reading(_db: Database, event: Event) -> Arguments:
        return {"account": Account.of(event.data["account"]), name: kind.of(event.data["value"])}

    return reading


async def _unhandled(_db: Database, event: Event) -> Arguments:
    return {"field": event.data["field"], "value": event.data["value"]}


async def _recorded(_db: Database, event: Event) -> Arguments:
    return {"entry": AuditEntry.of(event.data)}


HOOKS: dict[str, dict[str, Reading]] = {
    "message.received": {"on_message_received": _received},
    "message.updated": {"on_message_updated": _message},
    "message.echoed": {"on_message_echoed": _received},
    "message.noted": {"on_message_noted": _received},
    "message.status": {"on_message_status": _status, "on_message_sent": _sent},
    "conversation.opened": {"on_conversation_opened": _conversation},
    "conversation.assigned": {"on_conversation_assigned": _assigned},
    "conversation.moved": {"on_conversation_moved": _moved},
    "conversation.updated": {"on_conversation_updated": _changed},
    "conversation.closed": {"on_conversation_closed": _conversation},
    "contact.saved": {"on_contact_saved": _saved},
    "contacts.merged": {"on_contacts_merged": _merged},
    "contact.identity_changed": {"on_contact_identity_changed": _identity},
    "contact.preference": {"on_contact_preference": _preference},
    "template.status": {"on_template_status": _template},
    "template.updated": {"on_template_updated": _template_news},
    "account.connected": {"on_account_connected": _connected},
    "account.updated": {"on_account_updated": _updated, "on_account_news": _account_news},
    "history.synced": {"on_history_synced": _told("sync", HistorySync)},
    "call.updated": {"on_call_updated": _told("call", Call)},
    "group.updated": {"on_group_updated": _told("group", GroupNews)},
    "control.changed": {"on_control_changed": _told("handover", Handover)},
    "flow.updated": {"on_flow_updated": _told("flow", FlowNews)},
    "payment.updated": {"on_payment_updated": _told("payment", Payment)},
    "link.clicked": {"on_link_clicked": _told("click", LinkClick)},
    "automatic.event": {"on_automatic_event": _told("event", AutomaticEvent)},
    "audit.recorded": {"on_audit_recorded": _recorded},
    "webhook.unhandled": {"on_webhook_unhandled": _unhandled},
}
"""Event type → the hooks that hear of it."""
