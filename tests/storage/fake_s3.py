"""The few calls of S3 that storage makes, answered on loopback from a dictionary."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs

BUCKET = "media"


@dataclass
class FakeS3:
    """`fail_with` answers everything with that HTTP status."""

    port: int = 0
    objects: dict[str, bytes] = field(default_factory=dict)
    fail_with: int | None = None
    page: int = 1000
    parts: dict[str, dict[int, bytes]] = field(default_factory=dict)
    """Uploads under way, by key."""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await self._answer(head.decode(), reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line, *rest = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in rest if h)}
        method, path, _ = line.split(" ")
        if headers.get("expect") == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        bare, _, query = path.partition("?")
        status, content = self._done(method, bare, parse_qs(query, keep_blank_values=True), body)
        length = len(content)
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nETag: \"e{length}\"\r\n\r\n".encode())
        writer.write(b"" if method == "HEAD" else content)
        await writer.drain()

    def _done(self, method: str, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes]:
        _, bucket, *key = path.split("/", 2)
        if self.fail_with:
            return self.fail_with, b"<Error><Code>AccessDenied</Code></Error>"
        if bucket != BUCKET:
            return 404, b"<Error><Code>NoSuchBucket</Code></Error>"
        if "list-type" in query:
            return 200, self._listed(query)
        if not key or not key[0]:
            return 200, b""
        if "uploads" in query or "uploadId" in query:
            return 200, self._part(method, key[0], query, body)
        if method == "PUT":
            self.objects[key[0]] = body
        elif method == "DELETE":
            self.objects.pop(key[0], None)
            return 204, b""
        elif key[0] not in self.objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>"
        return 200, b"" if method == "PUT" else self.objects[key[0]]


    def _listed(self, query: dict[str, list[str]]) -> bytes:
        prefix, after = query.get("prefix", [""])[0], query.get("continuation-token", [""])[0]
        found = sorted(key for key in self.objects if key.startswith(prefix) and key > after)
        page, more = found[: self.page], len(found) > self.page
        contents = "".join(f"<Contents><Key>{key}</Key></Contents>" for key in page)
        token = f"<NextContinuationToken>{page[-1]}</NextContinuationToken>" if more else ""
        cut = f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        return f"<ListBucketResult>{cut}{contents}{token}</ListBucketResult>".encode()

    def _part(self, method: str, key: str, query: dict[str, list[str]], body: bytes) -> bytes:
        if "uploads" in query:
            self.parts[key] = {}
            return b"<InitiateMultipartUploadResult><UploadId>u1</UploadId></InitiateMultipartUploadResult>"
        if method == "PUT":
            self.parts[key][int(query["partNumber"][0])] = body
            return b""
        parts = self.parts.pop(key)
        if method == "POST":
            self.objects[key] = b"".join(parts[number] for number in sorted(parts))
        return b"<CompleteMultipartUploadResult></CompleteMultipartUploadResult>"


@asynccontextmanager
async def fake_s3() -> AsyncIterator[FakeS3]:
    found = FakeS3()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
