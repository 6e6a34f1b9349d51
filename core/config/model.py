"""The shape of config.yaml. A key that is not here is refused."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from core.limits.table import By, changed

_SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
_PLUGIN = r"^[a-z][a-z0-9_]*$"

Slug = Annotated[str, Field(pattern=_SLUG)]
PluginName = Annotated[str, Field(pattern=_PLUGIN)]
PluginSettings = dict[str, Any]


_QUOTA = re.compile(r"([1-9]\d{0,8})/([1-9]\d{0,4})?([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _as_quota(value: object) -> object:
    """`50/5m` is 50 requests in five minutes, `600/m` in one."""
    if not isinstance(value, str):
        return value
    found = _QUOTA.fullmatch(value)
    if found is None:
        raise ValueError("must be a number of requests and a time, as in 50/5m or 600/s, or null for no limit")
    return int(found[1]), int(found[2] or 1) * _SECONDS[found[3]]


Quota = Annotated[tuple[int, int], BeforeValidator(_as_quota)]


def _as_mapping(value: object) -> object:
    """`[inbox, contacts]` is short for `{inbox: {}, contacts: {}}`, and an empty value for `{}`."""
    if isinstance(value, list):
        return {name: {} for name in value}
    if isinstance(value, dict):
        return {name: {} if settings is None else settings for name, settings in value.items()}
    return value


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Server(Section):
    """`port` is the base: receiver, sandbox and the embedded services take the next ones.

    `drain_seconds`: for how long after SIGTERM /readyz says 503 while requests are still taken, for a balancer that
    asks it. Nginx does not ask: it goes on to the next server by itself.
    """

    host: str = "127.0.0.1"
    port: int = Field(default=8600, ge=1, le=65500)
    public_url: str | None = Field(default=None, pattern=r"^https?://[^/\s]+$")
    web_server: Literal["hypercorn", "uvicorn"] = "hypercorn"
    receiver_server: Literal["uvicorn", "hypercorn"] = "uvicorn"
    drain_seconds: float = Field(default=0, ge=0, le=60)
    mode: Literal["development", "production"] = "development"


class S3(Section):
    endpoint: str | None = Field(default=None, pattern=r"^https?://\S+$")
    bucket: str | None = None
    region: str = "us-east-1"
    access_key: str | None = None
    secret_key: str | None = Field(default=None, repr=False)


class Storage(Section):
    """Where attachments are kept. A relative `path` starts at COMPTOIR_DATA."""

    kind: Literal["folder", "s3"] = "folder"
    path: Path = Path("media")
    s3: S3 = S3()

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in ("bucket", "access_key", "secret_key") if not getattr(self.s3, name)]
        if self.kind == "s3" and missing:
            wanted = ", ".join(f"storage.s3.{name}" for name in missing)
            variables = "S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY"
            raise ValueError(f"kind s3 needs {wanted}: set it here, or by the environment ({variables})")
        return self


def _address(text: str) -> Address:
    name, spec = parseaddr(text)
    return Address(name, addr_spec=spec)


class Mail(Section):
    """How mail leaves: into the folder `outbox` of COMPTOIR_DATA, or through an SMTP server. `from` may have a name."""

    kind: Literal["folder", "smtp"] = "folder"
    sender: str = Field(default="Comptoir <comptoir@localhost>", alias="from")
    host: str | None = Field(default=None, pattern=r"^[A-Za-z0-9.:-]+$")
    port: int | None = Field(default=None, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = Field(default=None, repr=False)

    @property
    def address(self) -> Address:
        """Who the mail comes from."""
        return _address(self.sender)

    @property
    def smtp_port(self) -> int:
        """The one given, else what is usual for the kind of security."""
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]

    @field_validator("sender")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        cure = "must be an address such as 'Atlas Store <inbox@atlas.ma>'"
        try:
            domain = _address(text).domain
        except (ValueError, HeaderParseError, IndexError) as error:
            raise ValueError(cure) from error
        if not domain:
            raise ValueError(cure)
        return text

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.kind == "smtp" and not self.host:
            raise ValueError("kind smtp needs mail.host")
        if self.kind == "smtp" and "sender" not in self.model_fields_set:
            raise ValueError("kind smtp needs mail.from, an address that the server may send for")
        if self.security == "none" and self.password and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("security none would send mail.password in the clear: use starttls or tls")
        return self


class People(Section):
    """Who may make a tenant by themselves. Left out: anybody in development, nobody after the first in production."""

    registration: Literal["open", "closed"] | None = None


class Uncertain(Section):
    """What happens to a message that Meta may or may not have taken, after `grace_seconds` of silence."""

    grace_seconds: float = Field(default=60, ge=1)
    then: Literal["resend", "ask"] = "resend"


class Sending(Section):
    uncertain: Uncertain = Uncertain()
    http_timeout_seconds: float = Field(default=15, gt=0, le=600)


class Egress(Section):
    """Networks (CIDR) and hosts that may be called although they are private.

    `graph` is what the numbers of tenants may name as their Graph address: it takes nothing from `allow`, for whoever
    connects a number chooses the host. `webhooks` is the same for the addresses that tenants have events sent to.
    """

    allow: tuple[str, ...] = ()
    graph: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()


class Metrics(Section):
    """Who may read /metrics: whoever shows `token`; without one, whoever calls from `allow` and through no proxy."""

    token: str | None = Field(default=None, min_length=16, repr=False)
    allow: tuple[str, ...] = ("127.0.0.0/8", "::1/128")

    @property
    def networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`allow`, as networks."""
        return tuple(ip_network(one, strict=False) for one in self.allow)

    @field_validator("allow")
    @classmethod
    def _are_networks(cls, allow: tuple[str, ...]) -> tuple[str, ...]:
        for one in allow:
            try:
                ip_network(one, strict=False)
            except ValueError:
                raise ValueError(f"{one!r} is no network: write 10.0.0.0/8, or one address") from None
        return allow


class Sentry(Section):
    """Where errors are reported, without what people wrote. `dsn` left out: nowhere."""

    dsn: str | None = Field(default=None, pattern=r"^https?://[^@\s]+@\S+$", repr=False)
    environment: str = "production"


class Tracing(Section):
    """Where spans are sent by OTLP over HTTP: the collector's base address. Left out: nowhere, at no cost."""

    endpoint: str | None = Field(default=None, pattern=r"^https?://\S+$")
    share: float = Field(default=1.0, gt=0, le=1)


class InstalledPlugin(Section):
    """`isolate`: a worker process of its own, which may take `memory_mb` beyond what it starts with."""

    isolate: bool = False
    memory_mb: int = Field(default=512, ge=64, le=1_048_576)


class TenantEntry(Section):
    """Which of the installed plugins a tenant has, with its settings for each."""

    plugins: Annotated[dict[PluginName, PluginSettings], BeforeValidator(_as_mapping)] | None = None


class Retention(Section):
    """How long raw deliveries are kept (Meta delivers again for seven days, and a double must be known as one), and the
    events of the log: whoever was away for longer fetches everything anew."""

    journal_days: int = Field(default=30, ge=8, le=3650)
    events_days: int = Field(default=30, ge=1, le=3650)


class ConfigFile(Section):
    server: Server = Server()
    storage: Storage = Storage()
    plugins: Annotated[dict[PluginName, InstalledPlugin], BeforeValidator(_as_mapping)] = Field(default_factory=dict)
    tenants: dict[Slug, TenantEntry] = Field(default_factory=dict)
    sending: Sending = Sending()
    egress: Egress = Egress()
    mail: Mail = Mail()
    people: People = People()
    retention: Retention = Retention()
    metrics: Metrics = Metrics()
    sentry: Sentry = Sentry()
    tracing: Tracing = Tracing()
    limits: dict[str, dict[By, Quota | None]] = Field(default_factory=dict)
    """Figures instead of those of core.limits.table, by row and by who is counted."""

    @field_validator("limits")
    @classmethod
    def _known_limits(cls, limits: dict[str, dict[By, Quota | None]]) -> dict[str, dict[By, Quota | None]]:
        try:
            changed(limits)
        except LookupError as error:
            raise ValueError(str(error.args[0])) from None
        return limits
