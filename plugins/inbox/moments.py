"""A moment as a client gives it."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError for one without a time zone, and for one that no year from 1 to 9999 of UTC has."""
    if moment.tzinfo is None:
        raise ValueError("give the time zone, too, as in 2027-01-04T14:00:00+01:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is before the year 1 or after the year 9999 in UTC") from None


Moment = Annotated[datetime, AfterValidator(in_utc)]
