"""A working day: two agents, thirty customers, collisions, lost networks, closing windows, pictures, three languages.
In the evening nothing is lost, nothing doubled, nothing out of order, and both screens say what the server says."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Browser, async_playwright, expect

from tests.journeys.conftest import Running
from tests.journeys.day import reckoning
from tests.journeys.day.agents import PASSWORD, Agent
from tests.journeys.day.customers import Customers
from tests.journeys.mailbox import invitation
from tests.web.conftest import chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
CUSTOMERS, RETURNING = 30, 3
LATE = "It took too long to answer."  # as a page says of a badge or a panel when this machine is busy
COLLEAGUE = "salma@atlas.test"
expect.set_options(timeout=30_000)  # as long as an agent waits for anything else


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield launched
        await launched.close()


@pytest.fixture
async def agents(browser: Browser, running: Running, api: httpx2.AsyncClient) -> tuple[Agent, Agent]:
    """The demo's owner and a colleague who came by invitation, both at the inbox."""
    asked = {"invitations": [{"email": COLLEAGUE, "role": "agent"}]}
    (await api.post("/invitations", json=asked)).raise_for_status()
    token = (await invitation(Path(running.demo["data"]), COLLEAGUE)).partition("#")[2]
    taken = {"token": token, "name": "Salma", "password": PASSWORD}
    (await api.post("/invitations/acceptances", json=taken, headers={"Authorization": ""})).raise_for_status()
    own = (running.demo["email"], running.demo["password"])
    return (await Agent.come_in(browser, running.demo, "Demo", *own),
            await Agent.come_in(browser, running.demo, "Salma", COLLEAGUE, PASSWORD))


async def test_a_day_ends_with_nothing_lost_doubled_or_out_of_order(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, agents: tuple[Agent, Agent]
) -> None:
    customers = Customers(meta, random.Random(20261126))
    await customers.arrive(CUSTOMERS)
    await customers.all_write()
    await morning(customers, *agents)
    await collision(customers, *agents)
    await live_collision(customers, *agents)
    await tunnel(customers, *agents)
    await afternoon(customers, *agents)
    await closing_window(customers, running.demo, agents[0])
    await customers.all_write()
    await evening(customers, api, meta, agents)


async def morning(customers: Customers, demo: Agent, salma: Agent) -> None:
    """Each takes customers of their own and answers, while others go on writing."""
    for index, customer in enumerate(customers.everybody[:10]):
        agent = (demo, salma)[index % 2]
        await agent.open(customer.name)
        if index % 4 == 2:
            await agent.drop_the_socket()
        await agent.take()
        await customers.write(customers.dice.choice(customers.everybody))
        await agent.reached(await agent.answer(customer.name))
        await customers.write(customer)
        await customers.read(customer)


async def collision(customers: Customers, demo: Agent, salma: Agent) -> None:
    """Both answer the same customer; the second is told before anything is sent, and decides."""
    customer = customers.everybody[12]
    await demo.open(customer.name)
    await salma.open(customer.name)
    await salma.lose_the_network()
    first = await demo.answer(customer.name)
    await demo.reached(first)
    words = await salma.answer(customer.name)
    await salma.find_the_network()
    await salma.screen.page.get_by_role("button", name="Send anyway").click()
    await salma.reached(words)


async def live_collision(customers: Customers, demo: Agent, salma: Agent) -> None:
    """Both are there and see each other write; Demo's answer leaves while Salma ends her sentence."""
    customer = customers.everybody[11]
    await demo.open(customer.name)
    await salma.open(customer.name)
    words = await salma.begin(customer.name)
    await expect(demo.screen.page.locator("inbox-chat .types")).to_have_text("Salma is typing…")
    await salma.hear_late()
    first = await demo.answer(customer.name)
    await demo.reached(first)
    await salma.field.press("Enter")
    notice = salma.screen.page.locator("inbox-composer").get_by_role("alert")
    await expect(notice).to_contain_text("Demo wrote after what you saw.")
    await expect(notice).to_contain_text(first)
    await expect(salma.field).to_have_value(words)
    await salma.hear_at_last()
    await salma.bubble(first).wait_for()
    await notice.get_by_role("button", name="Send anyway").click()
    await salma.reached(words)
    await expect(notice).to_have_count(0)
    for agent in (demo, salma):
        for said in (first, words):
            await expect(agent.bubble(said)).to_have_count(1)


async def tunnel(customers: Customers, demo: Agent, salma: Agent) -> None:
    """Salma's train goes through a tunnel; she answers on, customers write on, and Demo's socket drops meanwhile."""
    hers = customers.everybody[20]
    await salma.open(hers.name)
    await salma.lose_the_network()
    kept = [await salma.answer(hers.name) for _ in range(3)]
    await demo.drop_the_socket()
    for customer in customers.everybody[13:25]:
        if customer is not hers:
            await customers.write(customer)
    await salma.find_the_network()
    for words in kept:
        await salma.reached(words)


async def afternoon(customers: Customers, demo: Agent, salma: Agent) -> None:
    """What the team shares besides: a tag, a note that calls Salma while she is cut off, a snooze that ends with the
    customer's answer; which is found again by Arabic letters written otherwise."""
    customer = customers.everybody[RETURNING]
    await salma.open(customer.name)
    await salma.lose_the_network()
    await demo.open(customer.name)
    await demo.tag("Retour")
    await demo.drop_the_socket()
    await demo.write_note("Rendre, puis rembourser", salma.name)
    await demo.snooze()
    await salma.find_the_network()
    await salma.tagged("Retour")
    await salma.note("Rendre, puis rembourser").locator(".at.me").wait_for()
    await expect(salma.screen.page.locator("inbox-detail")).to_contain_text("snoozed")
    await customers.write(customer, "أريدُ إرجاع الحذاء إلى المتجر")
    for agent in (demo, salma):
        await expect(agent.screen.page.locator("inbox-detail")).not_to_contain_text("snoozed")
        await expect(agent.note("Rendre, puis rembourser")).to_have_count(1)
    await salma.open(customers.everybody[0].name)
    await salma.find("اريد ارجاع الحذا", "إرجاع الحذاء")


async def closing_window(customers: Customers, demo: dict[str, Any], agent: Agent) -> None:
    """Before the agent's eyes: what was typed stays, and nothing can be sent that WhatsApp would refuse."""
    number = str(212650000000 + customers.dice.randrange(9_000_000))
    await customers.write_late(demo, number, "Tardif", seconds_left=30)
    await agent.open("Tardif")
    await agent.field.fill("un instant")
    await expect(agent.screen.page.locator("inbox-composer")).to_contain_text("window", timeout=60_000)


async def evening(
    customers: Customers, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, agents: tuple[Agent, Agent]
) -> None:
    last = customers.everybody[-1]
    for agent in agents:
        await agent.open(last.name)
        await agent.screen.live()
    for customer in customers.everybody:
        said = {agent.name: agent.said.get(customer.name, []) for agent in agents}
        conversation = await reckoning.conversation_with(api, customer)
        reckoning.nothing_lost_or_doubled(customer, await reckoning.thread_of(api, conversation["id"]), said)
        await reckoning.seen_by_the_customer(meta, customer, said)
    returning = await reckoning.conversation_with(api, customers.everybody[RETURNING])
    assert (returning["status"], [tag["name"] for tag in returning["tags"]]) == ("open", ["Retour"])
    for agent in agents:
        await reckoning.screen_equals_server(agent, api)
        assert [error for error in agent.screen.errors if LATE not in error] == []
