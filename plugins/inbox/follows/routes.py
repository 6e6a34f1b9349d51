"""A member hears of a conversation that is not theirs, until they have enough of it."""

from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Route
from pydantic import BaseModel, Field

from plugins.inbox.follows.following import followers, keep
from plugins.inbox.follows.models import Follow
from plugins.inbox.notes.mention_routes import me

_READ = "conversations.read"


class Follower(BaseModel):
    id: UUID
    name: str = Field(examples=["Amine Kadiri"])


class Followers(BaseModel):
    """`following`: the caller is one of them."""

    items: list[Follower]
    following: bool


def routes_of_follows() -> list[Route]:
    one = "/conversations/<uuid:conversation_id>/follow"
    return [
        Route(one, list_followers, ("GET",), _READ, responses={200: Followers}),
        Route(one, follow, ("PUT",), _READ, responses={200: Followers}),
        Route(one, unfollow, ("DELETE",), _READ, responses={200: Followers}),
    ]


async def list_followers(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    """Who follows a conversation"""
    await ctx.conversations.get(conversation_id)
    return await _followers(ctx, conversation_id)


async def follow(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    """Hear of it as if it were one's own"""
    await ctx.conversations.get(conversation_id)
    await keep(ctx, conversation_id, [me(ctx)])
    return await _followers(ctx, conversation_id)


async def unfollow(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    """Hear of it no more"""
    await ctx.conversations.get(conversation_id)
    await Follow.filter(conversation_id=conversation_id, member_id=me(ctx)).delete()
    return await _followers(ctx, conversation_id)


async def _followers(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    found = await followers(conversation_id)
    names = {one.id: one.name for one in await ctx.members.list()}
    own = ctx.caller.user_id if ctx.caller else None
    return {"items": [{"id": str(one), "name": names[one]} for one in names if one in found], "following": own in found}
