"""Which rule fits, and whose turn it is: from what is known, without asking anything."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from comptoir_sdk import Contact, Conversation

from plugins.inbox.assignment.desks import Seat
from plugins.inbox.assignment.models import Rule

Why = Literal["sticky", "round_robin", "least_busy"]


@dataclass(frozen=True)
class Choice:
    """`open` is what they have before this one."""

    seat: Seat
    why: Why
    open: int


def fitting(rules: Iterable[Rule], conversation: Conversation, *, moved: bool = False) -> Rule | None:
    """The first that fits. Of a conversation that somebody `moved` to a team, rules that would move it on do not."""
    team = conversation.team.id if conversation.team else None
    return next((rule for rule in rules if rule.enabled
                 and rule.account_id in (None, conversation.account.id) and rule.team_id in (None, team)
                 and _is_labelled(rule, conversation) and _is_spoken(rule, conversation.contact)
                 and not (moved and rule.to_team_id not in (None, team))), None)  # fmt: skip


def by_labels(rule: Rule) -> bool:
    """Whether tags or a priority decide: then another label is another question."""
    return bool(rule.tags or rule.priorities)


def _is_labelled(rule: Rule, conversation: Conversation) -> bool:
    tagged = not rule.tags or any(str(tag.id) in rule.tags for tag in conversation.tags)
    return tagged and (not rule.priorities or conversation.priority in rule.priorities)


def _is_spoken(rule: Rule, contact: Contact | None) -> bool:
    """Of fr-MA the language is fr. Whose language nobody knows speaks none of those named."""
    if not rule.languages:
        return True
    locale = contact.locale if contact else None
    return locale is not None and locale.replace("_", "-").partition("-")[0].lower() in rule.languages


def seated(seats: Iterable[Seat], team_id: UUID | None) -> list[Seat]:
    """Those of a team, or all where there is none."""
    return [seat for seat in seats if team_id is None or team_id in {team.id for team in seat.member.teams}]


def choose(rule: Rule, seats: Sequence[Seat], loads: Mapping[UUID, int], turns: Mapping[UUID, int],
           previous: UUID | None) -> Choice | None:
    """Somebody who is there and has room; None when nobody does. Ties go by turn, then by id: always the same."""
    free = [seat for seat in seats if seat.available and loads.get(seat.member.id, 0) < seat.capacity]
    if not free:
        return None
    kept = next((seat for seat in free if rule.sticky and seat.member.id == previous), None)
    if kept:
        return Choice(kept, "sticky", loads.get(kept.member.id, 0))
    by_load = rule.method == "least_busy"
    chosen = min(free, key=lambda seat: (loads.get(seat.member.id, 0) if by_load else 0,
                                         turns.get(seat.member.id, 0), seat.member.id))
    return Choice(chosen, "least_busy" if by_load else "round_robin", loads.get(chosen.member.id, 0))
