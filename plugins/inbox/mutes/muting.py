"""Who wants to hear nothing of a conversation."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from comptoir_sdk import Context
from tortoise.expressions import Q

from plugins.inbox.mutes.models import Mute


async def muted(conversation_id: UUID, members: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of them. A mute that is over is none, whenever its row goes."""
    found = Mute.filter(_lasting(now), conversation_id=conversation_id, member_id__in=list(members))
    return {one.member_id for one in await found}


async def mutes_of(member_id: UUID, now: datetime, most: int) -> list[Mute]:
    """The newest first."""
    return list(await Mute.filter(_lasting(now), member_id=member_id).order_by("-id").limit(most))


async def keep(ctx: Context, conversation_id: UUID, member_id: UUID, until: datetime | None) -> None:
    """Twice at once makes two rows: both are changed by the next, and gone with it."""
    changed = await Mute.filter(conversation_id=conversation_id, member_id=member_id).update(until=until)
    if not changed:
        await Mute.create(conversation_id=conversation_id, member_id=member_id, until=until, tenant_id=ctx.tenant_id)


async def forget(conversation_id: UUID, member_id: UUID) -> None:
    await Mute.filter(conversation_id=conversation_id, member_id=member_id).delete()


async def forget_over(now: datetime) -> None:
    await Mute.filter(until__lte=now).delete()


def _lasting(now: datetime) -> Q:
    return Q(until=None) | Q(until__gt=now)
