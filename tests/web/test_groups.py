"""A group on the screen: its subject, who of it wrote, and what stays when one of them is erased."""

import re

import pytest

from .double import Double
from .screen import Screen

pytestmark = pytest.mark.browser


async def test_a_group_shows_who_wrote_and_forgets_whom_it_must(double: Double, screen: Screen) -> None:
    people = [double.customer(name)["contact"] for name in ("Salma", "Badr")]
    group = {"id": "Y2Fw", "subject": "Voyage à Fès", "description": None, "invite_link": None,
             "join_approval_mode": None, "state": "active", "participants": people}  # fmt: skip
    conversation = double.customer("nobody", kind="group", contact=None, group=group)
    by = [{"id": one["id"], "name": one["name"]} for one in people]
    double.write(conversation, "Salam à tous", quiet=True, participant=by[0])
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    double.write(conversation, "Wa alaykum", participant=by[1])
    thread = screen.page.locator("inbox-thread")
    await thread.locator(".who", has_text="Badr").wait_for()
    await thread.locator(".who", has_text="Salma").wait_for()
    assert await thread.locator(".react").count() == 0
    await screen.page.locator("inbox-list .nm", has_text="Voyage à Fès").wait_for()
    await screen.page.locator("inbox-chat h2", has_text="Voyage à Fès").wait_for()
    await screen.page.locator("inbox-chat .name", has_text=re.compile("Salma.*Badr")).wait_for()
    await screen.page.locator("inbox-detail .prof a", has_text="Badr").wait_for()
    # Badr is erased: his words leave the thread, the others' stay.
    del double.messages[conversation["id"]][1]
    double.emit("contact.deleted", {"id": by[1]["id"], "conversations": [], "groups": [conversation["id"]]})
    await thread.locator(".tx", has_text="Wa alaykum").wait_for(state="detached")
    await thread.locator(".tx", has_text="Salam à tous").wait_for()
