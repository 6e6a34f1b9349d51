"""What a restart keeps of a number: phones, threads, the index of the media, webhooks not yet answered, standing."""

import asyncio
import json
import os
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from comptoir_sdk.sandbox.media import MediaStore
from comptoir_sdk.sandbox.phones import ChatMessage, Phone, Phones
from comptoir_sdk.sandbox.standing import Standing
from comptoir_sdk.sandbox.webhooks import Webhooks

EVERY_SECONDS = 2.0
THREAD_AT_MOST = 500
FORMAT = 1


class SnapshotUnreadable(RuntimeError):
    """The file is not a snapshot of this format; the message says what to do."""


class Snapshot:
    """One JSON file, replaced whole, at most every two seconds and never for more than a fiftieth of the time."""

    def __init__(
        self, folder: Path | None, phones: Phones, media: MediaStore, webhooks: Webhooks, standing: Standing
    ) -> None:
        self._path = folder / "sandbox.json" if folder else None
        self._phones, self._media, self._webhooks, self._standing = phones, media, webhooks, standing
        self._dirty = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def touch(self) -> None:
        """Something changed; it will be written soon."""
        self._dirty.set()

    def start(self) -> None:
        """Begin to write in the background; without a folder there is nothing to do."""
        if self._path is not None:
            self._task = asyncio.get_running_loop().create_task(self._keep_writing())

    async def stop(self) -> None:
        """Write a last time."""
        if self._task is not None and self._path is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            _replace(self._path, self._dump())

    def load(self) -> bool:
        """Take up the previous run; False when there is none. Raises SnapshotUnreadable."""
        if self._path is None or not self._path.exists():
            return False
        try:
            state = json.loads(self._path.read_bytes())
            if state["format"] != FORMAT:
                raise ValueError(f"format {state['format']}")
            if "standing" in state:
                self._standing.load(state["standing"])
            self._media.load(state["media"])
            for item in state["phones"]:
                thread = [ChatMessage(**message) for message in item.pop("thread")]
                self._phones.add(Phone(**item, thread=thread))
            self._webhooks.resume(state["pending"])
        except (ValueError, KeyError, TypeError) as error:
            raise SnapshotUnreadable(
                f"{self._path} cannot be read ({error}): move it away and the sandbox starts afresh"
            ) from error
        return True

    async def _keep_writing(self) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            began = time.perf_counter()
            data = self._dump()
            cost = time.perf_counter() - began
            if self._path is not None:
                await asyncio.to_thread(_replace, self._path, data)
            await asyncio.sleep(max(EVERY_SECONDS, cost * 50))

    def _dump(self) -> bytes:
        state: dict[str, Any] = {
            "format": FORMAT,
            "phones": [_phone(phone) for phone in self._phones],
            "media": self._media.dump(),
            "pending": self._webhooks.pending(),
            "standing": self._standing.dump(),
        }
        return json.dumps(state, ensure_ascii=False).encode()


def _phone(phone: Phone) -> dict[str, Any]:
    thread, phone.thread = phone.thread, []
    try:
        shown = asdict(phone)
    finally:
        phone.thread = thread
    return shown | {"thread": [_message(message) for message in thread[-THREAD_AT_MOST:]]}


def _message(message: ChatMessage) -> dict[str, Any]:
    return {name: getattr(message, name) for name in ChatMessage.__slots__}


def _replace(path: Path, data: bytes) -> None:
    """Write beside, flush to disk, rename: a crash leaves the old file or the new one, never half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
