"""A mail server small enough to be told how to misbehave. It keeps what it took."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class SmtpStub:
    """`answers` replaces what a command is answered, by its first word."""

    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    taken: list[bytes] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._converse(reader, writer)
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _say(writer, "220 stub")
        while line := (await reader.readline()).decode():
            word = line.split()[0].upper().rstrip(":")
            self.commands.append(line.strip())
            answer = self.answers.get(word) or self._usual(word)
            _say(writer, answer)
            if word == "DATA" and answer.startswith("354"):
                self.taken.append(await reader.readuntil(b"\r\n.\r\n"))
                _say(writer, self.answers.get("BODY", "250 taken"))
            if word == "STARTTLS" and answer.startswith("220"):
                await writer.drain()
                await writer.start_tls(self._context)
            if word == "QUIT":
                return
            await writer.drain()

    def _usual(self, word: str) -> str:
        if word == "EHLO":
            return "250-stub\r\n250-STARTTLS\r\n250 AUTH PLAIN" if self.tls else "250 stub"
        return {"DATA": "354 go on", "STARTTLS": "220 go ahead", "AUTH": "235 welcome"}.get(word, "250 fine")

    @property
    def _context(self) -> ssl.SSLContext:
        assert self.tls is not None
        return self.tls


def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(text.encode() + b"\r\n")


@asynccontextmanager
async def smtp_stub(stub: SmtpStub, *, at_once: bool = False) -> AsyncIterator[SmtpStub]:
    """Listening on loopback. `at_once`: TLS from the first byte."""
    server = await asyncio.start_server(stub.serve, "127.0.0.1", 0, ssl=stub.tls if at_once else None)
    stub.port = server.sockets[0].getsockname()[1]
    try:
        yield stub
    finally:
        server.close()
        await server.wait_closed()
