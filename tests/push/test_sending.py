"""A push service takes what it cannot read; what it answers decides whether the browser is tried again or forgotten."""

import asyncio

import pytest
from comptoir_sdk import Invalid, Unavailable
from cryptography.exceptions import InvalidTag

from core.db.pool import Database
from core.egress import Egress
from core.plugins.push import PushDoor
from tests.egress.loopback import Received, serving
from tests.seed import VAULT

from .subscribed import Subscribed

WORDS = {"title": "زينب", "body": "Où est mon colis ?"}


async def test_it_reaches_the_browser_sealed_and_signed_for_the_push_service(db: Database) -> None:
    async def takes(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    async with serving(takes) as service, Egress([service.address]) as egress:
        door = PushDoor(db, VAULT, egress, "https://inbox.atlas.ma")
        browser, other = (Subscribed(f"{service.url}/send/3f1a") for _ in range(2))
        assert await door.send(browser.told(), WORDS, seconds=60, topic="c7")
        [got] = service.received
        assert browser.reads(got.body) == WORDS
        with pytest.raises(InvalidTag):
            other.reads(got.body)
        assert (got.headers["ttl"], got.headers["topic"], got.headers["urgency"]) == ("60", "c7", "high")
        assert got.headers["authorization"].endswith(f"k={await door.public_key()}")
        again = PushDoor(db, VAULT, egress, "mailto:push@atlas.ma")
        assert await again.public_key() == await door.public_key()


@pytest.mark.parametrize(("status", "outcome"), [(404, False), (410, False), (201, True), (429, None), (500, None)])
async def test_a_subscription_that_is_no_more_is_told_from_a_service_that_is_away(
        db: Database, status: int, outcome: bool | None) -> None:
    async def answers(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 {status} So\r\nContent-Length: 0\r\n\r\n".encode())

    async with serving(answers) as service, Egress([service.address]) as egress:
        door, told = PushDoor(db, VAULT, egress, "mailto:push@atlas.ma"), Subscribed(f"{service.url}/send/3f1a").told()
        if outcome is None:
            with pytest.raises(Unavailable, match=str(status)):
                await door.send(told, WORDS)
        else:
            assert await door.send(told, WORDS) is outcome
        with pytest.raises(Unavailable):  # addresses of private networks are nobody's push service
            await PushDoor(db, VAULT, Egress(), "mailto:push@atlas.ma").send(told, WORDS)


@pytest.mark.parametrize("wrong", [{}, {"endpoint": "https://push.example"}, {"endpoint": 7, "keys": {}},
                                   {"endpoint": "https://push.example", "keys": {"p256dh": "AA", "auth": "AA"}}])
async def test_what_is_no_subscription_or_too_long_is_refused(db: Database, wrong: dict[str, object]) -> None:
    async with Egress() as egress:
        door = PushDoor(db, VAULT, egress, "mailto:push@atlas.ma")
        with pytest.raises(Invalid):
            await door.send(wrong, WORDS)
        with pytest.raises(Invalid):
            await door.send(Subscribed("https://push.example").told(), {"body": "x" * 4000})
