"""What hangs on a person's conversations goes with the person."""

from comptoir_sdk import Contact, TenantModel

from plugins.inbox.drafts.models import Draft
from plugins.inbox.follows.models import Follow
from plugins.inbox.mutes.models import Mute
from plugins.inbox.notes.models import Mention, Note
from plugins.inbox.notices.models import Notice

_OF_CONVERSATIONS: tuple[type[TenantModel], ...] = (Mention, Note, Follow, Mute, Notice, Draft)


async def erase(contact: Contact) -> int:
    """How many rows it were."""
    gone = 0
    for model in _OF_CONVERSATIONS:
        ids = await model.filter(conversation__contact_id=contact.id).values_list("id", flat=True)
        gone += await model.filter(id__in=list(ids)).delete() if ids else 0
    return gone
