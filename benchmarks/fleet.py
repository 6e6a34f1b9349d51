"""What docker-compose.yml starts, started by hand: its commands and environment, two of each, behind its Nginx.

Only places are changed: names of containers become ports of this machine, Garage becomes moto's S3 server.
"""

import asyncio
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3  # type: ignore[import-untyped]
import yaml
from moto.server import ThreadedMotoServer

from benchmarks.nginx import CHECKOUT, Front, front
from benchmarks.payload import Target
from benchmarks.stack import free_ports
from core.config import load
from core.db.pool import Database
from core.embedded.demo import APP, PHONE_NUMBER_ID, WABA_ID, Demo, ensure_demo, first_number
from core.embedded.scratch import scratch_postgres, scratch_valkey

COMPOSE: dict[str, Any] = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
_OURS = re.compile(r"(receiver|web|worker)-\d")
PROCESSES = [name for name in COMPOSE["services"] if _OURS.fullmatch(name)]
_OFFSET = {"web": 0, "receiver": 1, "worker": 5}
_STEP = 10
_VARIABLE = re.compile(r"\$\{(\w+)(?::[?-][^}]*)?\}")


@dataclass
class Process:
    """One of the containers' commands. Started again on the same port, as its container would be."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    running: "subprocess.Popen[bytes] | None" = field(default=None)

    @property
    def kind(self) -> str:
        return self.name.split("-")[0]

    @property
    def port(self) -> int:
        return int(self.environment["COMPTOIR_PORT"]) + _OFFSET[self.kind]

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(self.command, env=self.environment, cwd=CHECKOUT, stdout=log, stderr=log)

    def ready(self) -> bool:
        assert self.running is not None
        if self.running.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.running.returncode}:\n{self.log.read_text()[-3000:]}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def wait(self, seconds: float = 150) -> None:
        deadline = time.monotonic() + seconds
        while not self.ready():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{self.name} was not ready:\n{self.log.read_text()[-3000:]}")
            time.sleep(0.05)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Returns the exit status."""
        assert self.running is not None
        self.running.send_signal(number)
        return self.running.wait(45)

    async def roll(self) -> int:
        """Stop in order, start again, wait until ready: what `docker compose up -d --no-deps` does to one of them."""
        status = await asyncio.to_thread(self.stop)
        self.start()
        await asyncio.to_thread(self.wait)
        return status

    async def kill(self) -> None:
        """SIGKILL, then what `restart: unless-stopped` does."""
        await asyncio.to_thread(self.stop, signal.SIGKILL)
        self.start()
        await asyncio.to_thread(self.wait)


@dataclass
class Fleet:
    """Everything that runs, and how to reach it."""

    front: Front
    processes: dict[str, Process]
    demo: Demo
    database_url: str
    sandbox_url: str
    folder: Path

    @property
    def target(self) -> Target:
        return Target(f"{self.front.url}/webhooks/whatsapp/{APP}", self.demo.app_secret, PHONE_NUMBER_ID, WABA_ID)


@contextmanager
def fleet(sending: Mapping[str, Any] | None = None, *, fsync: bool = False) -> Iterator[Fleet]:
    """The whole of it, stopped and removed at the end. `sending` goes into config.yaml."""
    folder = Path(tempfile.mkdtemp(prefix="comptoir-fleet-"))
    folder.chmod(0o755)
    base = free_ports(_STEP * (len(PROCESSES) + 1))
    with ExitStack() as stack:
        postgres = stack.enter_context(scratch_postgres(fsync=fsync))
        valkey = stack.enter_context(scratch_valkey())
        asyncio.run(postgres.create_database("comptoir"))
        tls, sandbox = base + 1, base + 2
        places = {
            "postgresql://comptoir:${POSTGRES_PASSWORD:?set it in .env}@postgres:5432/comptoir":
                postgres.dsn("comptoir"),
            "redis://:${VALKEY_PASSWORD:?set it in .env}@valkey:6379/0": valkey.url,
            "http://s3:3900": stack.enter_context(_s3(base + 3)),
        }
        shared = _environment(COMPOSE["x-comptoir"]["environment"], places)
        shared |= {"COMPTOIR_DATA": str(folder), "PYTHONUNBUFFERED": "1",
                   "COMPTOIR_CONFIG": str(_config(folder, f"https://localhost:{tls}", sandbox, sending))}
        _run(_words("migrate"), {**_machine(), **shared, "COMPTOIR_HOST": "127.0.0.1"})
        processes = {name: _process(name, shared, base + _STEP * (n + 1), folder) for n, name in enumerate(PROCESSES)}
        demo = asyncio.run(_seed({**shared, "COMPTOIR_PORT": str(base)}, f"http://127.0.0.1:{sandbox}"))
        servers = {f"{one.name}:{8600 + _OFFSET[one.kind]}": f"127.0.0.1:{one.port}"
                   for one in processes.values() if one.kind != "worker"}  # fmt: skip
        stack.callback(_stop_all, processes)
        for one in processes.values():
            one.start()
        for one in processes.values():
            one.wait()
        (folder / "nginx").mkdir()
        before = stack.enter_context(front(folder / "nginx", (base, tls), servers))
        stack.enter_context(_sandbox(folder, sandbox, demo, before))
        yield Fleet(before, processes, demo, postgres.dsn("comptoir"), f"http://127.0.0.1:{sandbox}", folder)
    shutil.rmtree(folder)


def _words(service: str) -> list[str]:
    """The image's entry point and the service's command."""
    return [sys.executable, "-P", "-m", "core.cli", *COMPOSE["services"][service]["command"]]


def _machine() -> dict[str, str]:
    """This process's environment. Byte code is kept, as the image keeps it: compiling anew takes seconds a start."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _process(name: str, shared: Mapping[str, str], port: int, folder: Path) -> Process:
    environment = {**_machine(), **shared, "COMPTOIR_HOST": "127.0.0.1", "COMPTOIR_PORT": str(port)}
    return Process(name, _words(name), environment, folder / f"{name}.log")


def _environment(told: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    """The compose file's, with `.env` made up and its places on this machine."""
    secret = {"S3_ACCESS_KEY_ID": "GK" + secrets.token_hex(12)}

    def value(text: str) -> str:
        if text in places:
            return places[text]
        return _VARIABLE.sub(lambda found: "" if ":-" in found[0] else
                             secret.setdefault(found[1], secrets.token_hex(32)), text)  # fmt: skip

    return {name: value(text) for name, text in told.items()}


def _config(folder: Path, public_url: str, sandbox: int, sending: Mapping[str, Any] | None) -> Path:
    config = yaml.safe_load((CHECKOUT / "config.yaml").read_text())
    config["server"] |= {"mode": "production", "public_url": public_url}
    config["egress"] = {"allow": [f"127.0.0.1:{sandbox}"], "graph": [f"127.0.0.1:{sandbox}"]}
    config["sending"] |= dict(sending or {})
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config))
    return path


@contextmanager
def _s3(port: int) -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    url = f"http://127.0.0.1:{port}"
    boto3.client("s3", endpoint_url=url, region_name="us-east-1", aws_access_key_id="x",
                 aws_secret_access_key="x").create_bucket(Bucket="comptoir")  # fmt: skip
    try:
        yield url
    finally:
        server.stop()


async def _seed(environment: Mapping[str, str], sandbox_url: str) -> Demo:
    settings = load(environment)
    db = await Database.open(settings.database_url, app_size=2, system_size=2)
    try:
        demo = await ensure_demo(settings, db)
        await db.system.execute("update accounts set graph_url = $1", sandbox_url)
        await db.system.execute("update tenants set demo = false")
    finally:
        await db.close()
    return demo


@contextmanager
def _sandbox(folder: Path, port: int, demo: Demo, before: Front) -> Iterator[None]:
    """Meta in a box, whose webhooks come through Nginx like everybody's."""
    first = {**first_number(load({"COMPTOIR_DATA": str(folder), "DATABASE_URL": "postgresql://x@y/z",
                                  "VALKEY_URL": "redis://x", "COMPTOIR_SECRET_KEY": "x" * 40}), demo),
             "WEBHOOK_URL": f"{before.url}/webhooks/whatsapp/{APP}", "DATA": str(folder / "sandbox"),
             "PUBLIC_URL": f"http://127.0.0.1:{port}", "PORT": str(port)}  # fmt: skip
    environment = {**_machine(), "SSL_CERT_FILE": str(before.certificate),
                   **{f"COMPTOIR_SANDBOX_{name}": value for name, value in first.items()}}
    with (folder / "sandbox.log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "-P", "-m", "comptoir_sdk.sandbox"], env=environment, stdout=log,
                                   stderr=log)  # fmt: skip
        try:
            _wait_for(process, f"http://127.0.0.1:{port}/healthz", folder / "sandbox.log")
            yield
        finally:
            process.terminate()
            process.wait(10)


def _wait_for(process: "subprocess.Popen[bytes]", url: str, log: Path) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310 - loopback
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"it did not start:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.05)


def _stop_all(processes: Mapping[str, Process]) -> None:
    alive = [one for one in processes.values() if one.running is not None and one.running.poll() is None]
    threads = [threading.Thread(target=one.stop) for one in alive]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _run(words: list[str], environment: Mapping[str, str]) -> None:
    told = subprocess.run(words, env=dict(environment), cwd=CHECKOUT, capture_output=True, text=True)
    if told.returncode:
        raise RuntimeError(f"{' '.join(words)}:\n{told.stdout}\n{told.stderr}")
