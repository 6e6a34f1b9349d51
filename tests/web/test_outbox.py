"""What one tab makes of a message that waits, another one knows: nothing is uploaded, sent or refused twice."""

from uuid import uuid4

import pytest

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
