"""Who follows a conversation."""

from collections.abc import Iterable
from uuid import UUID

from comptoir_sdk import Context

from plugins.inbox.follows.models import Follow


async def followers(conversation_id: UUID) -> set[UUID]:
    return {one.member_id for one in await Follow.filter(conversation_id=conversation_id)}


async def keep(ctx: Context, conversation_id: UUID, members: Iterable[UUID]) -> None:
    """In the caller's transaction. Twice at once makes two rows, which are one follower."""
    known = await followers(conversation_id)
    for member in set(members) - known:
        await Follow.create(conversation_id=conversation_id, member_id=member, tenant_id=ctx.tenant_id)
