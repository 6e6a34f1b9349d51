"""When a tenant is at work, by the clock on its wall: what `ctx.business_hours` is. Arithmetic without I/O."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = timedelta(days=1)
_LOOKS_AHEAD = timedelta(days=400)
"""Further than any opening of a week can be, also one that a change of the clock swallows."""

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class BusinessHours:
    """Open hours of a week in a time zone; `hours` None means always, a day that is not named is a day off.

    Open is what the wall's clock says: an hour that comes twice when clocks go back counts twice, one that is left out
    does not count. Moments carry their zone; answers are UTC.
    """

    hours: Mapping[str, Sequence[Sequence[str]]] | None
    timezone: str

    @property
    def ever(self) -> bool:
        """Whether there is any open hour at all."""
        return self.hours is None or any(self.hours.values())

    def is_open(self, at: datetime) -> bool:
        return self.hours is None or self._open(at.astimezone(ZoneInfo(self.timezone)))

    def next_opening(self, after: datetime) -> datetime | None:
        """`after` itself while it is open; None when it never opens."""
        if self.is_open(after):
            return after.astimezone(UTC)
        return next((start for start, _ in self._spans(after)), None)

    def add(self, start: datetime, minutes: float) -> datetime | None:
        """The moment at which so many open minutes have passed since `start`; None when they never will."""
        left = timedelta(minutes=minutes)
        if self.hours is None:
            return start.astimezone(UTC) + left
        while self.ever:
            for begin, end in self._spans(start):
                if end - begin >= left:
                    return begin + left
                left -= end - begin
            start += _LOOKS_AHEAD
        return None

    def minutes_between(self, start: datetime, end: datetime) -> float:
        """Open minutes from `start` to `end`; 0 when that is before."""
        if end <= start:
            return 0.0
        if self.hours is None:
            return (end - start) / timedelta(minutes=1)
        return sum(((min(upto, end) - since) / timedelta(minutes=1) for since, upto in self._spans(start, end)), 0.0)

    def _open(self, local: datetime) -> bool:
        return any(since <= local.replace(tzinfo=None) < upto for since, upto in self._of(local.date()))

    def _of(self, day: date) -> Iterator[Span]:
        """The day's hours as the wall's clock shows them."""
        for since, upto in (self.hours or {}).get(_DAYS[day.weekday()], ()):
            yield _wall(day, since), _wall(day, upto)

    def _spans(self, start: datetime, end: datetime | None = None) -> Iterator[Span]:
        """Open stretches in UTC from `start` on, in order; cut where the clock changes and at the end of days."""
        zone, at = ZoneInfo(self.timezone), start.astimezone(UTC)
        end = end.astimezone(UTC) if end else at + _LOOKS_AHEAD
        while at < end:
            offset, upto = _steady(zone, at)
            upto = min(upto, end)
            yield from self._local(at, upto, offset)
            at = upto

    def _local(self, at: datetime, upto: datetime, offset: timedelta) -> Iterator[Span]:
        """Open stretches between two moments with one offset between them."""
        since, until = (moment.replace(tzinfo=None) + offset for moment in (at, upto))
        for number in range((until.date() - since.date()).days + 1):
            for opening, closing in self._of(since.date() + number * _DAY):
                begin, end = max(opening, since), min(closing, until)
                if begin < end:
                    yield (begin - offset).replace(tzinfo=UTC), (end - offset).replace(tzinfo=UTC)


def _wall(day: date, told: str) -> datetime:
    hour, minute = (int(part) for part in told.split(":"))
    return datetime.combine(day, time()) + timedelta(hours=hour, minutes=minute)


def _steady(zone: ZoneInfo, at: datetime) -> tuple[timedelta, datetime]:
    """The offset from UTC at this moment, and until when, at most a day ahead, it holds."""
    offset, upto = _offset(zone, at), at + _DAY
    if _offset(zone, upto) == offset:
        return offset, upto
    before, after = at, upto
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) / 2
        before, after = (middle, after) if _offset(zone, middle) == offset else (before, middle)
    return offset, after.replace(microsecond=0)


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    found = at.astimezone(zone).utcoffset()
    assert found is not None  # noqa: S101 - a moment in a zone has one
    return found
