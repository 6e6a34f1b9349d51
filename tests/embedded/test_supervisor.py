"""`comptoir up` with real PostgreSQL and Valkey, and tiny stand-ins for the programs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.embedded.directory import free_port

from .conftest import ROOT, alive, until

KEYS = {
    "url", "email", "password", "api_key", "tenant", "phone_number_id", "waba_id", "webhook_url", "app_secret",
    "verify_token", "sandbox_url", "database_url", "valkey_url",
}  # fmt: skip
PROGRAMS = {"receiver", "web", "worker", "sandbox"}
STANDIN = str(Path(__file__).with_name("standin.py"))
CODE = f"""
import sys
from core.embedded import programs
programs.command = lambda module, *name: [sys.executable, {STANDIN!r}, *(name or ("sandbox",))]
from core.cli import main
sys.exit(main(["up", *sys.argv[1:]]))
"""


def free_base_port() -> int:
    """A port whose five followers are free too."""
    while True:
        base = free_port()
        with contextlib.ExitStack() as held, contextlib.suppress(OSError):
            for port in range(base, base + 6):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return base


class Up:
    """A running `comptoir up`."""

    def __init__(self, data: Path, port: int, *arguments: str, **env: str) -> None:
        self.data, self.port = data, port
        data.parent.mkdir(parents=True, exist_ok=True)
        self.console = data.parent / f"console-{port}"
        cleared = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "VALKEY_URL")}
        with self.console.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", CODE, *arguments],
                cwd=ROOT,
                env={**cleared, "COMPTOIR_PORT": str(port), "COMPTOIR_DATA": str(data), **env},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def started(self) -> None:
        def written() -> bool:
            assert self.process.poll() is None, self.said()
            return "Comptoir is ready" in self.said()

        until(written, 40)

    def ready(self) -> dict[str, str]:
        def written() -> bool:
            assert self.process.poll() is None, self.said()
            return (self.data / "demo.json").exists()

        until(written, 40)
        values: dict[str, str] = json.loads((self.data / "demo.json").read_text())
        return values

    def pids(self) -> dict[str, int]:
        values: dict[str, int] = json.loads((self.data / "pids.json").read_text())
        return values

    def said(self) -> str:
        return self.console.read_text(errors="replace")

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(40)


@pytest.fixture
def up(short_dir: Path) -> Iterator[Up]:
    running = Up(short_dir / "var", free_base_port())
    yield running
    if running.process.poll() is None:
        running.end()


def test_it_becomes_ready_and_ctrl_c_leaves_nothing(up: Up) -> None:
    demo = up.ready()
    assert set(demo) == KEYS
    assert demo["webhook_url"] == f"http://127.0.0.1:{up.port + 1}/webhooks/whatsapp/atlas"
    assert stat.S_IMODE((up.data / "demo.json").stat().st_mode) == 0o600
    pids = up.pids()
    assert set(pids) == {*PROGRAMS, "postgres", "valkey"}
    assert all(alive(pid) for pid in pids.values())
    assert up.end(signal.SIGINT) == 0, up.said()
    assert not any(alive(pid) for pid in pids.values())
    assert not (up.data / "demo.json").exists()
    assert "Comptoir is ready" in up.said()


def test_what_dies_is_started_again_and_said(up: Up) -> None:
    up.ready()
    for name in ("receiver", "postgres", "valkey"):
        before = up.pids()[name]
        os.kill(before, signal.SIGKILL)
        until(lambda name=name, before=before: up.pids()[name] not in (before, None))  # type: ignore[misc]
        until(lambda name=name: f"{name} runs again" in up.said())  # type: ignore[misc]
    assert "receiver was ended by SIGKILL; starting it again" in up.said()


def test_a_restart_refuses_no_connection(up: Up) -> None:
    up.ready()
    before = up.pids()["web"]
    os.kill(before, signal.SIGKILL)
    # Asked at once: the socket is the parent's, so the question waits for the next child.
    with urllib.request.urlopen(f"http://127.0.0.1:{up.port}/", timeout=20) as answer:
        assert int(answer.read()) != before


def test_a_killed_parent_leaves_nothing_that_stops_the_next_one(up: Up) -> None:
    first = up.ready()
    pids = up.pids()
    up.end(signal.SIGKILL)
    until(lambda: not any(alive(pid) for pid in pids.values()))
    again = Up(up.data, up.port)
    try:
        assert again.ready() == first
    finally:
        again.end()


def test_two_run_side_by_side_and_one_data_directory_serves_one(up: Up, short_dir: Path) -> None:
    up.ready()
    beside = Up(short_dir / "other" / "var", free_base_port())
    try:
        assert beside.ready()["url"] != up.ready()["url"]
        intruder = Up(up.data, free_base_port())
        assert intruder.process.wait(20) == 1
        assert "in use by another running Comptoir" in intruder.said()
        assert (up.data / "demo.json").exists()
    finally:
        assert beside.end() == 0


@pytest.mark.parametrize("offset", range(6))
def test_a_taken_port_is_named(short_dir: Path, offset: int) -> None:
    base = free_base_port()
    with socket.create_server(("127.0.0.1", base + offset)):
        refused = Up(short_dir / "var", base)
        assert refused.process.wait(30) == 1
        assert f"port {base + offset}" in refused.said()
        assert "COMPTOIR_PORT" in refused.said()


def test_a_program_that_cannot_start_ends_everything_with_its_reason(short_dir: Path) -> None:
    broken = Up(short_dir / "var", free_base_port(), STANDIN_BROKEN="worker")
    assert broken.process.wait(40) == 1
    assert "worker cannot start: the reason" in broken.said()


@pytest.mark.parametrize(
    ("name", "value"),
    [("DATABASE_URL", "postgresql://u:p@127.0.0.1:{port}/comptoir"), ("VALKEY_URL", "redis://127.0.0.1:{port}/0")],
)
def test_an_outside_service_that_is_away_is_an_error(short_dir: Path, name: str, value: str) -> None:
    away = Up(short_dir / "var", free_base_port(), **{name: value.format(port=free_port())})
    assert away.process.wait(40) == 1
    assert f"{name}: " in away.said()
    assert "unset it to use the embedded" in away.said()


def test_a_bucket_that_is_away_is_an_error(short_dir: Path) -> None:
    s3 = {"S3_ENDPOINT_URL": f"http://127.0.0.1:{free_port()}", "S3_BUCKET": "b", "S3_ACCESS_KEY_ID": "i",
          "S3_SECRET_ACCESS_KEY": "s"}  # fmt: skip
    away = Up(short_dir / "var", free_base_port(), **s3)
    assert away.process.wait(40) == 1
    assert "S3_ENDPOINT_URL: the bucket 'b'" in away.said()


def test_it_starts_in_a_long_path_under_the_c_locale(short_dir: Path) -> None:
    running = Up(short_dir / ("long " * 30) / ("x" * 100) / "var", free_base_port(), LC_ALL="C")
    running.ready()
    assert running.end() == 0, running.said()


def test_without_a_demo_it_waits_for_the_first_organisation(short_dir: Path) -> None:
    up = Up(short_dir / "var", free_base_port(), "--no-demo")
    try:
        up.started()
        assert not (up.data / "demo.json").exists()
        assert f"Begin     http://localhost:{up.port}" in up.said()
        assert set(up.pids()) == {*PROGRAMS, "postgres", "valkey"}
    finally:
        assert up.end() == 0, up.said()
