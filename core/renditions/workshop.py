"""The parent's side: one child for each file, bounded in time, memory and number."""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Literal, Self, TypeAlias

Task: TypeAlias = Literal["picture", "video", "sound", "voice", "image", "sticker"]
"""sticker: what it is. picture, video: a thumbnail. sound: its wave. voice, image: as WhatsApp takes them."""
_CODE: Final = str(Path(__file__).parent.parent.parent)
_LONGEST_FACTS: Final = 16 * 1024


class Unmakeable(Exception):
    """Nothing can be made of this file, now or later: it is not what it says, too large, or it harms its reader."""


@dataclass(frozen=True, slots=True)
class Made:
    """What the child told, and the bytes it made: none where it had only something to tell."""

    facts: Mapping[str, Any]
    data: bytes


class Workshop:
    """One for each process. `at_once` children; what asks for more waits."""

    def __init__(self, *, at_once: int = 2, seconds: float = 30.0, memory: int = 768 * 1024 * 1024) -> None:
        self._places, self._seconds, self._memory = asyncio.Semaphore(at_once), seconds, memory

    async def make(self, task: Task, mime_type: str, source: "Spooled", *, largest: int) -> Made:
        """Raises Unmakeable."""
        async with self._places:
            with tempfile.TemporaryFile() as result:
                await self._run(task, mime_type, source.file, result, largest)
                return await asyncio.to_thread(_read, result, largest)

    async def _run(self, task: Task, mime_type: str, source: IO[bytes], result: IO[bytes], largest: int) -> None:
        source.seek(0)
        limits = [str(self._memory), str(int(self._seconds) + 1), str(largest + _LONGEST_FACTS)]
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-s", "-m", "core.renditions.child", task, mime_type, str(largest), *limits,
            stdin=source, stdout=result, stderr=asyncio.subprocess.DEVNULL, env={"PYTHONPATH": _CODE}, cwd="/",
        )
        try:
            async with asyncio.timeout(self._seconds):
                status = await child.wait()
        except TimeoutError:
            raise Unmakeable(f"it took longer than {self._seconds:g} s") from None
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if status != 0:
            raise Unmakeable("its reader gave up" if status > 0 else f"its reader died of signal {-status}")


class Spooled:
    """A file's bytes, beside the process and not in it: `async with Spooled.of(pieces) as source`."""

    def __init__(self, pieces: AsyncIterable[bytes]) -> None:
        self._pieces = pieces
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by __aexit__
        self.size = 0

    async def __aenter__(self) -> Self:
        try:
            async for piece in self._pieces:
                self.size += await asyncio.to_thread(self.file.write, piece)
            await asyncio.to_thread(self.file.flush)
        except BaseException:
            self.file.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.file.close()


def _read(result: IO[bytes], largest: int) -> Made:
    """A line of JSON, then the bytes. The child wrote it, so nothing in it is believed to be short or well-formed."""
    result.seek(0)
    line = result.readline(_LONGEST_FACTS)
    try:
        facts = json.loads(line)
    except ValueError:
        raise Unmakeable("its reader told nothing that can be read") from None
    data = result.read(largest + 1)
    if not isinstance(facts, dict) or len(data) > largest:
        raise Unmakeable("its reader told too much")
    if "error" in facts:
        raise Unmakeable(str(facts["error"])[:200])
    return Made(facts, data)
