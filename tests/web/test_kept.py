"""What is kept from one event to the next is what would be made anew: the rows of a thread, the order of a list."""

import pytest

from .double import Resource
from .screen import Screen

pytestmark = pytest.mark.browser

# The random of Park and Miller, so that a run that fails can be run again.
CHANCE = """const chance = (seed) => { let at = seed + 1; return (below) => { at = at * 48271 % 2147483647; return at % below; }; };"""  # noqa: E501
ROWS = (
    "async (seeds) => {"
    + CHANCE
    + """
    const { Rows } = await import('inbox/rows.js');
    const { merged } = await import('inbox/beside.js');
    const plain = ({ rows, reactions, ours, byWamid }) => JSON.stringify([
        rows.map(({ kind, key, at, first, message, album, note, act }) => [kind, key, at, first, album?.map(({ id }) => id),
            message?.version, note?.id, act?.id]),
        [...reactions].map(([of, given]) => [of, [...given]]).sort(), [...ours].filter(([, emoji]) => emoji).sort(),
        [...byWamid].map(([wamid, { version }]) => [wamid, version]).sort()]);
    const wrong = [];
    for (const seed of seeds) {
        const pick = chance(seed);
        const kept = new Rows();
        let [at, messages, notes, acts, fresh] = [Date.UTC(2026, 0, 1), [], [], [], null];
        const later = () => new Date(at += pick(9) ? pick(30000) : pick(2) ? 600000 : 40000000);
        const made = (number) => {
            const [kind, inbound] = [pick(6), pick(3) > 0];
            const moment = later().toISOString();
            const type = kind < 3 ? 'image' : kind === 3 && messages.length ? 'reaction' : 'text';
            return { id: `m${number}`, wamid: `w${number}`, type, at: moment, version: 1, status: inbound ? 'received' : 'sent',
                direction: inbound ? 'inbound' : 'outbound', body: type === 'image' ? '' : type === 'reaction' ? ['👍', '', '🎉'][pick(3)] : 'x',
                context_wamid: type === 'reaction' ? messages[pick(messages.length)].wamid : null, attachments: [{}] };
        };
        for (let step = 0; step < 120; step += 1) {
            const what = pick(10);
            const some = messages.length && pick(messages.length);
            if (what < 5 || !messages.length) messages = [...messages, made(step)];
            else if (what === 5) messages = messages.with(some, { ...messages[some], version: messages[some].version + 1,
                status: pick(2) ? 'read' : 'failed' });
            else if (what === 6) messages = messages.filter((_, index) => index !== some);
            else if (what === 7) notes = [...notes, { id: `n${step}`, time: later().getTime(), created_at: new Date(at).toISOString() }];
            else if (what === 8) acts = [...acts, { id: `a${step}`, time: later().getTime(), at: new Date(at).toISOString() }];
            else if (pick(4) === 0) fresh = messages[some].id;
            else messages = messages.slice(pick(3));
            const all = merged(messages, notes, acts);
            const [left, right] = [plain(kept.lay(all, fresh)), plain(anew(messages))];
            function anew() { return new Rows().lay(all, fresh); }
            if (left !== right) { wrong.push([seed, step, left, right]); break; }
        }
    }
    return wrong;
}"""  # noqa: E501
)
ORDER = (
    "async (seeds) => {"
    + CHANCE
    + """
    const { ConversationList } = await import('@comptoir/sdk/ledger.js');
    const { ledger } = await import('@comptoir/sdk/ledger.js');
    const Ledger = ledger.constructor;
    const wrong = [];
    for (const seed of seeds) {
        const pick = chance(seed);
        const replica = new Ledger();
        const filters = [{ status: 'open' }, { status: 'all', unread: true }, { assignee: 'me', status: 'all' }];
        const lists = filters.flatMap((filter) => ['latest', 'waiting'].map((sort) => new ConversationList(replica, filter, 'me', sort)));
        const made = (id, version) => ({ id, version, kind: 'person', status: pick(3) ? 'open' : 'closed', unread: pick(2), tags: [],
            assignee: pick(2) ? { id: 'me' } : null, account: { id: 'a' }, last_message_at: new Date(1e12 + pick(500)).toISOString(),
            waiting_since: pick(2) ? new Date(1e12 + pick(500)).toISOString() : null });
        let version = 1;
        for (let n = 0; n < 80; n += 1) replica.apply({ type: 'conversation.updated', data: { conversation: made(`c${n}`, version) } });
        for (const list of lists) list.loaded = true;
        for (let step = 0; step < 60; step += 1) {
            for (let n = pick(4); n >= 0; n -= 1) {
                const id = `c${pick(90)}`;
                if (pick(9)) replica.apply({ type: 'conversation.updated', data: { conversation: made(id, version += 1) } });
                else replica.apply({ type: 'conversation.hidden', data: { id, version: version += 1 } });
            }
            for (const list of lists) {
                if (pick(3)) continue; // a list that nobody draws misses some
                const [left, right] = [list.rows(), list.inOrder()].map((rows) => rows.map(({ id, version }) => id + version).join());
                if (left !== right) wrong.push([seed, step, list.filter, list.sort, left, right]);
            }
            if (!pick(20)) replica.reset();
        }
    }
    return wrong;
}"""  # noqa: E501
)


async def test_a_thread_keeps_the_rows_that_it_would_lay_out(screen: Screen, salma: Resource) -> None:
    assert await screen.page.evaluate(ROWS, list(range(40))) == []


async def test_a_list_keeps_the_order_that_it_would_make(screen: Screen, salma: Resource) -> None:
    assert await screen.page.evaluate(ORDER, list(range(20))) == []
