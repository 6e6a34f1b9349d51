"""Inbox: the screen where agents read and answer, and the notes they leave each other."""

from types import ModuleType
from typing import Any, ClassVar
from uuid import UUID

from comptoir_sdk import (
    Agent,
    AuditEntry,
    Channel,
    Contact,
    Context,
    Conversation,
    Job,
    Message,
    Plugin,
    Route,
    SearchHit,
    SearchQuery,
    Team,
    _,
    hookimpl,
    ui,
)

from plugins.inbox import hookspecs
from plugins.inbox.assignment import declared as assignment
from plugins.inbox.assignment import hearing as rules
from plugins.inbox.assignment import people
from plugins.inbox.drafts import register as drafts
from plugins.inbox.follows.routes import routes_of_follows
from plugins.inbox.mutes.routes import CHANNEL as MUTES
from plugins.inbox.mutes.routes import routes_of_mutes
from plugins.inbox.notes import routing as notes
from plugins.inbox.notices import routing as notices
from plugins.inbox.presence.routes import routes_of_presence
from plugins.inbox.quick_replies import register as quick_replies
from plugins.inbox.timers import declared as timers
from plugins.inbox.timers import hearing as clocks
from plugins.inbox.views import routes as views


class Inbox(Plugin):
    name = "inbox"
    version = "1.0.0"
    sdk = ">=0.1,<1"
    models: ClassVar = ("plugins.inbox.notes.models", "plugins.inbox.follows.models", "plugins.inbox.mutes.models",
                        "plugins.inbox.notices.models",
                        *quick_replies.MODELS, *drafts.MODELS, "plugins.inbox.views.models",
                        "plugins.inbox.assignment.models", "plugins.inbox.timers.models")
    migrations = "plugins.inbox.migrations"
    conversation_timers = "inbox_timer"
    searchable: ClassVar = {"inbox_note": "body"}
    permissions: ClassVar = {
        notes.MANAGE: _("Delete colleagues' notes"), views.MANAGE: _("Share views with everybody"),
        **quick_replies.PERMISSIONS}  # fmt: skip

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [*notes.routes_of_notes(), *routes_of_presence(), *routes_of_follows(), *routes_of_mutes(),
                *notices.routes_of_notices(),
                *quick_replies.ROUTES, *drafts.ROUTES,
                *views.routes_of_views(), *assignment.routes(), *timers.routes()]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        told = [Channel(name, permission="conversations.read")
                for name in ("notes", "mentions", "presence", "views", "desks", "timers", "notices", MUTES)]
        return [*told, *quick_replies.CHANNELS, *drafts.CHANNELS]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [*notices.jobs_of_notices(), *drafts.JOBS, *assignment.jobs(), *timers.jobs()]

    @hookimpl
    def register_hookspecs(self) -> ModuleType:
        return hookspecs

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [
            ui.Assets(package="plugins.inbox", static="static", templates="templates", locales="locale"),
            ui.Page("inbox", title=_("Inbox"), icon="inbox", nav="main", order=10, permission="conversations.read",
                    element="inbox-page", module="page.js"),
            ui.Page("dashboard", title=_("Dashboard"), icon="layout-dashboard", nav="main", order=30,
                    permission="conversations.read", element="inbox-dashboard", module="dashboard.js"),
            ui.Panel("notes", slot="conversation.detail", title=_("Notes"), order=20, collapsed=True,
                     permission="conversations.read", fragment="notes_panel", refresh_on=("inbox.notes",)),
            *quick_replies.PIECES,
            *assignment.panels(),
            *timers.panels(),
            *notices.pieces_of_notices(),
        ]

    @hookimpl
    async def provide_search(self, ctx: Context, query: SearchQuery) -> list[SearchHit]:
        from plugins.inbox.notes.searching import find_notes

        return await find_notes(query)

    @hookimpl
    async def on_message_received(self, ctx: Context, message: Message) -> None:
        await clocks.received(ctx, message)
        await rules.answered_off_hours(ctx, message)
        await notices.heard_message(ctx, message)

    @hookimpl
    async def on_message_sent(self, ctx: Context, message: Message) -> None:
        if message.author is not None:  # a person's, not an automation's or a program's
            await clocks.answered(ctx, message)

    @hookimpl
    async def on_message_echoed(self, ctx: Context, message: Message) -> None:
        await clocks.answered(ctx, message)

    @hookimpl
    async def on_message_noted(self, ctx: Context, message: Message) -> None:
        if message.type == "call" and message.status == "completed":  # whoever spoke with them has answered
            await clocks.answered(ctx, message)

    @hookimpl
    async def on_conversation_opened(self, ctx: Context, conversation: Conversation) -> None:
        await clocks.opened(ctx, conversation)
        await rules.opened(ctx, conversation)
        await notices.heard_waiting(ctx, conversation.id, conversation.team)

    @hookimpl
    async def on_conversation_assigned(self, ctx: Context, conversation: Conversation, agent: Agent | None,
                                       previous: UUID | None) -> None:
        await rules.assigned(ctx, conversation, agent, previous)

    @hookimpl
    async def on_conversation_moved(self, ctx: Context, conversation: Conversation, team: Team | None) -> None:
        await rules.moved(ctx, conversation, team)
        await notices.heard_waiting(ctx, conversation.id, team)

    @hookimpl
    async def on_conversation_updated(self, ctx: Context, conversation: Conversation, change: str) -> None:
        await clocks.updated(ctx, conversation, change)
        await rules.updated(ctx, conversation, change)
        if change == "woken":
            await notices.heard_woken(ctx, conversation)

    @hookimpl
    async def on_conversation_closed(self, ctx: Context, conversation: Conversation) -> None:
        await clocks.closed(ctx, conversation)
        await rules.closed(ctx, conversation)

    @hookimpl
    async def on_audit_recorded(self, ctx: Context, entry: AuditEntry) -> None:
        from plugins.inbox.leaving import forget

        await notices.heard_audit(ctx, entry)
        if entry.action == "member.removed" and entry.subject_id is not None:
            await forget(ctx, UUID(entry.subject_id))

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        return {**await notes.personal_data(contact), **await drafts.personal_data(contact),
                **await people.personal_data(contact)}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        from plugins.inbox.erasing import erase

        return await erase(ctx, contact) + await people.erase(contact)


plugin = Inbox()
