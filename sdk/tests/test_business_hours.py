"""Open hours are what the wall's clock says: held against counting minute by minute, also where clocks change."""

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from comptoir_sdk import BusinessHours

MINUTE = timedelta(minutes=1)
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
SHOP = {**{day: [["09:00", "12:30"], ["14:00", "18:30"]] for day in WORKDAYS}, "saturday": [["09:30", "13:00"]]}
NIGHTS = {day: [["00:00", "02:45"], ["03:00", "03:30"], ["22:15", "24:00"]]
          for day in (*WORKDAYS, "saturday", "sunday")}
CASABLANCA, PARIS = "Africa/Casablanca", "Europe/Paris"
# Paris puts its clocks on and back; Morocco puts them back for Ramadan, and on after it (2026: 15 February, 22 March).
CHANGES = [(PARIS, datetime(2026, 3, 29, 1, tzinfo=UTC)), (PARIS, datetime(2026, 10, 25, 1, tzinfo=UTC)),
           (CASABLANCA, datetime(2026, 2, 15, 2, tzinfo=UTC)), (CASABLANCA, datetime(2026, 3, 22, 2, tzinfo=UTC))]


def wall_says_open(hours: BusinessHours, at: datetime) -> bool:
    assert hours.hours is not None
    local = at.astimezone(ZoneInfo(hours.timezone))
    clock = f"{local:%H:%M}"
    return any(since <= clock < upto for since, upto in hours.hours.get(f"{local:%A}".lower(), ()))


@pytest.mark.parametrize("week", [SHOP, NIGHTS], ids=["shop", "nights"])
@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_every_minute_around_a_change_of_the_clock_is_counted_as_the_wall_shows_it(
        zone: str, change: datetime, week: dict[str, list[list[str]]]) -> None:
    before, after = (one.astimezone(ZoneInfo(zone)).utcoffset() for one in (change - MINUTE, change))
    assert before != after, "the database of time zones says otherwise: look the dates up again"
    hours, start = BusinessHours(week, zone), change - timedelta(days=1)
    passed = 0
    for number in range(2 * 24 * 60):
        at = start + number * MINUTE
        is_open = wall_says_open(hours, at)
        assert hours.is_open(at) is is_open, at
        assert hours.minutes_between(start, at) == passed, at
        if is_open:
            passed += 1
            assert hours.add(start, passed) == at + MINUTE, at


@pytest.mark.parametrize("zone", [PARIS, CASABLANCA])
@pytest.mark.parametrize("week", [SHOP, NIGHTS], ids=["shop", "nights"])
def test_what_is_added_is_what_lies_between(zone: str, week: dict[str, list[list[str]]]) -> None:
    hours, chance = BusinessHours(week, zone), random.Random(7)
    for _ in range(300):
        start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(365 * 86400))
        minutes, more = chance.randrange(1, 5000), chance.randrange(1, 500)
        due = hours.add(start, minutes)
        assert due is not None
        assert hours.minutes_between(start, due) == pytest.approx(minutes, abs=1e-6)
        assert hours.add(due, more) == hours.add(start, minutes + more)
        opening = hours.next_opening(start)
        assert opening is not None
        assert hours.is_open(opening)
        assert hours.minutes_between(start, opening) == 0
        assert (opening == start) is hours.is_open(start)


def test_always_open_is_the_clock_and_never_open_has_no_next() -> None:
    at = datetime(2026, 3, 29, tzinfo=ZoneInfo(PARIS))
    always, never = BusinessHours(None, PARIS), BusinessHours({"monday": []}, PARIS)
    assert (always.is_open(at), always.next_opening(at), always.ever) == (True, at, True)
    assert always.add(at, 90) == at.astimezone(UTC) + timedelta(minutes=90)
    assert always.minutes_between(at, at.astimezone(UTC) + timedelta(hours=5)) == 300
    assert (never.is_open(at), never.next_opening(at), never.add(at, 1), never.ever) == (False, None, None, False)
    assert never.minutes_between(at, at + timedelta(days=900)) == 0


def test_an_hour_that_comes_twice_counts_twice_and_one_left_out_does_not() -> None:
    """Paris, 25 October 2026: from 02:00 to 03:00 twice. 29 March: from 02:00 straight to 03:00."""
    hours = BusinessHours({"sunday": [["01:00", "04:00"]]}, PARIS)
    autumn, spring = datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 3, 28, 12, tzinfo=UTC)
    assert hours.minutes_between(autumn, autumn + timedelta(days=1)) == 240
    assert hours.minutes_between(spring, spring + timedelta(days=1)) == 120


def test_nothing_lies_between_a_moment_and_an_earlier_one() -> None:
    at = datetime(2026, 5, 5, 10, tzinfo=UTC)
    assert BusinessHours(SHOP, PARIS).minutes_between(at, at - timedelta(days=1)) == 0
