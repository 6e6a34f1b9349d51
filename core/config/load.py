"""Environment and file together. The environment wins, for it is what an operator sets per machine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from core.config.errors import ConfigError
from core.config.key_ring import KeyRing
from core.config.model import ConfigFile, Egress
from core.config.plugins import gate_map
from core.config.private_file import generated_secret
from core.config.sample_secrets import refuse_sample_keys, refuse_sample_passwords
from core.config.settings import Ports, Settings
from core.config.validate import validate
from core.config.yaml_file import YamlFile, read_yaml
from core.limits.table import changed

CHECKOUT = Path(__file__).resolve().parents[2]
_S3_VARIABLES = {
    "S3_ENDPOINT_URL": "endpoint",
    "S3_BUCKET": "bucket",
    "S3_REGION": "region",
    "S3_ACCESS_KEY_ID": "access_key",
    "S3_SECRET_ACCESS_KEY": "secret_key",
}

_OPERATION = (
    ("COMPTOIR_METRICS_TOKEN", "metrics", "token"),
    ("SENTRY_DSN", "sentry", "dsn"),
    ("SENTRY_ENVIRONMENT", "sentry", "environment"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "tracing", "endpoint"),
)


def load(env: Mapping[str, str], config_path: Path | None = None) -> Settings:
    """The settings of this machine. Raises ConfigError naming the file or variable, the key and the cure.

    Where no outside service is named, the embedded one's generated password is read, or made.
    """
    source = read_yaml(config_path or Path(env.get("COMPTOIR_CONFIG") or CHECKOUT / "config.yaml"))
    _apply_environment(source, env)
    parsed = validate(source)
    data_dir = Path(env.get("COMPTOIR_DATA") or CHECKOUT / "var").absolute()
    ports, ring = Ports(parsed.server.port), _key_ring(env, data_dir, parsed)
    settings = Settings(
        config_path=source.path.absolute(),
        data_dir=data_dir,
        ports=ports,
        server=parsed.server,
        storage=parsed.storage.model_copy(update={"path": data_dir / parsed.storage.path}),
        sending=parsed.sending,
        egress=_egress(parsed, ports),
        mail=parsed.mail,
        people=parsed.people,
        retention=parsed.retention,
        metrics=parsed.metrics,
        sentry=parsed.sentry,
        tracing=parsed.tracing,
        plugins=gate_map(parsed),
        database_url=_database_url(env, data_dir, ports),
        database_outside=bool(env.get("DATABASE_URL")),
        valkey_url=_valkey_url(env, data_dir, ports),
        valkey_outside=bool(env.get("VALKEY_URL")),
        key_ring=ring,
        secret_key=ring.read()[0],
        limits=changed(parsed.limits),
    )
    if settings.production:
        refuse_sample_passwords(parsed, env.get("DATABASE_URL"), env.get("VALKEY_URL"))
    return settings


def _apply_environment(source: YamlFile, env: Mapping[str, str]) -> None:
    if env.get("COMPTOIR_HOST"):
        _section(source, "server")["host"] = env["COMPTOIR_HOST"]
    if env.get("COMPTOIR_SMTP_PASSWORD"):
        _section(source, "mail")["password"] = env["COMPTOIR_SMTP_PASSWORD"]
    for variable, section, key in _OPERATION:
        if env.get(variable):
            _section(source, section)[key] = env[variable]
    if env.get("COMPTOIR_PORT"):
        _section(source, "server")["port"] = _port(env["COMPTOIR_PORT"])
    named = {key: env[name] for name, key in _S3_VARIABLES.items() if env.get(name)}
    if named:
        storage = _section(source, "storage")
        storage["s3"] = {**(storage.get("s3") or {}), **named}
    if env.get("S3_BUCKET") or env.get("S3_ENDPOINT_URL"):
        _section(source, "storage")["kind"] = "s3"


def _egress(parsed: ConfigFile, ports: Ports) -> Egress:
    """In development the sandbox plays Meta on loopback; that one port is let out, nothing beside it."""
    if parsed.server.mode == "production":
        return parsed.egress
    sandbox = f"127.0.0.1:{ports.sandbox}"
    opened = {"allow": (*parsed.egress.allow, sandbox), "graph": (*parsed.egress.graph, sandbox)}
    return parsed.egress.model_copy(update=opened)


def _section(source: YamlFile, name: str) -> dict[str, Any]:
    section = source.data.setdefault(name, {})
    if not isinstance(section, dict):
        raise ConfigError(f"{source.where((name,))}: must be a mapping")
    return section


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65500:
        raise ConfigError(f"COMPTOIR_PORT: must be a number from 1 to 65500, not {text!r}")
    return int(text)


def _database_url(env: Mapping[str, str], data_dir: Path, ports: Ports) -> str:
    outside = env.get("DATABASE_URL")
    if not outside:
        password = generated_secret(data_dir / "postgres" / "password")
        return f"postgresql://comptoir:{quote(password, safe='')}@127.0.0.1:{ports.postgres}/comptoir"
    parts = _url("DATABASE_URL", outside, ("postgresql", "postgres"), "postgresql://user:password@host:5432/comptoir")
    if not parts.path.strip("/"):
        raise ConfigError("DATABASE_URL: names no database; write postgresql://user:password@host:5432/comptoir")
    return outside


def _valkey_url(env: Mapping[str, str], data_dir: Path, ports: Ports) -> str:
    outside = env.get("VALKEY_URL")
    if not outside:
        password = generated_secret(data_dir / "valkey" / "password")
        return f"redis://:{quote(password, safe='')}@127.0.0.1:{ports.valkey}/0"
    _url("VALKEY_URL", outside, ("redis", "rediss", "valkey", "valkeys"), "redis://:password@host:6379/0")
    # redis-py knows only its own scheme names.
    return outside.replace("valkey", "redis", 1) if outside.startswith("valkey") else outside


def _url(name: str, text: str, schemes: tuple[str, ...], example: str) -> Any:
    try:
        parts = urlsplit(text)
        port_is_fine = parts.port is None or parts.port > 0
    except ValueError:
        port_is_fine = False
        parts = urlsplit("")
    if parts.scheme not in schemes or not parts.hostname or not port_is_fine:
        raise ConfigError(f"{name}: not a URL of the form {example}")
    return parts


def _key_ring(env: Mapping[str, str], data_dir: Path, parsed: ConfigFile) -> KeyRing:
    """The environment's keys, or those of `secret.key`, which development makes by itself."""
    current = env.get("COMPTOIR_SECRET_KEY", "").strip()
    previous = tuple(key.strip() for key in env.get("COMPTOIR_SECRET_KEY_PREVIOUS", "").split(",") if key.strip())
    kept = data_dir / "secret.key"
    if not current and parsed.server.mode == "development":
        generated_secret(kept)
    ring = KeyRing(None, (current, *previous)) if current else KeyRing(kept)
    if previous and not current:
        raise ConfigError("COMPTOIR_SECRET_KEY_PREVIOUS: needs COMPTOIR_SECRET_KEY beside it, the key that seals now")
    if parsed.server.mode == "production":
        refuse_sample_keys(ring)
    if not ring.read():
        raise ConfigError(f"{kept}: is empty; without its key nothing that was sealed opens: bring it back")
    return ring
