"""Objects in a bucket of any S3 server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from aiohttp import ClientError as ConnectionLost
from botocore.exceptions import BotoCoreError, ClientError

from core.errors import NotFound, Unavailable
from core.storage.keys import checked
from core.storage.protocol import CHUNK, Source, Stored, pieces

_IN_MEMORY: Final = 4 * 1024 * 1024
PART_BYTES: Final = 64 * 1024 * 1024
"""S3 takes 10,000 parts of an object, so 640 GB."""
_SLOWEST: Final = 128 * 1024
"""Bytes a second: a store that takes them more slowly is away."""
_UNFINISHED: Final = timedelta(days=1)
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class _PastTheEnd(Exception):
    """Bytes were asked for that begin after the last one."""


class S3Storage:
    """Open it with `S3Storage.connect`, once per process, and close it at the end."""

    def __init__(self, client: Any, bucket: str, place: str, held: AsyncExitStack, part_bytes: int,
                 page: int, timeout: float) -> None:  # fmt: skip
        self._client, self._bucket, self._place, self._held = client, bucket, place, held
        self._part_bytes, self._page, self._timeout = part_bytes, page, timeout

    @classmethod
    async def connect(
        cls, bucket: str, *, access_key: str, secret_key: str, region: str = "us-east-1", endpoint: str | None = None,
        timeout: float = 30.0, part_bytes: int = PART_BYTES, page: int = 1000,
    ) -> "S3Storage":
        """`endpoint` None is Amazon's. `timeout` in seconds, for one silence. What is larger than `part_bytes` is put
        in parts of that size; listings come in pages of `page` keys. Calls nothing yet: see check."""
        config = AioConfig(
            connect_timeout=5, read_timeout=timeout, retries={"max_attempts": 2, "mode": "standard"},
            s3={"addressing_style": "path"}, signature_version="s3v4",
            # Other S3 servers refuse the trailing checksums that botocore adds by itself.
            request_checksum_calculation="when_required", response_checksum_validation="when_required",
        )
        held = AsyncExitStack()
        client = await held.enter_async_context(get_session().create_client(
            "s3", region_name=region, endpoint_url=endpoint, aws_access_key_id=access_key,
            aws_secret_access_key=secret_key, config=config,
        ))
        return cls(client, bucket, endpoint or "Amazon S3", held, part_bytes, page, timeout)

    async def put(self, key: str, source: Source, content_type: str) -> int:
        # The whole file first: a source that breaks off must not leave half an object.
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            size = await _spool(source, file)  # type: ignore[arg-type]
            if size > self._part_bytes:
                await self._put_parts(checked(key), file, content_type)  # type: ignore[arg-type]
                return size
            with self._asking():
                await self._answered(self._client.put_object(
                    Bucket=self._bucket, Key=checked(key), Body=file, ContentLength=size, ContentType=content_type
                ), size)
        return size

    async def _put_parts(self, key: str, file: BinaryIO, content_type: str) -> None:
        """One PUT takes 5 GB at most. What breaks off is given up, so that no parts are left to be paid for."""
        place = {"Bucket": self._bucket, "Key": key}
        with self._asking():
            begun = await self._answered(self._client.create_multipart_upload(**place, ContentType=content_type))
            place["UploadId"] = begun["UploadId"]
            try:
                parts = [part async for part in self._parts(place, file)]
                made = {"Parts": parts}
                await self._answered(self._client.complete_multipart_upload(**place, MultipartUpload=made))
            except BaseException:
                await self._answered(self._client.abort_multipart_upload(**place))
                raise

    async def _parts(self, place: dict[str, str], file: BinaryIO) -> AsyncIterator[dict[str, Any]]:
        number = 0
        while piece := await asyncio.to_thread(file.read, self._part_bytes):
            number += 1
            answer = await self._answered(
                self._client.upload_part(**place, PartNumber=number, Body=piece), len(piece))
            yield {"PartNumber": number, "ETag": answer["ETag"]}

    async def open(self, key: str, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        if length == 0:
            await self.size(key)
            return
        asked = {"Range": f"bytes={start}-{'' if length is None else start + length - 1}"} if start or length else {}
        try:
            with self._asking():
                answer = await self._answered(self._client.get_object(Bucket=self._bucket, Key=checked(key), **asked))
                async with answer["Body"] as body:
                    async for piece in body.iter_chunks(CHUNK):
                        yield piece
        except _PastTheEnd:
            return

    async def size(self, key: str) -> int:
        with self._asking():
            found = await self._answered(self._client.head_object(Bucket=self._bucket, Key=checked(key)))
        return int(found["ContentLength"])

    async def get(self, key: str) -> bytes:
        return b"".join([piece async for piece in self.open(key)])

    async def delete(self, key: str) -> None:
        with self._asking():
            await self._answered(self._client.delete_object(Bucket=self._bucket, Key=checked(key)))

    async def exists(self, key: str) -> bool:
        try:
            await self.size(key)
        except NotFound:
            return False
        return True

    async def keys(self, folder: str) -> AsyncIterator[str]:
        async for found in self.objects(folder):
            yield found.key

    async def objects(self, folder: str, after: str = "") -> AsyncIterator[Stored]:
        listing, from_here = self._client.get_paginator("list_objects_v2"), {"StartAfter": after} if after else {}
        pages = listing.paginate(Bucket=self._bucket, Prefix=f"{checked(folder)}/", **from_here,
                                 PaginationConfig={"PageSize": self._page})  # fmt: skip
        with self._asking():
            async for page in pages:
                for found in page.get("Contents", ()):
                    yield Stored(found["Key"], found["Size"], found["LastModified"])

    async def tidy(self) -> None:
        """Give up the parts of uploads that were begun more than a day ago: a bucket keeps, and charges, them."""
        with self._asking():
            told = await self._answered(self._client.list_multipart_uploads(Bucket=self._bucket))
            for one in told.get("Uploads", ()):
                if datetime.now(UTC) - one["Initiated"] > _UNFINISHED:
                    await self._answered(self._client.abort_multipart_upload(
                        Bucket=self._bucket, Key=one["Key"], UploadId=one["UploadId"]))

    async def check(self) -> None:
        try:
            with self._asking():
                await self._answered(self._client.head_bucket(Bucket=self._bucket))
        except NotFound:
            reason = f"There is no bucket {self._bucket!r} at {self._place}: make it, or check S3_BUCKET."
            raise Unavailable(reason) from None

    async def close(self) -> None:
        await self._held.aclose()

    async def _answered(self, call: Awaitable[Any], size: int = 0) -> Any:
        """A bound of our own: a server that never says that it may begin is not covered by the client's."""
        async with asyncio.timeout(2 * self._timeout + size / _SLOWEST):
            return await call

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise NotFound("The file is not in the storage any more.") from None
            if code == "InvalidRange":
                raise _PastTheEnd from None
            raise self._unavailable(f"it answered {code or 'an error'}") from error
        except (BotoCoreError, ConnectionLost, OSError, TimeoutError) as error:
            raise self._unavailable(type(error).__name__) from error

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(
            f"The bucket {self._bucket!r} at {self._place} cannot be used ({reason}): check S3_ENDPOINT_URL, "
            "S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, and that the server runs."
        )


async def _spool(source: Source, file: BinaryIO) -> int:
    size = 0
    async for piece in pieces(source):
        size += await asyncio.to_thread(file.write, piece)
    file.seek(0)
    return size
