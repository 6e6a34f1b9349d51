"""From the customer's phone to the agent's screen: the sandbox's phone writes, a WebSocket hears of it."""

import asyncio
import json
import time
from typing import Any

import httpx2
from websockets.asyncio.client import connect

from benchmarks.report import Report

_RATE, _COUNT, _PHONES = 50, 1_000, 40


async def measure(demo: dict[str, Any], report: Report) -> None:
    """p50 and p99 at 50 messages a second, with acknowledgement, intake, sequencer and gateway between."""
    headers = {"Authorization": f"Bearer {demo['api_key']}"}
    async with httpx2.AsyncClient(timeout=30) as http:
        me = (await http.get(f"{demo['url']}/api/v1/bootstrap", headers=headers)).raise_for_status().json()
        made = await http.post(f"{demo['sandbox_url']}/sandbox/api/phones", json={"count": _PHONES})
        phones = [phone["id"] for phone in made.raise_for_status().json()["items"]]
        socket = demo["url"].replace("http", "ws", 1) + f"/ws?cursor={me['cursor']}"
        async with connect(socket, additional_headers=headers) as screen:
            seen = await _race(http, screen, demo["sandbox_url"], phones)
    seen.sort()
    report.add(f"phone to screen p50 at {_RATE}/s", 1000 * seen[len(seen) // 2], "ms")
    report.add(f"phone to screen p99 at {_RATE}/s", 1000 * seen[int(len(seen) * 0.99)], "ms")


async def _race(http: httpx2.AsyncClient, screen: Any, sandbox: str, phones: list[str]) -> list[float]:
    written: dict[str, float] = {}
    start = time.perf_counter()

    async def write(number: int) -> None:
        text = f"bench {number}"
        await asyncio.sleep(max(0.0, start + number / _RATE - time.perf_counter()))
        written[text] = time.perf_counter()
        url = f"{sandbox}/sandbox/api/phones/{phones[number % len(phones)]}/messages"
        (await http.post(url, json={"type": "text", "text": text})).raise_for_status()

    async with asyncio.TaskGroup() as group:
        for number in range(_COUNT):
            group.create_task(write(number))
        return await asyncio.wait_for(_listen(screen, written), 120)


async def _listen(screen: Any, written: dict[str, float]) -> list[float]:
    latencies: list[float] = []
    async for frame in screen:
        told = json.loads(frame)
        body = told["data"]["message"]["body"] if told.get("type") == "message.received" else None
        if body in written:
            latencies.append(time.perf_counter() - written[body])
        if len(latencies) == _COUNT:
            break
    return latencies
