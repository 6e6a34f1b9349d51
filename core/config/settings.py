"""What every process is started with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from core.config.key_ring import KeyRing
from core.config.model import (
    Egress,
    Mail,
    Metrics,
    People,
    Retention,
    Sending,
    Sentry,
    Server,
    Storage,
    Tracing,
)
from core.config.plugins import PluginGateMap
from core.limits.table import Table


@dataclass(frozen=True)
class Ports:
    """The base port and those that follow it."""

    web: int

    @property
    def receiver(self) -> int:
        return self.web + 1

    @property
    def sandbox(self) -> int:
        return self.web + 2

    @property
    def postgres(self) -> int:
        return self.web + 3

    @property
    def valkey(self) -> int:
        return self.web + 4

    @property
    def worker(self) -> int:
        """The worker's /healthz and /readyz, on loopback only."""
        return self.web + 5


@dataclass(frozen=True)
class Settings:
    """Frozen. `database_url` is a login that may make roles; the roles' logins are derived from it.

    The `…_outside` flags say that the operator named that service: it is never started here. `secret_key` is the
    current master key as it was at the start: good for deriving what may change with it, such as the hashes of phones
    in logs. What is sealed goes through a `core.secrets.Vault` made of `key_ring`.
    """

    config_path: Path
    data_dir: Path
    ports: Ports
    server: Server
    storage: Storage
    sending: Sending
    egress: Egress
    mail: Mail
    people: People
    metrics: Metrics
    sentry: Sentry
    tracing: Tracing
    plugins: PluginGateMap
    database_url: str = field(repr=False)
    database_outside: bool
    valkey_url: str = field(repr=False)
    valkey_outside: bool
    key_ring: KeyRing
    secret_key: str = field(repr=False)
    limits: Table
    retention: Retention = field(default_factory=Retention)

    @property
    def production(self) -> bool:
        return self.server.mode == "production"

    @property
    def registration_open(self) -> bool:
        """Whether anybody may make a tenant, once there is one."""
        chosen = self.people.registration or ("closed" if self.production else "open")
        return chosen == "open"

    @property
    def public_url(self) -> str:
        """Where browsers reach the web process, without a trailing slash."""
        return self.server.public_url or f"http://localhost:{self.ports.web}"

    @property
    def logs_dir(self) -> Path:
        return self.data_dir / "logs"
