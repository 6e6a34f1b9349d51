"""What a member kept for themselves goes when they leave; what they wrote to others stays."""

from uuid import UUID

from comptoir_sdk import Context, NotFound, TenantModel

from plugins.inbox.assignment.models import Desk, Turn
from plugins.inbox.drafts.models import Draft
from plugins.inbox.drafts.routes import files_of
from plugins.inbox.files import let_go
from plugins.inbox.follows.models import Follow
from plugins.inbox.mutes.models import Mute
from plugins.inbox.notes.models import Mention
from plugins.inbox.notices.models import Notice, NoticeWishes
from plugins.inbox.quick_replies.routes import forget_of
from plugins.inbox.views.models import View

_THEIRS: tuple[type[TenantModel], ...] = (Desk, Turn, Draft, Follow, Mute, Mention, Notice, NoticeWishes)


async def forget(ctx: Context, member: UUID) -> None:
    """Heard again when they are back, it takes nothing of the new beginning."""
    try:
        await ctx.members.get(member)
    except NotFound:
        async with ctx.db.transaction():
            files = files_of(await Draft.filter(member_id=member))
            for model in _THEIRS:
                await model.filter(member_id=member).delete()
            await View.filter(member_id=member, shared=False).delete()
            await forget_of(ctx, member)
            await let_go(ctx, files)
