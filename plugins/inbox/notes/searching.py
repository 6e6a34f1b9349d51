"""Notes that say what somebody searches for."""

from comptoir_sdk import SearchHit, SearchQuery, _

from plugins.inbox.notes.models import Note

MOST = 10


async def find_notes(query: SearchQuery) -> list[SearchHit]:
    """The newest first."""
    notes = Note.all()
    if query.conversation_id:
        notes = notes.filter(conversation_id=query.conversation_id)
    if query.contact_id:
        notes = notes.filter(conversation__contact_id=query.contact_id)
    found = await query.among(notes, "body").order_by("-created_at").limit(MOST).values(
        "body", "author_name", "created_at", "conversation_id")  # fmt: skip
    return [SearchHit(note["body"], note["author_name"] or _("Note"), conversation_id=note["conversation_id"],
                      at=note["created_at"], icon="sticky-note") for note in found]  # fmt: skip
