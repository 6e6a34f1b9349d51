"""Objects in a folder on disk: the default of an installation on one machine."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

from core.errors import NotFound, Unavailable
from core.storage.keys import checked
from core.storage.protocol import CHUNK, Source, Stored, pieces

_UNFINISHED_SECONDS: Final = 86_400


class FolderStorage:
    """Files under `root`, written beside and renamed into place, with fsync before and after."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._incoming = self._root / ".incoming"

    async def put(self, key: str, source: Source, content_type: str) -> int:
        target, unfinished = self._path(key), self._incoming / uuid4().hex
        try:
            size = await self._write(unfinished, source)
            await asyncio.to_thread(_settle, unfinished, target)
        except OSError as error:
            raise self._unavailable(error) from error
        finally:
            with contextlib.suppress(OSError):
                await asyncio.to_thread(unfinished.unlink, missing_ok=True)
        return size

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        file, left = await self._open(key), length
        try:
            await asyncio.to_thread(file.seek, start)
            while piece := await asyncio.to_thread(file.read, CHUNK if left is None else min(CHUNK, left)):
                yield piece
                left = None if left is None else left - len(piece)
        finally:
            file.close()

    async def size(self, key: str) -> int:
        with await self._open(key) as file:
            return os.fstat(file.fileno()).st_size

    async def get(self, key: str) -> bytes:
        with await self._open(key) as file:
            return await asyncio.to_thread(file.read)

    async def delete(self, key: str) -> None:
        try:
            await asyncio.to_thread(self._path(key).unlink, missing_ok=True)
        except OSError as error:
            raise self._unavailable(error) from error

    async def exists(self, key: str) -> bool:
        return await asyncio.to_thread(self._path(key).is_file)

    async def keys(self, folder: str) -> AsyncIterator[str]:
        async for found in self.objects(folder):
            yield found.key

    async def objects(self, folder: str, after: str = "") -> AsyncIterator[Stored]:
        self._path(folder)
        waiting = [f"{folder}/"]  # a stack, so that what a folder holds comes before what follows the folder
        while waiting:
            name = waiting.pop()
            if not name.endswith("/"):
                if name > after and (found := await asyncio.to_thread(self._stored, name)) is not None:
                    yield found
            elif not after or name > after or after.startswith(name):
                try:
                    waiting += reversed(await asyncio.to_thread(_listed, self._root, name))
                except OSError as error:
                    raise self._unavailable(error) from error

    async def tidy(self) -> None:
        await asyncio.to_thread(_forget_old, self._incoming)

    async def check(self) -> None:
        probe = f"check-{uuid4().hex}"
        await self.put(probe, b"can be written", "text/plain")
        await self.delete(probe)

    async def close(self) -> None:
        """Nothing is held open."""

    def _path(self, key: str) -> Path:
        path = self._root / checked(key)
        # A link placed inside the folder must not lead a write out of it.
        if not path.parent.resolve().is_relative_to(self._root.resolve()) or path.is_symlink():
            raise ValueError(f"the storage key {key!r} leads out of the storage folder")
        return path

    def _stored(self, key: str) -> Stored | None:
        try:
            told = (self._root / key).stat(follow_symlinks=False)
        except FileNotFoundError:  # deleted since the folder was read
            return None
        return Stored(key, told.st_size, datetime.fromtimestamp(told.st_mtime, UTC))

    async def _open(self, key: str) -> BinaryIO:
        try:
            return await asyncio.to_thread(open, self._path(key), "rb")
        except (FileNotFoundError, IsADirectoryError):
            raise NotFound("The file is not in the storage any more.") from None
        except OSError as error:
            raise self._unavailable(error) from error

    async def _write(self, path: Path, source: Source) -> int:
        await asyncio.to_thread(self._incoming.mkdir, parents=True, exist_ok=True, mode=0o700)
        size = 0
        with await asyncio.to_thread(open, path, "xb") as file:
            async for piece in pieces(source):
                size += await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(_flush, file)
        return size

    def _unavailable(self, error: OSError) -> Unavailable:
        return Unavailable(
            f"Files cannot be kept in {self._root} ({error.strerror or type(error).__name__}): "
            "check that the folder is writable and the disk not full (storage.path in config.yaml)."
        )


def _listed(root: Path, folder: str) -> list[str]:
    """What is in there, folders with a slash at the end, in the order of the keys below."""
    try:
        with os.scandir(root / folder) as found:
            names = [entry.name + "/" if entry.is_dir(follow_symlinks=False) else entry.name for entry in found]
    except (FileNotFoundError, NotADirectoryError):
        return []
    return sorted(folder + name for name in names)


def _forget_old(incoming: Path) -> None:
    """What a put left that was killed. Nothing takes a day to be written."""
    for left in incoming.glob("*") if incoming.is_dir() else ():
        with contextlib.suppress(FileNotFoundError):
            if time.time() - left.stat().st_mtime > _UNFINISHED_SECONDS:
                left.unlink()


def _flush(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _settle(unfinished: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    unfinished.replace(target)
    # The rename itself must survive a power cut, or a stored attachment would be gone.
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
