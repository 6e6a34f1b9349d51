from __future__ import annotations

import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from core.embedded.errors import DirectoryInUse, PortTaken
from core.embedded.valkey import EmbeddedValkey

from .conftest import Parent, alive, until

START = """
import sys
from pathlib import Path
from core.embedded.valkey import EmbeddedValkey
server = EmbeddedValkey(Path({path!r}))
server.start()
print(server.pid, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def server(short_dir: Path) -> Iterator[EmbeddedValkey]:
    running = EmbeddedValkey(short_dir / "a long 'name'" / "valkey")
    running.start()
    yield running
    running.stop()


def client(server: EmbeddedValkey) -> redis.Redis:
    return redis.Redis.from_url(server.url)


def test_it_keeps_what_it_was_told_over_a_kill(server: EmbeddedValkey) -> None:
    with client(server) as connection:
        connection.set("k", "v")
        connection.execute_command("WAITAOF", 1, 0, 5000)
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: server.pid is None)
    server.start()
    with client(server) as connection:
        assert connection.get("k") == b"v"


def test_nobody_enters_without_the_password(server: EmbeddedValkey) -> None:
    with redis.Redis(port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_its_password_is_in_no_command_line(server: EmbeddedValkey) -> None:
    assert server.password.encode() not in Path(f"/proc/{server.pid}/cmdline").read_bytes()
    for name in ("valkey.conf", "password"):
        assert stat.S_IMODE((server.data_dir / name).stat().st_mode) == 0o600


def test_a_killed_parent_takes_it_along_and_the_next_start_works(short_dir: Path) -> None:
    parent = Parent(START.format(path=str(short_dir / "valkey")))
    parent.kill()
    until(lambda: not alive(parent.pid_of_service))
    again = EmbeddedValkey(short_dir / "valkey")
    again.start()
    again.stop()


def test_the_same_directory_twice_is_refused(server: EmbeddedValkey) -> None:
    with pytest.raises(DirectoryInUse):
        EmbeddedValkey(server.data_dir).start()


def test_a_taken_port_is_named(short_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(PortTaken, match="COMPTOIR_PORT"):
        EmbeddedValkey(short_dir / "valkey", taken.getsockname()[1]).start()
