"""When a tenant is at work: `{"monday": [["09:00", "12:30"], ["14:00", "18:30"]], …}`, in its own time zone.

A day that is not named is a day off. None instead of the whole means always.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TIME: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_MIDNIGHT: Final = "24:00"
_MOST_A_DAY: Final = 12

Hours = Mapping[str, Sequence[Sequence[str]]]


class WrongHours(ValueError):
    """`where` leads to the interval, below `business_hours`."""

    def __init__(self, message: str, *where: str | int) -> None:
        super().__init__(message)
        self.where = where


def checked(hours: Any) -> dict[str, list[list[str]]] | None:
    """The same, days in the order of the week and those off left out. Raises WrongHours."""
    if hours is None:
        return None
    if not isinstance(hours, Mapping):
        raise WrongHours("must be an object with a list of intervals for each day, or null")
    if unknown := [day for day in hours if day not in DAYS]:
        raise WrongHours(f"is no day: name them {', '.join(DAYS)}", str(unknown[0]))
    days = {day: _day(day, hours[day]) for day in DAYS if day in hours}
    return {day: intervals for day, intervals in days.items() if intervals}


def _day(day: str, intervals: Any) -> list[list[str]]:
    if not isinstance(intervals, list | tuple) or len(intervals) > _MOST_A_DAY:
        raise WrongHours(f"must be a list of at most {_MOST_A_DAY} intervals", day)
    found = [_interval(day, index, interval) for index, interval in enumerate(intervals)]
    for index, (before, after) in enumerate(pairwise(found), start=1):
        if after[0] < before[1]:
            raise WrongHours("begins before the one above it ends: put them in order, without overlap", day, index)
    return found


def _interval(day: str, index: int, interval: Any) -> list[str]:
    if not isinstance(interval, list | tuple) or len(interval) != 2:
        raise WrongHours('must be two times, as in ["09:00", "12:30"]', day, index)
    for position, moment in enumerate(interval):
        midnight = position == 1 and moment == _MIDNIGHT
        if not midnight and not (isinstance(moment, str) and _TIME.fullmatch(moment)):
            raise WrongHours("must be a time from 00:00 to 23:59, the end 24:00 at the latest", day, index, position)
    start, end = interval
    if start >= end:
        raise WrongHours("must end after it begins; past midnight goes on with the next day", day, index)
    return [start, end]
