"""Who is here now, which conversation they look at, and where they write: what open screens said within 25 seconds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from comptoir_sdk import Context

SECONDS = 25.0
"""After the last beat; screens send one every ten."""
_ROOM = "screens"
_LEFT = {"left": True}
State = Literal["online", "away"]


@dataclass(frozen=True)
class Screen:
    """One open screen of a member."""

    member: UUID
    key: str
    conversation: UUID | None
    typing: bool
    away: bool

    @classmethod
    def of(cls, key: str, told: Mapping[str, Any]) -> "Screen":
        at = told["conversation"]
        return cls(UUID(key.partition(":")[0]), key, UUID(at) if at else None, told["typing"], told["away"])


async def keep(ctx: Context, screen: Screen) -> None:
    await ctx.moments.put(_ROOM, screen.key, {"conversation": screen.conversation, "typing": screen.typing,
                                              "away": screen.away}, seconds=SECONDS)  # fmt: skip


async def drop(ctx: Context, key: str) -> None:
    """Kept as one that left: a word of it that was overtaken on its way does not bring it back."""
    await ctx.moments.put(_ROOM, key, _LEFT, seconds=SECONDS)


async def screens(ctx: Context) -> list[Screen]:
    """Those that are open."""
    return (await open_and_left(ctx))[0]


async def open_and_left(ctx: Context) -> tuple[list[Screen], frozenset[str]]:
    """With the keys of those that left."""
    told = await ctx.moments.all(_ROOM)
    left = frozenset(key for key, word in told.items() if "left" in word)
    return [Screen.of(key, word) for key, word in told.items() if key not in left], left


def looking(found: list[Screen]) -> dict[tuple[UUID, UUID], bool]:
    """(conversation, member) → whether they type: of several screens, on any."""
    told: dict[tuple[UUID, UUID], bool] = {}
    for one in found:
        if one.conversation is not None:
            where = one.conversation, one.member
            told[where] = told.get(where, False) or one.typing
    return told


def states(found: list[Screen]) -> dict[UUID, State]:
    """Whoever is in front of one of their screens is online."""
    told: dict[UUID, State] = {}
    for one in found:
        told[one.member] = "away" if one.away and told.get(one.member) != "online" else "online"
    return told


async def online(ctx: Context) -> dict[UUID, State]:
    """Of each member who has a screen open. Whoever is not in it is offline."""
    return states(await screens(ctx))


def before_and_now(old: Screen | None, new: Screen | None) -> Iterator[UUID]:
    """The conversations of which others are to hear."""
    for one in dict.fromkeys(each.conversation for each in (old, new) if each is not None):
        if one is not None:
            yield one
