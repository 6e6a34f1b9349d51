"""What the notes give the plugin: routes, a permission, and a person's data."""

from typing import Any

from comptoir_sdk import HTML, Contact, Route

from plugins.inbox.notes import mention_routes, routes, shapes
from plugins.inbox.notes.routes import MANAGE

__all__ = ["MANAGE", "personal_data", "routes_of_notes"]
_READ, _WRITE = "conversations.read", "conversations.write"


def routes_of_notes() -> list[Route]:
    of_conversation, one = "/conversations/<uuid:conversation_id>/notes", "/notes/<uuid:note_id>"
    panel = "/fragments/notes_panel"
    return [
        Route(of_conversation, routes.list_notes, ("GET",), _READ, query=shapes.Paging,
              responses={200: shapes.NoteList}),
        Route(of_conversation, routes.add_note, ("POST",), _WRITE, body=shapes.NewNote,
              responses={201: shapes.WrittenNote}),
        Route(one, routes.get_note, ("GET",), _READ, responses={200: shapes.NoteResource}),
        Route(one, routes.change_note, ("PUT",), _WRITE, body=shapes.NewNote, responses={200: shapes.WrittenNote}),
        Route(one, routes.remove_note, ("DELETE",), _WRITE, responses={204: None}),
        Route("/mentions", mention_routes.list_mentions, ("GET",), _READ, query=shapes.OfMentions,
              responses={200: shapes.MentionList}),
        Route("/mentions/count", mention_routes.count_mentions, ("GET",), _READ, responses={200: shapes.Count}),
        Route("/mentions/read", mention_routes.read_mentions_of, ("PUT",), _READ, body=shapes.OfConversation,
              responses={200: shapes.Count}),
        Route("/mentions/<uuid:mention_id>/read", mention_routes.read_mention, ("PUT",), _READ,
              responses={200: shapes.Count}),
        Route(panel, routes.show_panel, ("GET",), _READ, query=shapes.OfConversation, responses={200: HTML}),
        Route(panel, routes.change_panel, ("POST",), _WRITE, query=shapes.OfConversation, responses={200: HTML}),
    ]  # fmt: skip


async def personal_data(contact: Contact) -> dict[str, Any]:
    from plugins.inbox.notes.models import Note

    notes = await Note.filter(conversation__contact_id=contact.id).order_by("created_at")
    return {"notes": [routes.resource(note) for note in notes]}
