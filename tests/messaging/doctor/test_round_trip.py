"""What a trip through our own door shows, and who can call us at all."""

import pytest

from core.db.pool import Database
from core.messaging.doctor.door import Crossing, Door, Reach, Trip
from core.messaging.doctor.reply import Why
from core.messaging.doctor.round_trip import judge_knock, judge_trip
from core.messaging.doctor.words import told

URL = "https://inbox.example/webhooks/whatsapp/atlas"
SHAKEN = Crossing(200, True)


def said(handshake: Crossing, delivery: Crossing | None = None, reach: Reach | None = "public") -> tuple[str, str]:
    finding = judge_trip(Trip(handshake, delivery), URL, reach)
    assert bool(told(finding, "ar")["cure"]) == (finding.state != "ok")
    return finding.state, finding.words.removeprefix("round_trip.")


@pytest.mark.parametrize(
    ("handshake", "delivery", "expected"),
    [
        (SHAKEN, Crossing(200, True), ("ok", "ok")),
        (SHAKEN, Crossing(200, False), ("failed", "not_here")),
        (SHAKEN, Crossing(403), ("failed", "delivery")),
        (SHAKEN, Crossing(413), ("failed", "delivery")),
        (SHAKEN, Crossing(503), ("failed", "not_stored")),
        (SHAKEN, Crossing(301), ("failed", "redirected")),
        (SHAKEN, Crossing(why="silent"), ("failed", "silent")),
        (Crossing(403), None, ("failed", "handshake")),
        (Crossing(200, False), None, ("failed", "not_ours")),
        (Crossing(502), None, ("failed", "not_ours")),
        (Crossing(308), None, ("failed", "redirected")),
        (Crossing(why="unreachable"), None, ("failed", "unreachable")),
        (Crossing(why="untrusted"), None, ("failed", "untrusted")),
        (Crossing(why="forbidden"), None, ("unknown", "forbidden")),
    ],
)
def test_each_place_where_a_delivery_may_be_lost_is_named(
    handshake: Crossing, delivery: Crossing | None, expected: tuple[str, str]
) -> None:
    assert said(handshake, delivery) == expected


def test_what_meta_cannot_call_is_no_use_however_well_it_works_from_here() -> None:
    assert said(SHAKEN, Crossing(200, True), "plain") == ("failed", "not_public")
    assert said(SHAKEN, Crossing(200, True), "private") == ("warning", "private")
    assert said(SHAKEN, Crossing(403), "private") == ("failed", "delivery")
    assert said(SHAKEN, Crossing(200, True), None) == ("ok", "ok")


@pytest.mark.parametrize(
    ("knock", "reach", "expected"),
    [
        (Crossing(403, True), "public", ("unknown", "later")),
        (Crossing(404), "public", ("failed", "not_ours")),
        (Crossing(why="unreachable"), "public", ("failed", "unreachable")),
        (Crossing(403, True), "plain", ("failed", "not_public")),
    ],
)
def test_a_door_that_was_only_knocked_at_is_not_called_well(
    knock: Crossing, reach: Reach, expected: tuple[str, str]
) -> None:
    finding = judge_knock(knock, URL, reach)
    assert (finding.state, finding.words.removeprefix("round_trip.")) == expected


@pytest.mark.parametrize(
    ("url", "addresses", "reach"),
    [
        ("http://inbox.example", ["93.184.215.14"], "plain"),
        ("http://localhost:8600", ["127.0.0.1"], "plain"),
        ("https://inbox.example", ["93.184.215.14"], "public"),
        ("https://inbox.example", ["10.0.0.7"], "private"),
        ("https://inbox.example", ["10.0.0.7", "93.184.215.14"], "public"),
    ],
)
async def test_who_can_call_us_is_told_by_our_address(
    db: Database, url: str, addresses: list[str], reach: Reach
) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return addresses

    door = Door(db, url, resolve=resolve)
    assert await door.reach() == reach
    await door.aclose()


async def test_a_name_that_nobody_knows_is_found_by_going_there(db: Database) -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("unknown")

    door = Door(db, "https://inbox.example", resolve=resolve)
    assert await door.reach() == "public"
    knock = await door.knock()
    assert knock == Crossing(why="unreachable")
    await door.aclose()


@pytest.mark.parametrize("why", ["unreachable", "untrusted", "silent", "forbidden"])
def test_every_way_of_not_arriving_has_its_words(why: Why) -> None:
    for locale in ("ar", "fr", "en"):
        assert told(judge_trip(Trip(Crossing(why=why)), URL, "public"), locale)["cure"]
