"""When a timer is due, and what it has taken: of the ledger's times alone, so that a late worker changes nothing."""

from datetime import datetime, timedelta

from comptoir_sdk import BusinessHours, Conversation

from plugins.inbox.timers.models import Target, Timer

KINDS = ("first_response", "resolution")


def minutes_of(target: Target, kind: str) -> int | None:
    found: int | None = getattr(target, f"{kind}_minutes")
    return found


def fitting(targets: list[Target], conversation: Conversation, kind: str) -> Target | None:
    """The first that fits its number and team and says something of this kind."""
    team = conversation.team.id if conversation.team else None
    account = conversation.account.id
    return next((one for one in targets if minutes_of(one, kind) is not None
                 and one.account_id in (None, account) and one.team_id in (None, team)), None)


def due_after(hours: BusinessHours, start: datetime, minutes: float, *, working: bool) -> datetime:
    """By the clock, too, where they never work: a timer that is never due would hide that nobody answers."""
    found = hours.add(start, minutes) if working else None
    return found or start + timedelta(minutes=minutes)


def taken(hours: BusinessHours, timer: Timer, until: datetime) -> float:
    """Minutes that count: what is left at its due time is not taken yet, and after it the more. Pauses moved that."""
    if not timer.working or not hours.ever:
        return timer.minutes + (until - timer.due_at) / timedelta(minutes=1)
    left = hours.minutes_between(until, timer.due_at)
    return timer.minutes - left + hours.minutes_between(timer.due_at, until)


def set_due(hours: BusinessHours, timer: Timer, start: datetime, left: float) -> None:
    """Due when so many minutes have passed from `start`; told of next is the warning, if there is time for one."""
    timer.due_at = due_after(hours, start, max(left, 0), working=timer.working)
    timer.warn_at = due_after(hours, start, max(left - timer.warn_minutes, 0), working=timer.working)
    timer.next_at = timer.warn_at if timer.warn_at > start else timer.due_at
