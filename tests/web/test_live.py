"""The screens follow the event log: no gap, no double, whatever happens to the socket."""

import asyncio
import random
from copy import deepcopy
from typing import Any

import pytest
from playwright.async_api import Route

from .double import COLLEAGUE, ME, Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser


async def bodies(screen: Screen, conversation: str) -> list[str]:
    return list(await screen.page.evaluate("""async (id) => {
        const { ledger } = await import('@comptoir/sdk/ledger.js');
        return ledger.messages(id).map((message) => message.body);
    }""", conversation))


async def test_a_message_appears_and_is_marked_read(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    double.write(conversation, "First", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    double.write(conversation, "Second")
    await screen.page.locator("inbox-thread .tx", has_text="Second").wait_for()
    await screen.page.locator("inbox-list .badge").wait_for(state="detached")
    assert conversation["unread"] == 0


async def test_fifty_events_missed_are_replayed_without_gap_or_double(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    double.write(conversation, "start", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="start").wait_for()
    double.cut()
    for number in range(50):
        double.write(conversation, f"missed {number}")
    await screen.page.locator("inbox-thread .tx", has_text="missed 49").wait_for()
    assert await bodies(screen, conversation["id"]) == ["start", *(f"missed {number}" for number in range(50))]


async def test_a_gap_in_the_chain_is_healed_by_a_replay(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    double.write(conversation, "start", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="start").wait_for()
    sockets, double.sockets = double.sockets, set()  # the server forgets to tell one event
    double.write(conversation, "untold")
    double.sockets = sockets
    queue = next(iter(sockets))
    queue.put_nowait(double.log[-1] | {"seq": double.seq + 1, "prev": double.seq})
    double.log.append(double.log[-1] | {"seq": double.seq + 1})
    double.seq += 1
    await screen.page.locator("inbox-thread .tx", has_text="untold").wait_for()
    assert await bodies(screen, conversation["id"]) == ["start", "untold"]


async def opened(double: Double, screen: Screen) -> Resource:
    """Salma's conversation, in which "before" was said, live on the screen."""
    salma = double.customer("Salma")
    double.write(salma, "before", quiet=True)
    await screen.go(f"/inbox/{salma['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="before").wait_for()
    return salma


async def test_another_epoch_makes_the_screen_fetch_anew_and_keep_what_was_typed(
    double: Double, screen: Screen
) -> None:
    conversation = await opened(double, screen)
    await screen.page.get_by_label("Message to Salma").fill("half a sen")
    double.write(conversation, "restored", quiet=True)
    double.seq, double.log = 3, []
    double.cut()
    await screen.page.locator("inbox-thread .tx", has_text="restored").wait_for()
    assert await screen.page.get_by_label("Message to Salma").input_value() == "half a sen"


async def test_after_a_reset_topics_are_heard_and_people_tags_and_numbers_are_those_of_now(
    double: Double, screen: Screen
) -> None:
    conversation = await opened(double, screen)
    double.seq, double.log = 3, []  # and of what follows no event tells
    double.members.append({"id": "m", "name": "Nawal Tazi", "role": "agent"})
    double.teams, double.numbers = [{"id": "t", "name": "Sales"}], [{"id": "acc"}]
    double.lists.tags = [{"id": "v", "name": "VIP", "colour": "red"}]
    double.cut()
    await screen.until("""async () => {
        const { bootstrap, members, tags, teams } = await import('@comptoir/sdk');
        const ids = [members.at(-1), teams.at(-1), tags.at(-1), bootstrap.accounts.at(-1)].map((one) => one?.id);
        return ids.join() === 'm,t,v,acc';
    }""")
    looks = {"conversation": conversation["id"], "member": COLLEAGUE, "typing": False, "here": True}
    double.say("inbox.presence", looks)
    await screen.page.locator("inbox-chat").get_by_label("Here now: Yasmine Bennis").wait_for()


async def test_two_windows_agree(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    double.write(conversation, "hello", quiet=True)
    other = await screen.context.new_page()
    for page in (screen.page, other):
        await page.goto(f"/inbox/{conversation['id']}")
        await page.locator("inbox-thread .tx", has_text="hello").wait_for()
    await screen.live()
    await screen.page.get_by_label("Message to Salma").fill("from one")
    await screen.page.keyboard.press("Enter")
    await other.locator("inbox-thread .tx", has_text="from one").wait_for()
    await other.locator("inbox-chat .close").click()
    await screen.page.locator("inbox-list .row").wait_for(state="detached")


async def test_what_is_given_out_of_sight_leaves_the_list_and_the_desk(double: Double, screen: Screen) -> None:
    kept, given = double.customer("Aya"), double.customer("Badr")
    double.write(kept, "mine", quiet=True)
    double.write(given, "not for long", quiet=True)
    await screen.go(f"/inbox/{given['id']}")
    await screen.live()
    await screen.page.locator("inbox-thread .tx", has_text="not for long").wait_for()
    double.hide(given)
    await screen.page.get_by_text("This conversation was given to somebody else.").wait_for()
    await screen.page.wait_for_url("**/inbox")
    await screen.page.locator("inbox-list .row", has_text="Badr").wait_for(state="detached")
    assert await screen.page.locator("inbox-list .row").count() == 1


async def test_an_answer_that_comes_after_the_news_does_not_bring_it_back(double: Double, screen: Screen) -> None:
    conversation = double.customer("Aya")
    double.write(conversation, "mine", quiet=True)
    await screen.go("/inbox")
    await screen.live()
    known = await screen.page.evaluate("""async (conversation) => {
        const { ledger } = await import('@comptoir/sdk/ledger.js');
        const told = (type, data) => ledger.apply({ type, data });
        told('conversation.hidden', { id: conversation.id, version: conversation.version });
        told('conversation.updated', { conversation });
        const late = Boolean(ledger.conversation(conversation.id));
        told('conversation.assigned', { conversation: { ...conversation, version: conversation.version + 1 } });
        return [late, Boolean(ledger.conversation(conversation.id))];
    }""", conversation)
    assert known == [False, True]


async def test_a_team_is_chosen_shown_renamed_and_dissolved(double: Double, screen: Screen) -> None:
    double.teams = [{"id": "t1", "name": "Sales"}]
    conversation = double.customer("Aya")
    double.write(conversation, "hello", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    detail = screen.page.locator("inbox-detail .kv")
    await screen.page.get_by_role("button", name="Assign", exact=True).click()
    await screen.page.get_by_label("Find a colleague or a team").fill("sal")
    await screen.page.keyboard.press("Enter")
    await detail.get_by_text("Sales").wait_for()
    assert conversation["team"] == {"id": "t1", "name": "Sales"}
    double.emit("team.saved", {"team": {"id": "t1", "name": "Ventes"}})
    await detail.get_by_text("Ventes").wait_for()
    double.emit("team.deleted", {"id": "t1"})
    await detail.get_by_text("Ventes").wait_for(state="detached")


async def test_an_answer_of_before_a_rename_does_not_bring_the_old_name_back(double: Double, screen: Screen) -> None:
    """A conversation has no other version because its team or a tag of it is called otherwise."""
    conversation = double.customer("Aya", team={"id": "t1", "name": "Sales"}, tags=[
        {"id": "x", "name": "VIP", "colour": "red"}, {"id": "y", "name": "Late", "colour": "blue"}])  # fmt: skip
    await screen.go("/inbox")
    await screen.live()
    told = await screen.page.evaluate("""async (conversation) => {
        const { ledger } = await import('@comptoir/sdk/ledger.js');
        const heard = (type, data) => ledger.apply({ type, data });
        const shown = () => { const { team, tags } = ledger.conversation(conversation.id);
                              return [team?.name, ...tags.map(({ name }) => name)]; };
        heard('team.saved', { team: { id: 't1', name: 'Ventes' } });
        heard('tag.saved', { tag: { id: 'x', name: 'Very important', colour: 'red' } });
        heard('tag.deleted', { id: 'y' });
        heard('conversation.updated', { conversation });
        const renamed = shown();
        heard('team.deleted', { id: 't1' });
        heard('fetched.conversations', { items: [conversation] });
        return [renamed, shown()];
    }""", conversation)
    assert told == [["Ventes", "Very important"], [None, "Very important"]]


async def test_who_came_while_the_list_was_on_its_way_is_there(double: Double, screen: Screen) -> None:
    """The list of who looks is of the moment in which it was made; what was told since is newer."""
    conversation, asked, come = double.customer("Aya"), asyncio.Event(), asyncio.Event()
    double.write(conversation, "hello", quiet=True)
    looks = {"conversation": conversation["id"], "member": COLLEAGUE, "typing": False}

    async def presence(route: Route) -> None:
        if route.request.method != "GET":
            await route.fulfill(status=204)
        elif asked.is_set():
            await route.fulfill(json={"members": [], "looking": [looks]})
        else:
            asked.set()
            await come.wait()
            await route.fulfill(json={"members": [], "looking": []}, headers={"X-Held": "yes"})

    await screen.page.route("**/p/inbox/presence", presence)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    await asked.wait()
    double.say("inbox.presence", looks | {"here": True})
    here = screen.page.locator("inbox-chat").get_by_label("Here now: Yasmine Bennis")
    await here.wait_for()
    async with screen.page.expect_response(lambda answer: "x-held" in answer.headers):
        come.set()
    await screen.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    assert await here.count() == 1


async def test_a_page_whose_rights_changed_is_loaded_anew(double: Double, screen: Screen) -> None:
    conversation = double.customer("Aya")
    double.write(conversation, "hello", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    await screen.page.get_by_label("Message to Aya").fill("half a sen")
    await screen.page.wait_for_function("() => Object.keys(localStorage).some((key) => key.includes('draft:'))")
    double.permissions.remove("conversations.write")
    async with screen.page.expect_navigation():
        double.cut(4001)
    await screen.page.locator("inbox-thread .tx", has_text="hello").wait_for()
    assert await screen.page.get_by_role("button", name="Assign", exact=True).count() == 0
    assert await screen.page.get_by_label("Message to Aya").input_value() == "half a sen"


async def test_rows_do_not_move_under_the_pointer(double: Double, screen: Screen) -> None:
    first, second = double.customer("Aya"), double.customer("Badr")
    double.write(second, "older", quiet=True)
    double.write(first, "newer", quiet=True)
    await screen.go("/inbox")
    await screen.live()
    rows = screen.page.locator("inbox-list .row")
    await rows.first.hover()
    double.write(second, "I am new")
    await screen.page.get_by_role("button", name="1 new").wait_for()
    assert "Aya" in await rows.first.inner_text()
    await screen.page.get_by_role("button", name="1 new").click()
    await screen.page.locator("inbox-list .row", has_text="I am new").wait_for()


async def test_the_offline_bar_counts_what_waits_and_sends_it_once(double: Double, screen: Screen) -> None:
    conversation = double.customer("Salma")
    double.write(conversation, "hello", quiet=True)
    await screen.go(f"/inbox/{conversation['id']}")
    await screen.live()
    words = screen.page.get_by_label("Message to Salma")
    await words.wait_for()
    double.offline = True
    double.cut()
    await words.fill("into the void")
    await screen.page.keyboard.press("Enter")
    await screen.page.get_by_text("Offline: 1 message will be sent.").wait_for()
    double.offline = False
    await screen.page.get_by_role("button", name="Reconnect now").click()
    await screen.page.get_by_text("Offline").wait_for(state="detached")
    await screen.page.locator("inbox-thread [aria-label=Sending…]").wait_for()
    assert [one["body"] for one in await double.sent()] == ["into the void"]


@pytest.mark.parametrize("seed", range(6))
async def test_a_snapshot_and_its_events_make_the_newer_snapshot(double: Double, screen: Screen, seed: int) -> None:
    dice = random.Random(seed)
    for name in ("Aya", "Badr", "Chadi"):
        double.write(double.customer(name), "start", quiet=True)
    before = snapshot(double)
    for _ in range(60):
        happen(double, dice)
    events = [{"type": one["type"], "data": one["data"]} for one in double.log]
    replayed = dice.choice([events, events + events, events[:20] + events])  # at least once, in order
    await screen.go("/inbox")
    told = await screen.page.evaluate(REPLAY, [before, replayed])
    assert told == await screen.page.evaluate(REPLAY, [snapshot(double), []])


def snapshot(double: Double) -> dict[str, Any]:
    return deepcopy({"conversations": list(double.conversations.values()), "messages": double.messages,
                     "contacts": list(double.contacts.values())})


def happen(double: Double, dice: random.Random) -> None:
    conversation = dice.choice(list(double.conversations.values()))
    sent = [one for one in double.messages[conversation["id"]] if one["direction"] == "outbound"]
    match dice.randrange(7):
        case 0 | 1:
            double.write(conversation, f"in {dice.random()}")
        case 2:
            double.write(conversation, f"out {dice.random()}", direction="outbound", status="queued")
        case 3 if sent:
            double.status(dice.choice(sent), dice.choice(["sent", "delivered", "read", "failed"]))
        case 4:
            people = [None, {"id": ME, "name": "Amine Kadiri"}, {"id": COLLEAGUE, "name": "Yasmine Bennis"}]
            conversation |= {"assignee": dice.choice(people), "version": conversation["version"] + 1}
            double.emit("conversation.assigned", {"conversation": conversation, "previous": None})
        case 5:
            conversation |= {"status": dice.choice(["open", "closed"]), "version": conversation["version"] + 1}
            double.emit("conversation.closed", {"conversation": conversation})
        case _:
            double._save(double.contacts[conversation["contact"]["id"]], {"name": f"Name {dice.random()}"})


REPLAY = """async ([snapshot, events]) => {
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    const url = loaded.find((name) => name.endsWith('/reducer.js'));
    const { emptyState, emptyThread, reduce } = await import(url);
    const state = emptyState();
    for (const id of Object.keys(snapshot.messages)) state.threads.set(id, emptyThread());
    reduce(state, { type: 'fetched.conversations', data: { items: snapshot.conversations } });
    reduce(state, { type: 'fetched.contacts', data: { items: snapshot.contacts } });
    for (const [id, items] of Object.entries(snapshot.messages))
        reduce(state, { type: 'fetched.messages', data: { conversation_id: id, items, next: null } });
    for (const event of events) reduce(state, event);
    const sorted = (map) => Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    return { conversations: sorted(state.conversations), contacts: sorted(state.contacts),
             threads: Object.fromEntries([...state.threads].map(([id, thread]) => [id, sorted(thread.messages)])) };
}"""


async def test_who_types_while_all_is_fetched_anew_goes_on_typing(double: Double, screen: Screen) -> None:
    """The field of another composer would not have the caret, and the rest of the word would be commands."""
    salma = await opened(double, screen)
    field = screen.page.get_by_label("Message to Salma")
    await field.fill("half a sen")
    double.write(salma, "restored", quiet=True)
    double.seq, double.log = 3, []
    double.cut()
    await screen.page.locator("inbox-thread .tx", has_text="restored").wait_for()
    await screen.page.keyboard.type("tence")
    assert await field.input_value() == "half a sentence"
    assert salma["status"] == "open"
