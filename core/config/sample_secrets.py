"""What others know too is no secret: production refuses to start on values from manuals and examples."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from core.config.errors import ConfigError
from core.config.key_ring import KeyRing
from core.config.model import ConfigFile

_SAMPLE_WORDS = ("change", "sample", "example", "secret", "password", "comptoir", "default", "insecure")
_SERVICE_WORDS = (*_SAMPLE_WORDS, "postgres", "admin", "12345", "qwerty")
_CURE = 'set COMPTOIR_SECRET_KEY to the output of: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'


def refuse_sample_keys(ring: KeyRing) -> None:
    """Every master key, also those that only open. Raises ConfigError."""
    keys = ring.read()
    if not keys:
        raise ConfigError(f"COMPTOIR_SECRET_KEY: production does not start without it; {_CURE}")
    for position, key in enumerate(keys):
        if is_sample(key):
            raise ConfigError(f"{_name(ring, position)}: too short or a sample value, which others know too; {_CURE}")


def is_sample(key: str) -> bool:
    """Whether a stranger could guess a master key: too short, too plain, or copied from a manual."""
    return len(key) < 32 or len(set(key)) < 10 or any(word in key.lower() for word in _SAMPLE_WORDS)


def refuse_sample_passwords(parsed: ConfigFile, database_url: str | None, valkey_url: str | None) -> None:
    """The passwords of the services that the operator names. Raises ConfigError for all of them at once."""
    named = {
        "COMPTOIR_SMTP_PASSWORD (mail.password)": parsed.mail.password,
        "S3_SECRET_ACCESS_KEY (storage.s3.secret_key)": parsed.storage.s3.secret_key,
        "DATABASE_URL": _password(database_url),
        "VALKEY_URL": _password(valkey_url),
    }
    if problems := list(_problems(named)):
        raise ConfigError(*problems)


def _problems(named: dict[str, str | None]) -> Iterator[str]:
    for name, password in named.items():
        if password and any(word in password.lower() for word in _SERVICE_WORDS):
            yield f"{name}: a sample password, which others know too; give that service one of its own"


def _name(ring: KeyRing, position: int) -> str:
    if ring.file is not None:
        return f"COMPTOIR_SECRET_KEY ({ring.file}, line {position + 1})"
    return "COMPTOIR_SECRET_KEY" if position == 0 else "COMPTOIR_SECRET_KEY_PREVIOUS"


def _password(url: str | None) -> str | None:
    return unquote(urlsplit(url).password or "") if url else None
