"""What must be true in the evening: of the phones, of the ledger, of every screen."""

from collections import Counter
from typing import Any

import httpx2

from tests.journeys.day.agents import Agent
from tests.journeys.day.customers import Customer


async def thread_of(api: httpx2.AsyncClient, conversation_id: str) -> list[dict[str, Any]]:
    """The whole of it, oldest first."""
    items: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        asked = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(f"/conversations/{conversation_id}/messages", params=asked)).raise_for_status().json()
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            return items[::-1]


async def conversation_with(api: httpx2.AsyncClient, customer: Customer) -> dict[str, Any]:
    found = (await api.get("/conversations", params={"q": customer.phone["number"]})).raise_for_status().json()["items"]
    assert len(found) == 1, f"{customer.name} has {len(found)} conversations"
    conversation: dict[str, Any] = found[0]
    return conversation


def nothing_lost_or_doubled(customer: Customer, thread: list[dict[str, Any]], said: dict[str, list[str]]) -> None:
    """Each of the customer's messages and of the agents' answers once; each one's own in the order of their writing."""
    inbound = [message["wamid"] for message in thread if message["direction"] == "inbound"]
    assert Counter(inbound) == Counter(customer.wrote), f"{customer.name}: {len(customer.wrote)}, {len(inbound)} came"
    assert inbound == customer.wrote, f"{customer.name}'s messages stand in another order than they were written"
    outbound = [message["body"] for message in thread if message["direction"] == "outbound"]
    assert Counter(outbound) == Counter(words for agent in said.values() for words in agent)
    for agent, words in said.items():
        assert [body for body in outbound if body in words] == words, f"{agent}'s answers changed their order"


async def seen_by_the_customer(meta: httpx2.AsyncClient, customer: Customer, said: dict[str, list[str]]) -> None:
    """On the phone, too: a message sent twice is two bubbles there, whatever our ledger says."""
    bubbles = (await meta.get(f"/phones/{customer.phone['id']}/messages")).raise_for_status().json()["items"]
    shown = [bubble["content"].get("body") for bubble in bubbles if bubble["side"] == "business"]
    assert Counter(shown) == Counter(words for agent in said.values() for words in agent), customer.name


async def screen_equals_server(agent: Agent, api: httpx2.AsyncClient) -> None:
    """What events made of this screen is what a fresh page would be told."""
    replica = await agent.replica()
    for identifier, held in replica["conversations"].items():
        told = (await api.get(f"/conversations/{identifier}")).raise_for_status().json()
        assert held == told, f"{agent.name}'s screen differs about {told['contact']['name']}"
    for identifier, messages in replica["threads"].items():
        newest = (await thread_of(api, identifier))[-len(messages):]
        assert [_told(message) for message in messages] == [_told(message) for message in newest]


def _told(message: dict[str, Any]) -> dict[str, Any]:
    """Without the files' addresses, which are signed for a while."""
    return {name: value for name, value in message.items() if name != "attachments"}
