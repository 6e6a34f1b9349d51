from typing import Any

import pytest

from core.tenancy.business_hours import WrongHours, checked
from core.tenancy.zones import check_zone


def test_hours_are_kept_in_the_order_of_the_week_without_days_off() -> None:
    given = {"friday": [["09:00", "12:00"], ["12:00", "24:00"]], "sunday": [], "monday": [["00:00", "00:01"]]}
    assert checked(given) == {"monday": [["00:00", "00:01"]], "friday": [["09:00", "12:00"], ["12:00", "24:00"]]}
    assert list(checked(given) or {}) == ["monday", "friday"]
    assert checked(None) is None
    assert checked({}) == {}


@pytest.mark.parametrize(
    ("hours", "where"),
    [
        ([], ()),
        ({"lundi": []}, ("lundi",)),
        ({"Monday": []}, ("Monday",)),
        ({"monday": "09:00-12:00"}, ("monday",)),
        ({"monday": [["00:00", "00:01"]] * 13}, ("monday",)),
        ({"monday": [["09:00"]]}, ("monday", 0)),
        ({"monday": [["09:00", "12:00", "13:00"]]}, ("monday", 0)),
        ({"monday": [["9:00", "12:00"]]}, ("monday", 0, 0)),
        ({"monday": [["09:00", "25:00"]]}, ("monday", 0, 1)),
        ({"monday": [["24:00", "24:00"]]}, ("monday", 0, 0)),
        ({"monday": [["09:60", "12:00"]]}, ("monday", 0, 0)),
        ({"monday": [[9, "12:00"]]}, ("monday", 0, 0)),
        ({"monday": [["٠٩:٠٠", "12:00"]]}, ("monday", 0, 0)),
        ({"monday": [["12:00", "09:00"]]}, ("monday", 0)),
        ({"monday": [["12:00", "12:00"]]}, ("monday", 0)),
        ({"monday": [["09:00", "12:00"], ["11:59", "13:00"]]}, ("monday", 1)),
        ({"monday": [["14:00", "18:00"], ["09:00", "12:00"]]}, ("monday", 1)),
    ],
)
def test_wrong_hours_are_refused_with_their_place(hours: Any, where: tuple[str | int, ...]) -> None:
    with pytest.raises(WrongHours) as refused:
        checked(hours)
    assert refused.value.where == where


def test_zones_are_those_of_the_database_and_mean_the_same_everywhere() -> None:
    assert check_zone("Africa/Casablanca") == "Africa/Casablanca"
    for name in ("Casablanca", "africa/casablanca", "localtime", "Factory", "", "../etc/passwd", "UTC+1"):
        with pytest.raises(ValueError, match="IANA"):
            check_zone(name)
