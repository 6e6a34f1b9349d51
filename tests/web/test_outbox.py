"""What one tab makes of a message that waits, another one knows: nothing is uploaded, sent or refused twice."""

import asyncio
from uuid import uuid4

import pytest
from playwright.async_api import Route, expect

from .double import ME, Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser

TOLD = """async (conversation_id) => {
    const { outbox } = await import('@comptoir/sdk/ledger.js');
    const other = new outbox.constructor({ apply() {} });
    for (const one of [outbox, other]) one.later = () => {};
    const until = async (met) => { while (!met()) await new Promise((done) => setTimeout(done, 20)); };
    const file = new File(['pixels'], 'a.png', { type: 'image/png' });
    const draft = { id: crypto.randomUUID(), conversation_id, type: 'image', body: '', content: {}, file, at: '2026', state: 'waiting' };
    outbox.drafts.set(draft.id, draft);
    await outbox.put(draft);
    await until(() => other.drafts.has(draft.id));
    const before = other.drafts.get(draft.id).file.name;
    Object.assign(draft, { content: { attachment_id: 'kept' }, file: null });
    await outbox.put(draft);
    await until(() => !other.drafts.get(draft.id).file);
    const { content } = other.drafts.get(draft.id);
    Object.assign(draft, { state: 'refused', error: { title: 'No.' } });
    await outbox.put(draft);
    await until(() => other.drafts.get(draft.id).state === 'refused');
    return [before, content, other.waiting];
}"""  # noqa: E501
GO_ON = """async ([id, conversation_id]) => {
    const { ledger, outbox } = await import('@comptoir/sdk/ledger.js');
    const draft = { id, conversation_id, body: 'Sent already', at: '2026', state: 'waiting' };
    outbox.drafts.set(id, draft);
    await outbox.put(draft);
    await outbox.flushConversation(conversation_id);
    return [outbox.drafts.has(id), ledger.messages(conversation_id).find((one) => one.id === id)?.status];
}"""


async def test_what_one_tab_uploaded_or_was_refused_is_so_in_the_other(screen: Screen, salma: Resource) -> None:
    assert await screen.page.evaluate(TOLD, salma["id"]) == ["a.png", {"attachment_id": "kept"}, 0]
    assert screen.errors == []


async def test_an_id_that_is_taken_by_the_message_itself_is_no_refusal(
    double: Double, screen: Screen, salma: Resource
) -> None:
    for mine in (True, False):
        key = str(uuid4())
        author = {"kind": "agent", "id": ME if mine else str(uuid4()), "name": "Somebody"}
        double.write(salma, "Sent already", direction="outbound", id=key, quiet=True, author=author)
        double.refuse("POST messages", 409, kind="conflict", id=key)
        assert await screen.page.evaluate(GO_ON, [key, salma["id"]]) == ([False, "read"] if mine else [True, "unsent"])
    assert screen.errors == []


@pytest.mark.parametrize(("status", "kind"), [(409, "newer-messages"), (422, "rejected")])
async def test_what_was_not_sent_is_told_to_whoever_went_on_and_stands_in_the_list(
    double: Double, screen: Screen, salma: Resource, status: int, kind: str
) -> None:
    page, held = screen.page, asyncio.Event()

    async def slow(route: Route) -> None:
        await held.wait()
        await route.continue_()

    double.write(double.customer("Hugo"), "Allô")
    double.refuse("POST messages", status, kind=kind, newer=[], count=1)
    await page.route(f"**/conversations/{salma['id']}/messages", slow)
    await page.get_by_label("Message to Salma").fill("On my way")
    await page.keyboard.press("Enter")
    await page.get_by_role("option", name="Hugo").click()
    await page.get_by_label("Message to Hugo").wait_for()
    held.set()
    told = page.locator("ui-toast", has_text="Not sent to Salma")
    await told.wait_for()
    row = page.get_by_role("option", name="Salma")
    await row.get_by_text("Not sent: On my way").wait_for()
    await page.goto("/contacts")
    await told.get_by_role("button", name="Open").click()
    await page.wait_for_url(f"**/inbox/{salma['id']}")
    if status == 409:
        await expect(page.get_by_label("Message to Salma")).to_have_value("On my way")
    else:
        await page.locator("inbox-thread .m.out", has_text="On my way").get_by_role("button", name="Retry").click()
    await page.get_by_role("option", name="Hugo").click()
    await row.get_by_text("Not sent:").wait_for(state="detached")
    await page.unroute_all(behavior="wait")


async def test_what_was_not_sent_is_told_of_only_where_it_does_not_stand(
    double: Double, screen: Screen, salma: Resource
) -> None:
    double.refuse("POST messages", 422, kind="rejected", detail="This customer opted out.")
    await screen.page.get_by_label("Message to Salma").fill("Special offer")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("This customer opted out.").wait_for()
    await screen.page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    assert await screen.page.locator("ui-toast").count() == 0


async def test_what_was_written_after_a_refused_message_is_sent(
    double: Double, screen: Screen, salma: Resource
) -> None:
    page, held = screen.page, asyncio.Event()

    async def slow(route: Route) -> None:
        await held.wait()
        await route.continue_()

    await page.route(f"**/conversations/{salma['id']}/messages", slow)
    double.refuse("POST messages", 422, kind="rejected", detail="This customer opted out.")
    for words in ("Special offer", "Your parcel is here"):
        await page.get_by_label("Message to Salma").fill(words)
        await page.keyboard.press("Enter")
    held.set()
    await page.get_by_text("This customer opted out.").wait_for()
    [sent] = await double.sent()
    assert (sent["body"], sent["last_seen"]) == ("Your parcel is here", double.messages[salma["id"]][0]["id"])
    bubble = page.locator("inbox-thread .m.out", has_text="Your parcel is here")
    await bubble.get_by_role("img", name="Sending…").wait_for()
    await page.unroute_all(behavior="wait")
