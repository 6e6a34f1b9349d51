"""What the sandbox pretends to be, and where it delivers: command line first, then the environment."""

import argparse
import ipaddress
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

PREFIX = "COMPTOIR_SANDBOX_"
REQUIRED = ("webhook_url", "app_secret", "verify_token", "phone_number_id", "waba_id", "token")
OPTIONAL = ("data", "host", "port", "fd", "public_url", "business_name", "display_phone_number", "app_id")


class SettingsError(ValueError):
    """A setting is missing or refused; the message says which one and what to do."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The program's own settings, and its first number: one WABA, one app, one webhook.

    `empty`: there is no first number. All are made by the control API; `webhook_url` says where their bare paths lie.
    """

    webhook_url: str
    app_secret: str
    verify_token: str
    phone_number_id: str
    waba_id: str
    token: str
    data: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8603
    fd: int | None = None
    public_url: str | None = None
    business_name: str = "Atlas Store"
    display_phone_number: str = "15550100200"
    app_id: str = "670843887433847"
    allow_remote: bool = False
    empty: bool = False

    def __post_init__(self) -> None:
        for name in REQUIRED[:1] if self.empty else REQUIRED:
            if not getattr(self, name):
                raise SettingsError(f"{name} is missing: give {flag(name)} or set {PREFIX}{name.upper()}")
        self._check_webhook_host()
        if not self.allow_remote and self.fd is None and not is_loopback(self.host):
            raise SettingsError(
                f"host {self.host!r} is not loopback: anyone who reaches the sandbox can write as any customer; "
                "pass --allow-remote if that is meant"
            )

    def _check_webhook_host(self) -> None:
        url = urlsplit(self.webhook_url)
        if url.scheme not in {"http", "https"} or not url.hostname:
            raise SettingsError(f"webhook_url {self.webhook_url!r} is not an http(s) address")
        if not self.allow_remote and not is_loopback(url.hostname):
            raise SettingsError(
                f"webhook_url points at {url.hostname!r}, outside this machine: the sandbox would send signed "
                "requests there; pass --allow-remote if that is meant"
            )

    @property
    def base_url(self) -> str:
        """Where media links point: `public_url`, or this host and port."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def is_loopback(host: str) -> bool:
    """True for localhost and loopback addresses; a name is never looked up, DNS could lie later."""
    if host.lower().rstrip(".") == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def flag(name: str) -> str:
    """The command-line spelling of a setting."""
    return "--" + name.replace("_", "-")


def from_arguments(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the command line, each falling back to COMPTOIR_SANDBOX_<NAME>; raises SettingsError."""
    given = {name: value for name, value in vars(_parser().parse_args(arguments)).items() if value is not None}
    for name in (*REQUIRED, *OPTIONAL):
        value = environ.get(PREFIX + name.upper())
        if name not in given and value:
            given[name] = value
    for name in ("allow_remote", "empty"):
        given.setdefault(name, environ.get(PREFIX + name.upper(), "") in {"1", "true", "yes"})
    for name in REQUIRED:
        given.setdefault(name, "")
    for name in ("port", "fd"):
        if name in given:
            given[name] = _number(name, given[name])
    if "data" in given:
        given["data"] = Path(given["data"])
    return Settings(**given)


def _number(name: str, value: str | int) -> int:
    try:
        return int(value)
    except ValueError as error:
        raise SettingsError(f"{flag(name)} wants a whole number, not {value!r}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("comptoir_sdk.sandbox", description=__doc__)
    parser.add_argument("--webhook-url", help="where webhooks are posted")
    parser.add_argument("--app-secret", help="signs the webhooks")
    parser.add_argument("--verify-token", help="sent in the verification request")
    parser.add_argument("--phone-number-id", help="the business number's id in the Graph API")
    parser.add_argument("--waba-id", help="the WhatsApp Business account's id")
    parser.add_argument("--token", help="the Bearer token the Graph API accepts")
    parser.add_argument("--data", help="folder for the snapshot and the media; without it nothing is kept")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", help="port to listen on (8603)")
    parser.add_argument("--fd", help="a listening socket inherited from the parent, instead of host and port")
    parser.add_argument("--public-url", help="base of the media links, when it is not http://host:port")
    parser.add_argument("--business-name", help="shown on top of every phone")
    parser.add_argument("--display-phone-number", help="the business number, digits only")
    parser.add_argument("--app-id", help="the Meta app's id, as debug_token and subscribed_apps tell it")
    parser.add_argument("--allow-remote", action="store_true", default=None, help="allow other machines")
    parser.add_argument("--empty", action="store_true", default=None, help="start without a number of its own")
    return parser
