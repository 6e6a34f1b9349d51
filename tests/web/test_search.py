"""What an agent gets who searches, and where they come out: at the message, with the thread going on both ways."""

import random
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser

from .double import BASE, Double, Resource
from .screen import Screen

pytestmark = pytest.mark.browser


def long_talk(double: Double, name: str, count: int) -> tuple[Resource, list[Resource]]:
    conversation = double.customer(name)
    said = [double.write(conversation, f"Message {number}", quiet=True, at=BASE - timedelta(minutes=count - number))
            for number in range(count)]  # fmt: skip
    return conversation, said


async def test_a_search_leads_to_the_message_and_back_to_the_latest(double: Double, screen: Screen) -> None:
    page = screen.page
    salma, said = long_talk(double, "Salma Élégante", 400)
    said[40]["body"] = "المَدرسة مغلقة اليوم"
    said[200]["body"] = "Votre COLIS part demain 😀 colis"
    other = double.customer("Driss")
    double.write(other, "un autre colis", quiet=True, at=BASE - timedelta(days=2))
    double.searching.notes.append((other, "Amine", "le colis est perdu"))
    double.searching.missing.append("acme")
    await screen.go("/inbox")
    await screen.live()
    await page.locator("inbox-list .row").first.wait_for()
    await page.keyboard.press("/")
    await page.locator("inbox-search input:focus").wait_for()
    await page.keyboard.type("colis")
    await page.locator("inbox-search mark", has_text="COLIS").first.wait_for()
    assert await page.locator("inbox-search mark").all_inner_texts() == ["COLIS", "colis", "colis", "colis"]
    assert await page.locator("inbox-search .group").all_inner_texts() == ["Messages", "Notes and more"]
    await page.get_by_text("acme could not be searched.").wait_for()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/inbox/{salma['id']}?message={said[200]['id']}")
    await in_sight(screen, said[200])
    await page.locator("inbox-thread .flash .tx", has_text="COLIS").wait_for()
    assert await page.locator("inbox-thread .tx", has_text="Message 399").count() == 0
    # What happens meanwhile at the end of the thread is not drawn into the middle of it.
    double.write(salma, "Je suis là")
    await page.locator("inbox-thread .latest", has_text="Jump to latest").wait_for()
    assert await page.locator("inbox-thread .tx", has_text="Je suis là").count() == 0
    await page.locator("inbox-thread .latest").click()
    await in_sight(screen, {"body": "Je suis là"})
    # By the keyboard to another of the hits, in this conversation alone.
    await page.keyboard.press("f")
    await page.locator("inbox-search input:focus").wait_for()
    await page.keyboard.type("مدرسه")
    await page.keyboard.press("Enter")  # before it is answered
    await in_sight(screen, said[40])
    assert double.searching.asked[-1]["conversation"] == salma["id"]
    assert await page.locator("inbox-search mark").all_inner_texts() == ["مَدرسة"]
    await page.get_by_label("Close search").click()
    assert await page.locator("inbox-page .search:focus").count() == 1


async def in_sight(screen: Screen, message: Resource) -> None:
    """Where one sees it, and still so a moment after everything is measured."""
    bubble = screen.page.locator("inbox-thread .tx", has_text=message["body"]).first
    await bubble.wait_for()
    await screen.page.wait_for_function(
        """([words]) => {
            const roots = [document.body];
            while (roots.length) {
                const root = roots.pop();
                for (const one of root.querySelectorAll('*')) {
                    if (one.shadowRoot) roots.push(one.shadowRoot);
                    if (!one.matches('.tx') || !one.textContent.includes(words)) continue;
                    const { top, bottom } = one.getBoundingClientRect();
                    return top > 60 && bottom < innerHeight - 60;
                }
            }
            return false;
        }""", arg=[message["body"]])  # fmt: skip


async def test_scrolling_down_joins_the_thread_again(double: Double, screen: Screen) -> None:
    salma, said = long_talk(double, "Salma", 160)
    await screen.go(f"/inbox/{salma['id']}?message={said[20]['id']}")
    await screen.live()
    await in_sight(screen, said[20])
    double.write(salma, "the newest")
    scroll = screen.page.locator("inbox-thread .scroll")
    await scroll.hover()
    for _ in range(60):
        await screen.page.mouse.wheel(0, 900)
        if await screen.page.locator("inbox-thread .tx", has_text="the newest").count():
            break
        await screen.page.evaluate("new Promise(requestAnimationFrame)")
    await screen.page.locator("inbox-thread .tx", has_text="the newest").wait_for()
    shown = await screen.page.locator("inbox-thread .tx").all_inner_texts()
    assert shown[-2:] == ["Message 159", "the newest"]


async def test_who_came_to_an_old_message_reads_and_answers_at_the_end(double: Double, screen: Screen) -> None:
    """Nothing is marked read that was not shown, and no answer is held up or out of sight."""
    salma, said = long_talk(double, "Salma", 160)
    salma["unread"] = 2
    await screen.go(f"/inbox/{salma['id']}?message={said[20]['id']}")
    await screen.live()
    await in_sight(screen, said[20])
    assert await screen.page.evaluate(SEEN, salma["id"]) != said[159]["id"]  # the customer's newest is unread
    assert salma["unread"] == 2
    await screen.page.locator("inbox-thread .latest").click()
    await in_sight(screen, said[159])
    await screen.until(READ, salma["id"])
    assert salma["unread"] == 0
    await screen.go(f"/inbox/{salma['id']}?message={said[20]['id']}")
    await screen.live()
    await in_sight(screen, said[20])
    await screen.page.get_by_label("Message to Salma").fill("On our way")
    await screen.page.keyboard.press("Enter")
    await in_sight(screen, {"body": "On our way"})
    await in_sight(screen, said[159])
    assert (await double.sent())[-1]["last_seen"] == said[159]["id"]
    assert screen.errors == []


SEEN = "async (id) => (await import('@comptoir/sdk/ledger.js')).ledger.lastSeen(id)"
READ = "async (id) => (await import('@comptoir/sdk/ledger.js')).ledger.conversation(id).unread === 0"


async def test_a_message_that_is_gone_opens_the_thread_all_the_same(double: Double, screen: Screen) -> None:
    salma, _ = long_talk(double, "Salma", 3)
    await screen.go(f"/inbox/{salma['id']}?message=0198f0a2-5f0e-7c6b-9f53-3d1b6a1f2c11")
    await screen.page.get_by_text("That message is not here.").wait_for()
    await screen.page.locator("inbox-thread .tx", has_text="Message 2").wait_for()


async def test_the_search_says_what_is_wrong_and_remembers_what_was_found(double: Double, screen: Screen) -> None:
    page = screen.page
    salma = double.customer("Salma")
    double.write(salma, "Bonjour", quiet=True)
    await screen.go("/inbox")
    await screen.live()
    await page.locator("inbox-page .search").click()
    await page.get_by_text("Two letters or more").wait_for()
    await page.keyboard.type("zzz")
    await page.get_by_text("Nothing says “zzz”.").wait_for()
    double.refuse("GET search", 422)
    await page.locator("inbox-search input").fill("a l")
    await page.get_by_text("Two letters or more").wait_for()
    assert await page.locator("inbox-search ui-error").count() == 0
    double.faults["GET search"] = [(503, {"type": "/problems/unavailable", "status": 503, "detail": "Too slow."})]
    await page.locator("inbox-search input").fill("bonj")
    await page.get_by_text("The search did not work.").wait_for()
    await page.get_by_role("button", name="Retry").click()
    await page.locator("inbox-search .hit", has_text="Salma").click()
    await page.wait_for_url("**/inbox/*?message=*")
    await page.get_by_label("Close search").click()
    await page.keyboard.press("/")
    await page.locator("inbox-search .recent", has_text="bonj").wait_for()


async def test_who_was_looked_for_in_vain_is_found_as_soon_as_they_write(double: Double, screen: Screen) -> None:
    page = screen.page
    await screen.go("/inbox")
    await screen.live()
    await page.locator("inbox-page .search").click()
    await page.locator("inbox-search input:focus").wait_for()
    await page.keyboard.type("tardif")
    await page.get_by_text("Nothing says “tardif”.").wait_for()
    double.write(double.customer("Léa Tardif"), "Me voilà")
    await page.locator("inbox-search .hit", has_text="Léa Tardif").first.wait_for()
    assert await page.locator("inbox-search input").evaluate("(input) => input.matches(':focus')")
    asked = len(double.searching.asked)
    double.write(double.customer("Driss"), "Moi aussi")
    await page.locator("inbox-search .hit", has_text="Léa Tardif").first.click()
    await page.wait_for_url("**/inbox/*")
    assert len(double.searching.asked) == asked


@pytest.mark.parametrize("seed", range(4))
async def test_a_stretch_of_a_thread_and_its_events_make_the_newer_stretch(
    double: Double, screen: Screen, seed: int
) -> None:
    """Joined to the newest by its last page, whenever the events came: nothing missing, nothing twice."""
    dice = random.Random(seed)
    salma, said = long_talk(double, "Salma", 40)
    await screen.go("/inbox")
    steps: list[Any] = []
    have = dice.randrange(5, 15)
    steps.append({"page": deepcopy(said[have:have + 10][::-1]), "next": "older", "newer": "newer"})
    have += 10
    while have < len(said):
        for _ in range(dice.randrange(3)):
            double.log.clear()
            match dice.randrange(3):
                case 0:
                    said.append(double.write(salma, f"live {len(said)}"))
                case 1:
                    double.status(dice.choice(said), dice.choice(["read", "delivered"]))
                case _:
                    said.append(double.write(salma, "out", direction="outbound", status="queued"))
            events = [{"type": one["type"], "data": deepcopy(one["data"])} for one in double.log]
            steps += events if dice.random() < 0.7 else events + events
        count = dice.randrange(3, 12)
        page = deepcopy(said[have:have + count][::-1])
        have += count
        steps.append({"page": page, "newer": "newer" if have < len(said) else None})
    told = await screen.page.evaluate(WALK, [salma["id"], steps])
    begins = next(number for number, one in enumerate(said) if one["id"] == told[0]["id"])
    assert [(one["id"], one["version"], one["status"]) for one in told] == [
        (one["id"], one["version"], one["status"]) for one in said[begins:]]


WALK = """async ([id, steps]) => {
    const loaded = performance.getEntriesByType('resource').map(({ name }) => name);
    const { byTime, emptyState, emptyThread, reduce } = await import(loaded.find((name) => name.endsWith('/reducer.js')));
    const state = emptyState();
    state.threads.set(id, emptyThread());
    for (const step of steps) {
        if (step.page) reduce(state, { type: 'fetched.messages', data: { conversation_id: id, items: step.page, next: step.next, newer: step.newer } });
        else reduce(state, step);
    }
    return [...state.threads.get(id).messages.values()].sort(byTime);
}"""  # noqa: E501


async def test_on_a_phone_a_conversation_is_searched_in_its_place(double: Double, browser: Browser) -> None:
    salma, said = long_talk(double, "Salma", 160)
    phone = await Screen.open(browser, double.url, width=390, height=844)
    await phone.go(f"/inbox/{salma['id']}")
    await phone.live()
    await phone.page.locator("inbox-chat .more").click()
    await phone.page.get_by_role("menuitem", name="Search in this conversation").click()
    await phone.page.locator("inbox-thread").wait_for(state="hidden")
    await phone.page.keyboard.type("Message 20")
    await phone.page.locator("inbox-search [role=option]").first.click()
    await in_sight(phone, said[20])
    await phone.page.locator("inbox-search").wait_for(state="hidden")
    await phone.context.close()
    assert phone.errors == []
