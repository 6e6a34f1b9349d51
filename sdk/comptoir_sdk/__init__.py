"""Write plugins for Comptoir. A plugin imports this package and its own; never the kernel.

Start with `Plugin`; the hooks are listed in `comptoir_sdk.hookspecs`, what a hook may touch in `comptoir_sdk.context`.
"""

from typing import TYPE_CHECKING, Any

from comptoir_sdk import ui, webhooks
from comptoir_sdk.business_hours import BusinessHours
from comptoir_sdk.channels import Channel
from comptoir_sdk.commands import Command
from comptoir_sdk.context import Context
from comptoir_sdk.deprecation import renamed
from comptoir_sdk.errors import Forbidden, Invalid, NotFound, PluginError, Unavailable
from comptoir_sdk.hookspecs import hookimpl, hookspec
from comptoir_sdk.identifiers import uuid7
from comptoir_sdk.jobs import Job
from comptoir_sdk.models import TenantModel, tenant_fk
from comptoir_sdk.offers import Answers, offered
from comptoir_sdk.outgoing import Outgoing
from comptoir_sdk.plugin import Plugin
from comptoir_sdk.routes import HTML, Route
from comptoir_sdk.searching import SearchQuery
from comptoir_sdk.translation import Text, _
from comptoir_sdk.values import (
    Account,
    Agent,
    Attachment,
    AuditEntry,
    Contact,
    Conversation,
    Draft,
    Fact,
    Group,
    Member,
    Message,
    Page,
    Reject,
    SearchHit,
    Status,
    Suggestion,
    Tag,
    Team,
    Template,
    Tenant,
)

__version__ = "0.1.0"

__all__ = [
    "HTML",
    "Account",
    "Agent",
    "Answers",
    "Attachment",
    "AuditEntry",
    "BusinessHours",
    "Channel",
    "Command",
    "Contact",
    "Context",
    "Conversation",
    "Draft",
    "Fact",
    "Forbidden",
    "Group",
    "Invalid",
    "Job",
    "Member",
    "Message",
    "NotFound",
    "Outgoing",
    "Page",
    "Plugin",
    "PluginError",
    "Reject",
    "Route",
    "SearchHit",
    "SearchQuery",
    "Status",
    "Suggestion",
    "Tag",
    "Team",
    "Template",
    "Tenant",
    "TenantModel",
    "Text",
    "Unavailable",
    "_",
    "__version__",
    "hookimpl",
    "hookspec",
    "offered",
    "tenant_fk",
    "ui",
    "uuid7",
    "webhooks",
]

if not TYPE_CHECKING:  # to a type checker a name that goes is gone

    def __getattr__(name: str) -> Any:
        return renamed(name, globals())
