"""Objects in a bucket of any S3 server."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any, BinaryIO, Final

from aiobotocore.config import AioConfig
from aiobotocore.session import get_session
from botocore.exceptions import BotoCoreError, ClientError

from core.errors import NotFound, Unavailable
from core.storage.keys import checked
from core.storage.protocol import CHUNK, Source, pieces

_IN_MEMORY: Final = 4 * 1024 * 1024
PART_BYTES: Final = 64 * 1024 * 1024
"""S3 takes 10,000 parts of an object, so 640 GB."""
_ABSENT: Final = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Storage:
    """Open it with `S3Storage.connect`, once per process, and close it at the end."""

    def __init__(self, client: Any, bucket: str, place: str, held: AsyncExitStack, part_bytes: int) -> None:
        self._client, self._bucket, self._place, self._held = client, bucket, place, held
        self._part_bytes = part_bytes

    @classmethod
    async def connect(
        cls, bucket: str, *, access_key: str, secret_key: str, region: str = "us-east-1", endpoint: str | None = None,
        timeout: float = 30.0, part_bytes: int = PART_BYTES,
    ) -> "S3Storage":
        """`endpoint` None is Amazon's. `timeout` in seconds, for one silence. What is larger than `part_bytes` is put
        in parts of that size. Calls nothing yet: see check."""
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
        return cls(client, bucket, endpoint or "Amazon S3", held, part_bytes)

    async def put(self, key: str, source: Source, content_type: str) -> int:
        # The whole file first: a source that breaks off must not leave half an object.
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
            size = await _spool(source, file)  # type: ignore[arg-type]
            if size > self._part_bytes:
                await self._put_parts(checked(key), file, content_type)  # type: ignore[arg-type]
                return size
            with self._asking():
                await self._client.put_object(
                    Bucket=self._bucket, Key=checked(key), Body=file, ContentLength=size, ContentType=content_type
                )
        return size

    async def _put_parts(self, key: str, file: BinaryIO, content_type: str) -> None:
        """One PUT takes 5 GB at most. What breaks off is given up, so that no parts are left to be paid for."""
        place = {"Bucket": self._bucket, "Key": key}
        with self._asking():
            begun = await self._client.create_multipart_upload(**place, ContentType=content_type)
            place["UploadId"] = begun["UploadId"]
            try:
                parts = [part async for part in self._parts(place, file)]
                await self._client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
            except BaseException:
                await self._client.abort_multipart_upload(**place)
                raise

    async def _parts(self, place: dict[str, str], file: BinaryIO) -> AsyncIterator[dict[str, Any]]:
        number = 0
        while piece := await asyncio.to_thread(file.read, self._part_bytes):
            number += 1
            answer = await self._client.upload_part(**place, PartNumber=number, Body=piece)
            yield {"PartNumber": number, "ETag": answer["ETag"]}

    async def open(self, key: str) -> AsyncIterator[bytes]:
        with self._asking():
            answer = await self._client.get_object(Bucket=self._bucket, Key=checked(key))
            async with answer["Body"] as body:
                async for piece in body.iter_chunks(CHUNK):
                    yield piece

    async def get(self, key: str) -> bytes:
        return b"".join([piece async for piece in self.open(key)])

    async def delete(self, key: str) -> None:
        with self._asking():
            await self._client.delete_object(Bucket=self._bucket, Key=checked(key))

    async def exists(self, key: str) -> bool:
        try:
            with self._asking():
                await self._client.head_object(Bucket=self._bucket, Key=checked(key))
        except NotFound:
            return False
        return True

    async def keys(self, folder: str) -> AsyncIterator[str]:
        listing = self._client.get_paginator("list_objects_v2")
        with self._asking():
            async for page in listing.paginate(Bucket=self._bucket, Prefix=f"{checked(folder)}/"):
                for found in page.get("Contents", ()):
                    yield found["Key"]

    async def check(self) -> None:
        try:
            with self._asking():
                await self._client.head_bucket(Bucket=self._bucket)
        except NotFound:
            reason = f"There is no bucket {self._bucket!r} at {self._place}: make it, or check S3_BUCKET."
            raise Unavailable(reason) from None

    async def close(self) -> None:
        await self._held.aclose()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            if code in _ABSENT:
                raise NotFound("The file is not in the storage any more.") from None
            raise self._unavailable(f"it answered {code or 'an error'}") from error
        except (BotoCoreError, OSError, TimeoutError) as error:
            raise self._unavailable(type(error).__name__) from error

    def _unavailable(self, reason: str) -> Unavailable:
        return Unavailable(
            f"The bucket {self._bucket!r} at {self._place} cannot be used ({reason}): check S3_ENDPOINT, S3_BUCKET, "
            "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY, and that the server runs."
        )


async def _spool(source: Source, file: BinaryIO) -> int:
    size = 0
    async for piece in pieces(source):
        size += await asyncio.to_thread(file.write, piece)
    file.seek(0)
    return size
