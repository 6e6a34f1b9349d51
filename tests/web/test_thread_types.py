"""Whatever a customer may write and we may send stands in the thread as what it is."""

from datetime import timedelta

import pytest

from .double import BASE, Double
from .every_type import inbound, outbound
from .looks import violations
from .screen import Screen

pytestmark = pytest.mark.browser

# What WhatsApp itself does not pass on, and what nobody has invented yet.
FOREIGN = ("type_of_tomorrow.json", "interactive_of_tomorrow.json", "messages_odd_shape_2.json")
OLDER = """async (thread) => {
    const { older } = await import('inbox/paging.js');
    await older(thread.conversation.id);
    return Boolean(thread.thread.next);
}"""
READ = """async (thread) => {
    const scroll = thread.renderRoot.querySelector('.scroll');
    const told = {};
    const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    for (let top = 0, still = 0; still < 3; top += 300) {
        scroll.scrollTop = top;
        await frame();
        await thread.updateComplete;
        for (const one of scroll.querySelectorAll('.m')) told[one.dataset.id] = one.querySelector('.b').innerText;
        still = scroll.scrollTop + scroll.clientHeight >= scroll.scrollHeight - 1 ? still + 1 : 0;
    }
    return told;
}"""


async def test_every_type_is_drawn_as_what_it_is(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    names, drawn = {}, set()
    written = [*inbound(double), *outbound(double)]
    for number, fields in enumerate(written):
        name, at = fields.pop("payload"), BASE - timedelta(minutes=len(written) - number)
        message = double.write(conversation, fields.pop("body"), at=at, quiet=True, **fields)
        names[message["id"]] = name, message["type"]
        if message["type"] != "reaction" or not message["context_wamid"]:
            drawn.add(message["id"])
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.page.locator("inbox-thread .m").first.wait_for()
    thread = screen.page.locator("inbox-thread")
    while await thread.evaluate(OLDER):
        pass
    told = await thread.evaluate(READ)
    assert drawn == set(told)
    for key in drawn:
        name, type = names[key]
        assert ("cannot be shown" in told[key]) == (name in FOREIGN or type == "hologram"), (name, told[key])
        body = told[key].replace("\u200e", "").rsplit("\n", 1)[0].strip()
        assert body or type in ("image", "video", "sticker", "audio"), (name, told[key])
    assert await violations(screen) == []
