"""What the pages ask about the request being served and about the installation (`core.web.Door`)."""

import json
from collections.abc import Callable, Collection, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit
from uuid import UUID

from quart import g, request

from core.auth.principal import Principal
from core.config import Settings
from core.http import identity
from core.http.caller import caller_ip
from core.http.services import services
from core.web import Installation
from core.web.language import Locale


class Door:
    """`enabled` names the plugins of a tenant."""

    def __init__(self, settings: Settings, enabled: Callable[[UUID], Collection[str]]) -> None:
        self._settings, self._enabled = settings, enabled

    async def bootstrap(self, wish: Locale | None, habit: Locale | None = None) -> "dict[str, object] | None":
        principal: Principal | None = g.principal
        return await identity.bootstrap(services(), principal, wish, habit) if principal else None

    async def enabled_plugins(self) -> Collection[str]:
        principal: Principal | None = g.principal
        return self._enabled(principal.tenant_id) if principal else ()

    async def installation(self) -> Installation:
        registration = services().people.registration
        state = await registration.state()
        return Installation(
            new=state.new, registration=registration.kind(state),
            code_needed=state.new and registration.policy.code is not None,
            simulated=registration.policy.simulated, demo_login=self._demo_login() if state.demo else None,
        )  # fmt: skip

    def _demo_login(self) -> Mapping[str, str] | None:
        """From demo.json, which only `comptoir up` writes, in development; and only for whoever sits at this machine.

        The name they came by must be loopback's too: a tunnel forwards strangers from here, and a page of any site may
        rebind its own name to 127.0.0.1.
        """
        if self._settings.production or not _is_loopback(caller_ip()):
            return None
        file = self._settings.data_dir / "demo.json"
        if not _is_loopback(urlsplit(f"//{request.host}").hostname or "") or not file.exists():
            return None
        told = json.loads(file.read_text())
        return {"email": told["email"], "password": told["password"]}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
