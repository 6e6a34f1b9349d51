"""`comptoir up`: everything on one machine, started in order, kept alive, stopped in order.

The parent imports no web framework and serves nothing, so that there is little in it that could fail.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import sys
import time
from collections.abc import Coroutine
from typing import Any

from core.config import Settings
from core.config.private_file import write_private
from core.db.pool import Database
from core.embedded.demo import EMAIL, Demo, ensure_demo, first_number, why_no_demo, write_demo_file
from core.embedded.directory import DirectoryLock
from core.embedded.edits import Edits
from core.embedded.errors import EmbeddedError
from core.embedded.listeners import open_listener
from core.embedded.log_watch import LogWatch
from core.embedded.outside import require_outside_services
from core.embedded.programs import (
    command,
    environment_of,
    postgres_service,
    program_service,
    sandbox_service,
    valkey_service,
)
from core.embedded.sandbox import find_sandbox_again, sandbox_environment, sandbox_url
from core.embedded.service import Service
from core.tenancy.tenants import is_new


class Supervisor:
    """Holds the data directory, the listening sockets and the services."""

    def __init__(self, settings: Settings, *, demo: bool = True) -> None:
        self._settings, self._wants_demo = settings, demo and not settings.production
        self._lock = DirectoryLock(settings.data_dir)
        self._listeners: dict[str, socket.socket] = {}
        self._stores: list[Service] = []
        self._programs: list[Service] = []
        self._keepers: list[asyncio.Task[None]] = []
        self._new = False
        self._began = time.monotonic()

    async def run(self) -> int:
        """Start all, stay until SIGTERM or Ctrl-C, stop all. Returns the exit status."""
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        try:
            await _unless(stop, self._start())
            await stop.wait()
        except EmbeddedError as error:
            print(f"\ncomptoir: {error}", file=sys.stderr, flush=True)
            return 1
        finally:
            await self._stop()
        return 0

    async def _start(self) -> None:
        self._take_data_directory()
        self._open_listeners()
        await self._start_stores()
        demo = await self._migrate_and_seed()
        await self._start_programs(demo)
        self._write_pids()
        if demo is not None:
            write_demo_file(self._settings, demo)
        self._banner(demo)

    def _take_data_directory(self) -> None:
        self._lock.acquire()
        self._forget_state()
        self._settings.logs_dir.mkdir(mode=0o700, exist_ok=True)

    def _open_listeners(self) -> None:
        settings, ports = self._settings, self._settings.ports
        public = {"web": ports.web, "receiver": ports.receiver}
        # The sandbox lets anyone write as any customer, the worker's port tells of the queue: loopback only.
        private = {"sandbox": ports.sandbox, "worker": ports.worker}
        for name, port in public.items():
            self._listeners[name] = open_listener(settings.server.host, port, name)
        for name, port in private.items():
            self._listeners[name] = open_listener("127.0.0.1", port, name)

    async def _start_stores(self) -> None:
        if not self._settings.database_outside:
            self._stores.append(postgres_service(self._settings))
        if not self._settings.valkey_outside:
            self._stores.append(valkey_service(self._settings))
        names = " and ".join(service.name for service in self._stores)
        self.say(f"starting {names}" if names else "using the database and Valkey that are named")
        await _all(require_outside_services(self._settings), *(service.start() for service in self._stores))
        self._keep(self._stores)

    async def _migrate_and_seed(self) -> Demo | None:
        from core.commands.migrate import migrate

        self.say("migrating")
        await migrate(self._settings, self.say)
        db = await Database.open(self._settings.database_url, app_size=2, system_size=2)
        try:
            return await self._seed(db)
        finally:
            await db.close()

    async def _seed(self, db: Database) -> Demo | None:
        demo, reason = None, await why_no_demo(db) if self._wants_demo else None
        if reason:
            self.say(reason)
        elif self._wants_demo:
            demo = await ensure_demo(self._settings, db)
        if not self._settings.production:
            await find_sandbox_again(self._settings, db)
        self._new = await is_new(db)
        return demo

    async def _start_programs(self, demo: Demo | None) -> None:
        settings, listeners = self._settings, self._listeners
        self._programs = [
            program_service("receiver", settings, listeners["receiver"]),
            program_service("web", settings, listeners["web"]),
            # Longer than a call to Meta may last, or a message in flight would be left uncertain.
            program_service(
                "worker", settings, listeners["worker"], patience=settings.sending.http_timeout_seconds + 10
            ),
        ]
        if settings.production:
            listeners.pop("sandbox").close()
        else:
            environment = sandbox_environment(settings, first_number(settings, demo) if demo else None)
            self._programs.append(sandbox_service(settings, listeners["sandbox"], environment))
        self.say("starting " + ", ".join(service.name for service in self._programs))
        watch = LogWatch([service.log for service in self._programs], self.say)
        self._keepers.append(asyncio.create_task(watch.run()))
        await _all(*(service.start() for service in self._programs))
        self._keep(self._programs)
        if not settings.production:
            self._keepers.append(asyncio.create_task(Edits(settings.config_path).run(self._take_up)))

    async def _take_up(self, edited: list[str]) -> None:
        """Development: a plugin's Python was edited, or one was installed."""
        told = edited[0] if len(edited) == 1 else f"{edited[0]} and {len(edited) - 1} more"
        self.say(f"{told} changed: web and worker start again")
        # In a process of its own: what was installed a moment ago cannot be imported here.
        environment = environment_of(self._settings)
        migrating = await asyncio.create_subprocess_exec(*command("core.cli", "migrate"), env=environment)
        await migrating.wait()
        await asyncio.gather(*(one.restart() for one in self._programs if one.name in ("web", "worker")))

    def _keep(self, services: list[Service]) -> None:
        for service in services:
            self._keepers.append(asyncio.create_task(service.keep(self.say, self._write_pids)))

    def _write_pids(self) -> None:
        running = {service.name: service.pid for service in (*self._programs, *self._stores)}
        write_private(self._settings.data_dir / "pids.json", json.dumps(running, indent=2) + "\n")

    def _banner(self, demo: Demo | None) -> None:
        settings = self._settings
        lines = [f"  Inbox     {settings.public_url}"]
        if self._new:
            lines = [f"  Begin     {settings.public_url}  makes your organisation"]
            if settings.production:
                lines.append("            with the code that `comptoir setup-code` prints")
        if demo is not None:
            lines += [f"  Demo      {EMAIL}  {demo.password}"]
        if not settings.production:
            lines += [f"  Phones    {sandbox_url(settings)}"]
        lines += [f"  Webhooks  http://127.0.0.1:{settings.ports.receiver}/webhooks/whatsapp/<app>",
                  f"  Data      {settings.data_dir}"]  # fmt: skip
        print("\n".join(["", "Comptoir is ready.", "", *lines, "", "Ctrl-C stops everything.", ""]), flush=True)

    async def _stop(self) -> None:
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        if self._programs or self._stores:
            self.say("stopping")
        for group in (self._programs, self._stores):
            await asyncio.gather(*(service.stop() for service in group))
        for listener in self._listeners.values():
            listener.close()
        if self._lock.held:
            self._forget_state()
        self._lock.release()

    def _forget_state(self) -> None:
        """What says "ready" must not outlive it."""
        for name in ("demo.json", "pids.json"):
            (self._settings.data_dir / name).unlink(missing_ok=True)

    def say(self, text: str) -> None:
        """One line for the person at the terminal, with the seconds since the start."""
        print(f"[{time.monotonic() - self._began:6.1f} s] {text}", flush=True)


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, and leave it at once when told to stop meanwhile."""
    task = asyncio.create_task(work)
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
    finally:
        for pending in (task, stopped):
            pending.cancel()
            with contextlib.suppress(asyncio.CancelledError, EmbeddedError):
                await pending


async def _all(*work: Coroutine[Any, Any, None]) -> None:
    """All at once; the first failure is raised after the others have been left."""
    tasks = [asyncio.create_task(item) for item in work]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def up(settings: Settings, *, demo: bool = True) -> int:
    """Run until told to stop."""
    return asyncio.run(Supervisor(settings, demo=demo).run())
