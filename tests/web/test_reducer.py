"""Whatever happens and however it is told: a screen that heard of it shows what one that opens now would show.

The real module of the browser, random histories of every type of event: snapshot(n) + events(n..m) = snapshot(m).
"""

import re
from typing import Any

import pytest

from .double import ROOT, Double
from .double_history import History
from .screen import Screen

pytestmark = pytest.mark.browser
SEEDS = range(8)
LENGTH = 90

# A thread that an event made void (a merge) is fetched again by the screen that shows it; here from `later`.
PLAY = """async ({ url, runs }) => {
    const { emptyState, emptyThread, reduce } = await import(url);
    const fetched = (state, snapshot) => {
        for (const id of Object.keys(snapshot.messages))
            if (!state.threads.has(id)) state.threads.set(id, emptyThread());
        reduce(state, { type: 'fetched.conversations', data: { items: snapshot.conversations } });
        reduce(state, { type: 'fetched.contacts', data: { items: snapshot.contacts } });
        for (const [id, items] of Object.entries(snapshot.messages))
            reduce(state, { type: 'fetched.messages', data: { conversation_id: id, items, next: null } });
        return state;
    };
    const sorted = (map) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    const shown = (state) => ({ conversations: sorted(state.conversations), contacts: sorted(state.contacts),
        threads: sorted(new Map([...state.threads].map(([id, thread]) => [id, sorted(thread.messages)]))),
        locals: [...state.locals.values()].filter((left) => left.size).map(sorted) });
    const copy = (value) => structuredClone(value);
    const again = (state, later) => {
        for (const [id, items] of Object.entries(copy(later.messages))) {
            if (state.threads.has(id)) continue;
            state.threads.set(id, emptyThread());
            reduce(state, { type: 'fetched.messages', data: { conversation_id: id, items, next: null } });
        }
        return state;
    };
    return runs.map(({ steps, later }) => {
        let state = emptyState();
        for (const step of copy(steps)) {
            if (step.reset) state = { ...emptyState(), locals: state.locals };
            if (step.snapshot) fetched(state, step.snapshot);
            if (step.events) for (const event of step.events) reduce(state, event);
        }
        return [shown(again(state, later)), shown(fetched(emptyState(), copy(later)))];
    });
}"""


def test_a_history_knows_every_event_that_the_reducer_does() -> None:
    source = (ROOT / "core/web/static/reducer.js").read_text()
    known = set(re.findall(r'^  "([a-z]+\.[a-z_]+)":', source, re.MULTILINE))
    assert {kind for kind in known if not kind.startswith(("fetched.", "local."))} <= set(History(0).kinds)


def told(history: History) -> list[dict[str, Any]]:
    """How a screen may come to hear of it: once; twice; from a while ago, after a reconnect; with a reset between; with
    what this person wrote shown before the server took it."""
    dice, events = history.dice, history.log
    cut, back = sorted((dice.randrange(len(events)), dice.randrange(len(events))), reverse=True)
    return [
        {"events": events}, {"events": [*events, *events]}, {"events": [one for one in events for _ in "ab"]},
        {"events": [*events[:cut], *events[back:]]}, {"events": optimistic(events, dice)}]


def optimistic(events: list[dict[str, Any]], dice: Any) -> list[dict[str, Any]]:
    """What was written here stands in the thread before its event, or its refusal, or a status that overtakes both."""
    played: list[dict[str, Any]] = []
    for event in events:
        if event["type"] == "message.queued":
            message = event["data"]["message"] | {"status": "local", "version": 0}
            played.insert(dice.randrange(len(played) + 1), {"type": "local.queued", "data": {"message": message}})
        played.append(event)
    ghost = {"id": "ghost", "conversation_id": "v0", "status": "local", "version": 0, "at": "2026"}
    return [{"type": "local.queued", "data": {"message": ghost}}, *played,
            {"type": "local.dropped", "data": {"message": ghost}}]  # fmt: skip


async def test_a_snapshot_and_what_happened_since_make_the_newer_snapshot(double: Double, screen: Screen) -> None:
    await screen.go("/inbox")
    await screen.live()
    url = await screen.page.evaluate("""() => performance.getEntriesByType('resource').map(({ name }) => name)
        .find((name) => name.endsWith('/reducer.js'))""")
    for seed in SEEDS:
        history = History(seed)
        before = history.snapshot()
        for _ in range(LENGTH // 2):
            history.happen()
        middle, at = history.snapshot(), len(history.log)
        for _ in range(LENGTH // 2):
            history.happen()
        later = history.snapshot()
        runs = [{"steps": [{"snapshot": before}, way], "later": later} for way in told(history)]
        # The log had moved on when the screen fetched: it hears again of what the snapshot has already.
        runs.append({"steps": [{"snapshot": middle}, {"events": history.log[at // 2 :]}], "later": later})
        runs.append({"steps": [{"snapshot": before}, {"events": history.log[: at // 2]}, {"reset": True},
                               {"snapshot": middle}, {"events": history.log[at:]}], "later": later})  # fmt: skip
        for number, (came, fresh) in enumerate(await screen.page.evaluate(PLAY, {"url": url, "runs": runs})):
            for part in ("locals", "contacts", "conversations", "threads"):
                assert came[part] == fresh[part], (seed, number, part)
