"""A small web application around a plugin host, with callers who need no login."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from quart import Quart, g, request

from core.auth.access import declared
from core.auth.permissions import Permissions
from core.auth.principal import Principal
from core.db.scope import tenant_scope
from core.http import problem
from core.plugins.host import PluginHost


def principal(tenant_id: UUID, role: str, host: PluginHost, user_id: UUID | None = None) -> Principal:
    permissions = Permissions(host.permissions).of(role)
    return Principal(tenant_id, user_id, role, "Hind", permissions, "session", uuid4())


class Web:
    """`as_(principal)` sets who asks; the door then does as the kernel's doorman."""

    def __init__(self, host: PluginHost) -> None:
        self.app = Quart("test")
        self.caller: Principal | None = None
        self.app.before_request(self._guard)
        problem.install(self.app)
        host.mount(self.app)
        self.client = self.app.test_client()

    async def ask(self, caller: Principal | None, method: str, path: str, **sent: Any) -> Any:
        self.caller = caller
        with _scope(caller):
            return await self.client.open(path, method=method, **sent)

    async def _guard(self) -> None:
        g.principal = self.caller
        if request.endpoint is None:
            return
        access = declared(self.app.view_functions[request.endpoint])
        assert access is not None, f"{request.endpoint} declares nothing"
        access.check(self.caller if access.identify else None)


@contextmanager
def _scope(caller: Principal | None) -> Iterator[None]:
    if caller is None:
        yield
        return
    with tenant_scope(caller.tenant_id):
        yield
