"""A customer writes, an agent sees it and answers, the customer reads it: over HTTP, with every process real."""

from typing import Any
from uuid import uuid4

import httpx2

from tests.journeys.conftest import Running
from tests.journeys.screen import reached, received, screen


async def test_a_customers_message_is_answered_and_the_answer_is_read(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    async with screen(api, running.demo["url"]) as seen:
        question, answer = f"Is it shipped? {uuid4()}", f"Yes, today {uuid4()}"
        await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": question})
        told = await seen.until(received(question))
        conversation = told["data"]["conversation"]
        assert conversation["contact"]["phone"] == phone["number"]

        sent = await api.post(f"/conversations/{conversation['id']}/messages", json={"type": "text", "body": answer})
        assert sent.status_code == 202, sent.text
        message = sent.json()
        await seen.until(reached(message["id"], "delivered"))

        await meta.post(f"/phones/{phone['id']}/open")
        await seen.until(reached(message["id"], "read"))

    thread = (await api.get(f"/conversations/{conversation['id']}/messages")).json()["items"]
    assert [(m["direction"], m["body"], m["status"]) for m in thread] == [
        ("outbound", answer, "read"),
        ("inbound", question, "received"),
    ]
    bubbles = (await meta.get(f"/phones/{phone['id']}/messages")).json()["items"]
    assert [b["content"]["body"] for b in bubbles] == [question, answer]


async def test_a_customer_without_a_phone_number_is_answered_too(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient
) -> None:
    async with screen(api, running.demo["url"]) as seen:
        question = f"Salam {uuid4()}"
        await meta.post("/phones/yasmine/messages", json={"type": "text", "text": question})
        conversation = (await seen.until(received(question)))["data"]["conversation"]
        assert conversation["contact"]["phone"] is None
        sent = await api.post(f"/conversations/{conversation['id']}/messages", json={"type": "text", "body": "Marhba"})
        await seen.until(reached(sent.json()["id"], "delivered"))


async def test_the_same_client_id_is_sent_once(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    async with screen(api, running.demo["url"]) as seen:
        await meta.post(f"/phones/{phone['id']}/messages", json={"type": "text", "text": f"hi {phone['id']}"})
        conversation = (await seen.until(received(f"hi {phone['id']}")))["data"]["conversation"]
        body = {"id": str(uuid4()), "type": "text", "body": "once"}
        answers = [await api.post(f"/conversations/{conversation['id']}/messages", json=body) for _ in range(5)]
        assert [a.status_code for a in answers] == [202, 200, 200, 200, 200]
        await seen.until(reached(body["id"], "delivered"))
    bubbles = (await meta.get(f"/phones/{phone['id']}/messages")).json()["items"]
    assert [b["content"]["body"] for b in bubbles if b["side"] == "business"] == ["once"]


async def test_a_picture_from_the_phone_is_stored_and_served(
    running: Running, api: httpx2.AsyncClient, meta: httpx2.AsyncClient, phone: dict[str, Any]
) -> None:
    async with screen(api, running.demo["url"]) as seen:
        await meta.post(f"/phones/{phone['id']}/messages", json={"type": "image", "image": {"sample": True}})
        updated = await seen.until(
            lambda f: f["type"] == "message.updated" and f["data"]["message"]["attachments"][0]["state"] == "stored"
        )
    picture = await api.get(f"/attachments/{updated['data']['message']['attachments'][0]['id']}")
    assert picture.status_code == 200
    assert picture.content.startswith(b"\x89PNG")
