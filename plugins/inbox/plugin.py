"""Inbox: the screen where agents read and answer, and the notes they leave each other."""

from typing import Any, ClassVar

from comptoir_sdk import HTML, Channel, Contact, Context, Plugin, Route, _, hookimpl, ui

from plugins.inbox import routes, shapes


class Inbox(Plugin):
    name = "inbox"
    version = "1.0.0"
    sdk = ">=0.1,<1"
    models: ClassVar = ("plugins.inbox.models",)
    migrations = "plugins.inbox.migrations"

    @hookimpl
    def register_routes(self) -> list[Route]:
        notes = "/conversations/<uuid:conversation_id>/notes"
        return [
            Route(notes, routes.list_notes, ("GET",), "conversations.read", responses={200: shapes.NoteList}),
            Route(notes, routes.add_note, ("POST",), "conversations.write", body=shapes.NewNote,
                  responses={201: shapes.NoteResource}),
            Route("/notes/<uuid:note_id>", routes.remove_note, ("DELETE",), "conversations.write",
                  responses={204: None}),
            Route("/fragments/notes_panel", routes.show_panel, ("GET",), "conversations.read",
                  query=shapes.OfConversation, responses={200: HTML}),
            Route("/fragments/notes_panel", routes.change_panel, ("POST",), "conversations.write",
                  query=shapes.OfConversation, responses={200: HTML}),
        ]

    @hookimpl
    def register_channels(self) -> list[Channel]:
        return [Channel("notes", permission="conversations.read")]

    @hookimpl
    def register_panels(self) -> list[ui.Element]:
        return [
            ui.Assets(package="plugins.inbox", static="static", templates="templates", locales="locale"),
            ui.Page("inbox", title=_("Inbox"), icon="inbox", nav="main", order=10, permission="conversations.read",
                    element="inbox-page", module="page.js"),
            ui.Page("dashboard", title=_("Dashboard"), icon="layout-dashboard", nav="main", order=30,
                    permission="conversations.read", element="inbox-dashboard", module="dashboard.js"),
            ui.Panel("notes", slot="conversation.detail", title=_("Notes"), order=20,
                     permission="conversations.read", fragment="notes_panel", refresh_on=("inbox.notes",)),
        ]

    @hookimpl
    async def provide_personal_data(self, ctx: Context, contact: Contact) -> dict[str, Any]:
        from plugins.inbox.models import Note

        notes = await Note.filter(conversation__contact_id=contact.id).order_by("created_at")
        return {"notes": [routes.resource(note) for note in notes]}

    @hookimpl
    async def erase_personal_data(self, ctx: Context, contact: Contact) -> int:
        from plugins.inbox.models import Note

        notes = await Note.filter(conversation__contact_id=contact.id)
        return await Note.filter(id__in=[note.id for note in notes]).delete() if notes else 0


plugin = Inbox()
