"""A member hears nothing of a conversation for some time: on no device of theirs, and nobody else notices."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from comptoir_sdk import Context, Invalid, Route
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from plugins.inbox.mutes import muting
from plugins.inbox.notes.mention_routes import me

CHANNEL = "mutes"
_READ = "conversations.read"
_MOST = 1000


class NewMute(BaseModel):
    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"until": "2027-01-04T08:00:00+01:00"}]})

    until: Annotated[AwareDatetime | None, Field(description="Null: until it is unmuted.")] = None


class Muted(BaseModel):
    """`until` is null for always, and of one that is not muted."""

    conversation: UUID
    muted: bool
    until: datetime | None


class MuteList(BaseModel):
    """The newest first, at most 1000."""

    items: list[Muted]
    next: None


def routes_of_mutes() -> list[Route]:
    one = "/conversations/<uuid:conversation_id>/mute"
    return [
        Route("/mutes", list_mutes, ("GET",), _READ, responses={200: MuteList}),
        Route(one, mute, ("PUT",), _READ, body=NewMute, responses={200: Muted}),
        Route(one, unmute, ("DELETE",), _READ, responses={200: Muted}),
    ]


async def list_mutes(ctx: Context) -> dict[str, Any]:
    """The conversations that the caller has muted"""
    found = await muting.mutes_of(me(ctx), ctx.now(), _MOST)
    return {"items": [_resource(one.conversation_id, True, one.until) for one in found], "next": None}


async def mute(ctx: Context, conversation_id: UUID, body: NewMute) -> dict[str, Any]:
    """Hear nothing of it for some time

    For the caller alone: no word on the page, no sound, no push. Notes that call them are told all the same.
    """
    if body.until is not None and body.until <= ctx.now():
        raise Invalid("That moment is over: choose a later one, or none.")
    await ctx.conversations.get(conversation_id)
    await muting.keep(ctx, conversation_id, me(ctx), body.until)
    return await _tell(ctx, _resource(conversation_id, True, body.until))


async def unmute(ctx: Context, conversation_id: UUID) -> dict[str, Any]:
    """Hear of it again"""
    await ctx.conversations.get(conversation_id)
    await muting.forget(conversation_id, me(ctx))
    return await _tell(ctx, _resource(conversation_id, False, None))


async def _tell(ctx: Context, told: dict[str, Any]) -> dict[str, Any]:
    """To every page of theirs."""
    await ctx.broadcast(CHANNEL, told, member=me(ctx))
    return told


def _resource(conversation_id: UUID, muted: bool, until: datetime | None) -> dict[str, Any]:
    return {"conversation": str(conversation_id), "muted": muted, "until": until.isoformat() if until else None}
