"""What hangs on a person's conversations goes with the person."""

from comptoir_sdk import Contact, Context, TenantModel

from plugins.inbox.drafts.models import Draft
from plugins.inbox.drafts.routes import files_of
from plugins.inbox.files import discard
from plugins.inbox.follows.models import Follow
from plugins.inbox.mutes.models import Mute
from plugins.inbox.notes.models import Mention, Note
from plugins.inbox.notices.models import Notice

_OF_CONVERSATIONS: tuple[type[TenantModel], ...] = (Mention, Note, Follow, Mute, Notice, Draft)


async def erase(ctx: Context, contact: Contact) -> int:
    """How many rows it were. What was uploaded for them and not sent goes, too."""
    async with ctx.db.transaction():
        files = files_of(await Draft.filter(conversation__contact_id=contact.id))
        gone = await _rows(contact)
        await discard(ctx, files)
    return gone


async def _rows(contact: Contact) -> int:
    gone = 0
    for model in _OF_CONVERSATIONS:
        ids = await model.filter(conversation__contact_id=contact.id).values_list("id", flat=True)
        gone += await model.filter(id__in=list(ids)).delete() if ids else 0
    return gone
