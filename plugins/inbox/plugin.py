"""Inbox: the screen where agents read and answer, and the notes they leave each other."""

from typing import Any, ClassVar

from comptoir_sdk import Channel, Contact, Context, Job, Plugin, Route, SearchHit, SearchQuery, _, hookimpl, ui

from plugins.inbox.drafts import register as drafts
from plugins.inbox.notes import routing as notes
from plugins.inbox.presence.routes import routes_of_presence
from plugins.inbox.quick_replies import register as quick_replies
from plugins.inbox.views import routes as views


class Inbox(Plugin):
    name = "inbox"
    version = "1.0.0"
    sdk = ">=0.1,<1"
    models: ClassVar = ("plugins.inbox.notes.models", "plugins.inbox.follows.models", "plugins.inbox.notices.models",
                        *quick_replies.MODELS, *drafts.MODELS, "plugins.inbox.views.models")  # fmt: skip
    migrations = "plugins.inbox.migrations"
    permissions: ClassVar = {
        notes.MANAGE: _("Delete colleagues' notes"), views.MANAGE: _("Share views with everybody"),
        **quick_replies.PERMISSIONS}  # fmt: skip

    @hookimpl
    def register_routes(self) -> list[Route]:
        return [*notes.routes_of_notes(), *routes_of_presence(), *quick_replies.ROUTES, *drafts.ROUTES,
                *views.routes_of_views()]  # fmt: skip

    @hookimpl
    def register_channels(self) -> list[Channel]:
        told = [Channel(name, permission="conversations.read") for name in ("notes", "mentions", "presence", "views")]
        return [*told, *quick_replies.CHANNELS, *drafts.CHANNELS]

    @hookimpl
    def register_jobs(self) -> list[Job]:
        return [*drafts.JOBS]

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
        ]

    @hookimpl
    async def provide_search(self, ctx: Context, query: SearchQuery) -> list[SearchHit]:
        from plugins.inbox.notes.searching import find_notes

        return await find_notes(query)

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        return {**await notes.personal_data(contact), **await drafts.personal_data(contact)}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        from plugins.inbox.erasing import erase

        return await erase(contact)


plugin = Inbox()
