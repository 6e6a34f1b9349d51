"""Whom a note calls: checked when it is written, told once, listed for each of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from comptoir_sdk import Context, Invalid, Team

from plugins.inbox.follows.following import keep as follow
from plugins.inbox.notes.models import Mention, Note
from plugins.inbox.notes.shapes import Called


@dataclass(frozen=True)
class Calling:
    """`shown` is kept with the note; `members` are told; `unreached` are names of a team's members who are not."""

    shown: list[dict[str, str]] = field(default_factory=list)
    members: frozenset[UUID] = frozenset()
    unreached: list[str] = field(default_factory=list)


async def checked(ctx: Context, conversation_id: UUID, called: Sequence[Called]) -> Calling:
    """Raises Invalid for whom there is not, and for whoever would be told of what they may not see."""
    if not called:
        return Calling()
    people = {one.id: one for one in await ctx.members.list()}
    teams = {team.id: team.name for one in people.values() for team in one.teams}
    seeing = await ctx.members.seeing(conversation_id)
    shown, members, unreached = list[dict[str, str]](), set[UUID](), set[UUID]()
    for kind, one in dict.fromkeys((each.kind, each.id) for each in called):
        name = people[one].name if kind == "member" and one in people else teams.get(one) if kind == "team" else None
        if name is None:
            raise _wrong(ctx._("A note can call members of this organisation, and teams that have any."))
        wanted = {one} if kind == "member" else {each.id for each in people.values() if one in _ids(each.teams)}
        if not wanted & seeing:
            raise _wrong(ctx._("{name} cannot see this conversation: assign it first, or leave the name out.")
                         .format(name=name))
        shown.append({"kind": kind, "id": str(one), "name": name})
        members |= wanted & seeing
        unreached |= wanted - seeing
    own = ctx.caller.user_id if ctx.caller else None
    return Calling(shown, frozenset(members - {own}), sorted(people[one].name for one in unreached))


async def keep(ctx: Context, note: Note, calling: Calling) -> list[UUID]:
    """The note calls exactly these from now on. Those who were not called before; whoever is called by their own name
    follows the conversation."""
    wanted, known = calling.members, {one.member_id for one in await Mention.filter(note_id=note.id)}
    if gone := known - wanted:
        await Mention.filter(note_id=note.id, member_id__in=list(gone)).delete()
    fresh = [one for one in wanted if one not in known]
    for member in fresh:
        await Mention.create(note_id=note.id, conversation_id=note.conversation_id, member_id=member,
                             tenant_id=note.tenant_id)
    named = {UUID(one["id"]) for one in calling.shown if one["kind"] == "member"}
    await follow(ctx, note.conversation_id, named & set(fresh))
    return fresh


def _ids(teams: Iterable[Team]) -> set[UUID]:
    return {team.id for team in teams}


def _wrong(told: str) -> Invalid:
    return Invalid(told, mentions=told)


def names(note: Note) -> list[dict[str, Any]]:
    """Notes of before mentions have none."""
    return list(note.mentions or [])
