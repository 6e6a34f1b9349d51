"""Stands in for receiver, web, worker and sandbox: answers 200 on the inherited socket, or misbehaves as told."""

import asyncio
import os
import signal
import socket
import sys


async def main(name: str, fd: int) -> None:
    if name == os.environ.get("STANDIN_BROKEN"):
        sys.exit(f"{name} cannot start: the reason")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    server = await asyncio.start_server(answer, sock=socket.socket(fileno=fd))
    async with server:
        await stop.wait()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    body = str(os.getpid()).encode()
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))
    await writer.drain()
    writer.close()


asyncio.run(main(sys.argv[1], int(sys.argv[sys.argv.index("--fd") + 1])))
