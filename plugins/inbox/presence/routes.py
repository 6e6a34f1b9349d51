"""Screens say where they are; colleagues who see the conversation hear of it at once."""

from typing import Any

from comptoir_sdk import Context, Route

from plugins.inbox.notes.mention_routes import me
from plugins.inbox.presence import screens as kept
from plugins.inbox.presence import shapes
from plugins.inbox.presence.screens import Screen
from plugins.inbox.presence.shapes import Beat, Leaving

_READ = "conversations.read"


def routes_of_presence() -> list[Route]:
    return [
        Route("/presence", list_presence, ("GET",), _READ, responses={200: shapes.Presence}),
        Route("/presence", beat, ("PUT",), _READ, body=shapes.Beat, responses={204: None}),
        Route("/presence", leave, ("DELETE",), _READ, body=shapes.Leaving, responses={204: None}),
    ]


async def list_presence(ctx: Context) -> dict[str, Any]:
    """Who is here

    And which of the conversations that the caller sees they look at.
    """
    found = await kept.screens(ctx)
    looking = kept.looking(found)
    seen = await ctx.conversations.resources([conversation for conversation, _ in looking])
    return {
        "members": [{"id": str(member), "state": state} for member, state in kept.states(found).items()],
        "looking": [{"conversation": str(conversation), "member": str(member), "typing": typing}
                    for (conversation, member), typing in looking.items() if conversation in seen],
    }  # fmt: skip


async def beat(ctx: Context, body: Beat) -> None:
    """A screen is open

    Kept for 25 seconds: send it every ten. Colleagues who see the conversation are told of what changes by it; that a
    screen went without a word is to be seen in the list. What is told of a screen that left is not heard.
    """
    if body.conversation is not None:
        await ctx.conversations.get(body.conversation)
    member = me(ctx)
    new = Screen(member, f"{member}:{body.screen}", None if body.away else body.conversation,
                 body.typing and not body.away, body.away)
    await _tell(ctx, new, new.key)


async def leave(ctx: Context, body: Leaving) -> None:
    """A screen is closed"""
    await _tell(ctx, None, f"{me(ctx)}:{body.screen}")


async def _tell(ctx: Context, new: Screen | None, key: str) -> None:
    """Of a member's several screens in one conversation, what is true of any is told, when it changes."""
    found, left = await kept.open_and_left(ctx)
    if key in left:
        return
    old = next((one for one in found if one.key == key), None)
    if new is None:
        await kept.drop(ctx, key)
    else:
        await kept.keep(ctx, new)
    before = kept.looking(found)
    now = kept.looking([one for one in found if one.key != key] + ([new] if new else []))
    for conversation in kept.before_and_now(old, new):
        where = conversation, me(ctx)
        if before.get(where) == now.get(where):
            continue
        await ctx.broadcast("presence", {"conversation": str(conversation), "member": str(me(ctx)),
                                         "here": where in now, "typing": now.get(where, False)})  # fmt: skip
