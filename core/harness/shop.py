"""A tenant with one connected number."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID, uuid4

import httpx2
from comptoir_sdk import Contact

from core.auth.memberships import add_member
from core.auth.permissions import Permissions
from core.auth.sessions import find_session, open_session
from core.auth.users import insert_user
from core.db.scope import tenant_scope
from core.harness.agent import Agent
from core.harness.meta import Registered
from core.jobs.queue import enqueue
from core.messaging.contacts import get_contact

if TYPE_CHECKING:
    from core.harness.kernel import Kernel

SECRET, APP = "the app secret of a test", "harness"
_FAILURES = ("raised", "late", "leaked", "memory")
_CALLED = {"agent": "Amina", "owner": "Omar", "admin": "Aicha", "supervisor": "Said", "viewer": "Vida"}


class Shop:
    def __init__(self, kernel: "Kernel", tenant_id: UUID, slug: str, number: Registered) -> None:
        self._kernel, self.tenant_id, self.slug, self._number = kernel, tenant_id, slug, number

    async def switch(self, plugins: Mapping[str, Mapping[str, Any]]) -> None:
        """Raises LookupError for a plugin that cannot be switched on."""
        kernel = self._kernel
        kernel.switches.on[self.slug] = plugins
        await kernel.settle()
        if off := [name for name in plugins if not kernel.host.gate.enabled(self.tenant_id, name)]:
            raise LookupError(f"{off[0]} stays off: give the tenant the plugins it requires, and valid settings "
                              "(the log says which)")

    async def receives(self, text: str = "", *, sender: str, name: str = "Zineb",
                       message: Mapping[str, Any] | None = None, call: Mapping[str, Any] | None = None) -> str:
        wamid = f"wamid.{uuid4().hex}"
        told = {"type": "text", "text": {"body": text}} if message is None else dict(message)
        field, item = ("messages", {**told, "id": wamid}) if call is None else ("calls", {"id": wamid, **call})
        payload = json.dumps(_webhook(self._number, field, item, sender.removeprefix("+"), name)).encode()
        digest = hmac.new(SECRET.encode(), payload, hashlib.sha256).hexdigest()
        transport = httpx2.ASGITransport(app=cast(Any, self._kernel.process))
        async with httpx2.AsyncClient(transport=transport, base_url="http://comptoir.test") as client:
            answer = await client.post(f"/webhooks/whatsapp/{APP}", content=payload,
                                       headers={"X-Hub-Signature-256": f"sha256={digest}"})
        answer.raise_for_status()
        return str(item["id"])

    async def agent(self, role: str = "agent", *, permissions: Sequence[str] | None = None) -> Agent:
        db, name = self._kernel.db, _CALLED.get(role, role.title())
        if permissions is not None:
            await db.system.execute(
                "insert into roles (tenant_id, key, name, permissions) values ($1, $2, $2, $3) on conflict do nothing",
                self.tenant_id, role, list(permissions))
        user_id = await insert_user(db.system, f"{role}-{uuid4().hex[:8]}@members.test", name, None)
        await add_member(db, self.tenant_id, user_id, cast(Any, role))
        token = await open_session(db.system, user_id, self.tenant_id)
        principal = await find_session(db, Permissions(), token)
        if principal is None:
            raise LookupError(f"nobody can log in as {role}")
        return Agent(self._kernel.process, self._kernel, user_id, token, principal.csrf_secret)

    async def rows(self, model: str) -> Sequence[Any]:
        app, _, name = model.partition(".")
        one = self._kernel.host.plugins.find(app)
        if one is None or one.plugin is None:
            raise LookupError(f"plugin {app} is not loaded")
        kinds = (getattr(import_module(module), name, None) for module in one.plugin.models)
        found = next((kind for kind in kinds if kind is not None), None)
        if found is None:
            raise LookupError(f"{app} has no model {name!r}")
        with tenant_scope(self.tenant_id):
            return list(await found.all().order_by("id"))

    async def runs(self, job: str, **args: Any) -> None:
        """The job `<plugin>.<name>` now, whatever its cron says, and whatever follows from it."""
        plugin, _, name = job.partition(".")
        if name not in {declared.name for declared in self._kernel.examine(plugin).jobs}:
            raise LookupError(f"{plugin} registers no job {name!r}")
        with tenant_scope(self.tenant_id):
            async with self._kernel.db.tenant_transaction() as connection:
                await enqueue(connection, self.tenant_id, plugin, name, args, max_attempts=1)
        await self._kernel.drain()

    async def command(self, command: str, **arguments: Any) -> Any:
        """What the operator's `comptoir <plugin> <name>` would answer, as in `command("acme_pins.prune", days=30)`."""
        plugin, _, name = command.partition(".")
        found = next((one for one in self._kernel.examine(plugin).commands if one.name == name), None)
        host = self._kernel.host
        if found is None or not host.gate.enabled(self.tenant_id, plugin):
            raise LookupError(f"{plugin} has no command {name!r} for {self.slug}")
        ctx = host.contexts(self.tenant_id, plugin, locale="en")
        with tenant_scope(self.tenant_id):
            return await host.guard.call(plugin, f"command {name}", found.timeout, lambda: found.run(ctx, **arguments))

    async def failures(self, plugin: str) -> Sequence[str]:
        """Tracebacks of its jobs that failed and of events that were set aside, and what else the guard noted of it."""
        rows = await self._kernel.db.system.fetch(
            "select traceback from plugin_failures where tenant_id = $1 and plugin = $2 union all "
            "select last_error from jobs where tenant_id = $1 and plugin = $2 and last_error is not null",
            self.tenant_id, plugin)
        found = [row["traceback"] for row in rows]
        noted = [one for one in await self._kernel.examine(plugin).incidents()
                 if one.kind in _FAILURES and not any(one.told in told for told in found)]
        return [*found, *("\n".join(filter(None, (f"{one.call}: {one.told}", one.place, one.traceback)))
                          for one in noted)]

    async def personal_data(self, contact_id: UUID | str) -> Mapping[str, Any]:
        """What each plugin would put into an export of this person."""
        with tenant_scope(self.tenant_id):
            return await self._kernel.host.hooks.personal_data(self.tenant_id, await self._contact(contact_id))

    async def erase_personal_data(self, contact_id: UUID | str) -> Mapping[str, int]:
        """Rows that each plugin erased."""
        with tenant_scope(self.tenant_id):
            return await self._kernel.host.hooks.erase_personal_data(self.tenant_id, await self._contact(contact_id))

    async def _contact(self, contact_id: UUID | str) -> Contact:
        return Contact.of(await get_contact(self._kernel.db, UUID(str(contact_id))))


def _webhook(number: Registered, field: str, item: Mapping[str, Any], sender: str, name: str) -> dict[str, Any]:
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": number.display_phone_number, "phone_number_id": number.phone_number_id},
        "contacts": [{"profile": {"name": name}, "wa_id": sender}],
        field: [{"from": sender, "timestamp": str(int(time.time())), **item}],
    }
    return {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, "changes": [
        {"field": field, "value": value}]}]}
