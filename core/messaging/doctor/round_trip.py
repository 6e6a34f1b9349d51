"""What a trip through our own door shows of the way from Meta to us."""

from typing import Final

from core.messaging.doctor.door import Crossing, Reach, Trip
from core.messaging.doctor.finding import Finding, State
from core.messaging.doctor.reply import Why

_STATES: Final[dict[Why, State]] = {"unreachable": "failed", "untrusted": "failed", "silent": "failed"}


def judge_trip(trip: Trip, url: str, reach: Reach | None) -> Finding:
    """`reach` is None for a simulated number, whose Meta is on this machine."""
    if reach == "plain":
        return _finding("failed", "not_public", url)
    found = _delivered(trip, url) if trip.delivery is not None else _shaken(trip.handshake, url)
    return _finding("warning", "private", url) if found.state == "ok" and reach == "private" else found


def judge_knock(knock: Crossing, url: str, reach: Reach) -> Finding:
    """Before there is an app: the door answers, and what is signed is tried later."""
    if reach == "plain":
        return _finding("failed", "not_public", url)
    if knock.right:
        return _finding("unknown", "later", url)
    return _crossed(knock, url) or _finding("failed", "not_ours", url, status=str(knock.status))


def _shaken(handshake: Crossing, url: str) -> Finding:
    found = _crossed(handshake, url)
    if found is not None:
        return found
    if handshake.status == 403:
        return _finding("failed", "handshake", url)
    return _finding("failed", "not_ours", url, status=str(handshake.status))


def _delivered(trip: Trip, url: str) -> Finding:
    delivery = trip.delivery
    if delivery is None or delivery.right:
        return _finding("ok", "ok", url)
    found = _crossed(delivery, url)
    if found is not None:
        return found
    if delivery.status == 200:
        return _finding("failed", "not_here", url)
    if delivery.status == 503:
        return _finding("failed", "not_stored", url)
    return _finding("failed", "delivery", url, status=str(delivery.status))


def _crossed(crossing: Crossing, url: str) -> Finding | None:
    """What is the same for both directions: nothing came back, or a redirect."""
    if crossing.why is not None:
        return _finding(_STATES.get(crossing.why, "unknown"), crossing.why, url)
    if crossing.status is not None and 300 <= crossing.status < 400:
        return _finding("failed", "redirected", url)
    return None


def _finding(state: State, words: str, url: str, **values: str) -> Finding:
    return Finding("round_trip", state, f"round_trip.{words}", {"url": url, **values})
