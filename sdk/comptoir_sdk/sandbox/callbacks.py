"""Where webhooks go: the number's own address, else its WABA's, else its app's (cloud API, webhook overrides)."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from comptoir_sdk.sandbox.number import Number
from comptoir_sdk.sandbox.refusals import parameter
from comptoir_sdk.sandbox.settings import is_loopback
from comptoir_sdk.sandbox.templates import Templates

URL_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Callback:
    """An address, and the token sent with its verification."""

    url: str
    verify_token: str


@dataclass(slots=True)
class Subscription:
    """An app that listens to a WABA, perhaps at an address of its own."""

    app_id: str
    name: str
    override: Callback | None = None

    def shown(self) -> dict[str, Any]:
        """As `GET /{waba}/subscribed_apps` lists it."""
        link = f"https://www.facebook.com/games/?app_id={self.app_id}"
        app = {"whatsapp_business_api_data": {"id": self.app_id, "name": self.name, "link": link}}
        return app | ({"override_callback_uri": self.override.url} if self.override else {})


@dataclass(slots=True)
class Waba:
    """A WhatsApp Business account, shared by its numbers: templates, and the apps that listen."""

    id: str
    templates: Templates = field(default_factory=Templates)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)


class Callbacks:
    """The addresses of one number. Bare paths lie where the webhook `home` is."""

    def __init__(self, number: Number, waba: Waba, home: str) -> None:
        self.override: Callback | None = None
        self._number, self._waba, self._home = number, waba, home

    @property
    def app(self) -> Callback:
        """The app's own address."""
        return Callback(whole(self._number.webhook_url, self._home), self._number.verify_token)

    @property
    def waba(self) -> Callback | None:
        """The WABA's override for this number's app."""
        subscription = self._waba.subscriptions.get(self._number.app_id)
        return subscription.override if subscription else None

    @property
    def subscribed(self) -> bool:
        """Whether anything is delivered at all."""
        return self._number.app_id in self._waba.subscriptions

    @property
    def current(self) -> Callback:
        """Where a webhook goes now."""
        return self.override or self.waba or self.app

    def subscribe(self, override: Callback | None = None) -> None:
        """The number's app listens to its WABA, at `override` or at the app's own address."""
        number = self._number
        self._waba.subscriptions[number.app_id] = Subscription(number.app_id, number.app_name, override)

    def unsubscribe(self) -> None:
        """Nothing is delivered any more."""
        self._waba.subscriptions.pop(self._number.app_id, None)

    def configuration(self) -> dict[str, str]:
        """`webhook_configuration` of the number."""
        known = {"phone_number": self.override, "whatsapp_business_account": self.waba, "application": self.app}
        return {name: callback.url for name, callback in known.items() if callback}

    def kept(self, callback: Callback | None) -> list[str] | None:
        """For the snapshot. Addresses at home are kept as paths: the whole installation may move to another port."""
        if callback is None:
            return None
        return [callback.url.removeprefix(whole("/", self._home).rstrip("/")), callback.verify_token]

    def taken(self, kept: list[str] | None) -> Callback | None:
        """From the snapshot."""
        return Callback(whole(kept[0], self._home), kept[1]) if kept else None


def whole(url: str, home: str) -> str:
    """The address behind a bare path: it lies where the webhook `home` is."""
    at = urlsplit(home)
    return f"{at.scheme}://{at.netloc}{url}" if url.startswith("/") else url


def admit(url: str, *, allow_remote: bool) -> None:
    """Raises Refusal for an address that Meta would not take, or that lies off this machine."""
    if len(url) > URL_AT_MOST or urlsplit(url).scheme not in {"http", "https"}:
        raise parameter(f"A callback must be an http(s) address of at most {URL_AT_MOST} characters")
    host = urlsplit(url).hostname or ""
    if not allow_remote and not is_loopback(host):
        raise parameter(f"The callback must be on this machine, not on {host!r}, without --allow-remote")
