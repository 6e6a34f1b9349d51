"""Who has which plugin: one immutable map, asked by every door (routes, topics, jobs, observers, panels)."""

import asyncio
import dataclasses
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import asyncpg
from comptoir_sdk import Tenant
from pydantic import BaseModel, TypeAdapter, ValidationError

from core.db.pool import Database
from core.plugins.loader import Plugins, required_by
from core.secrets import SealBroken
from core.secrets.vault import Place, Vault

_log = logging.getLogger(__name__)
_POLL_SECONDS = 1.0
_KEPT = """
select s.tenant_id, s.plugin, s.values, k.wrapped from plugin_settings s
left join data_keys k on k.tenant_id = s.tenant_id and k.purpose = 'seal'
"""
_TENANTS = "select id, slug, name, locale, timezone, business_hours from tenants where status = 'active' order by id"


class GateMap(Protocol):
    """What config.yaml says (`core.config.PluginGateMap`)."""

    def enabled(self, slug: str, plugin: str) -> bool: ...
    def settings(self, slug: str, plugin: str) -> Mapping[str, Any]: ...


class GateSource(Protocol):
    """Holds the newest map (`core.config.PluginGate`). `refresh` looks at the file once."""

    @property
    def map(self) -> GateMap: ...
    def refresh(self) -> bool: ...


@dataclass(frozen=True)
class _Map:
    tenants: Mapping[UUID, Tenant] = field(default_factory=dict)
    plugins: Mapping[UUID, Mapping[str, Any]] = field(default_factory=dict)
    """tenant → plugin → its settings, as an instance of the plugin's class."""
    lacking: Mapping[UUID, Mapping[str, str]] = field(default_factory=dict)
    """tenant → plugin that it is given and goes without → what its settings lack."""


class Gate:
    """`enabled` reads memory. `refresh` rebuilds from the file, the tenants and their kept settings; `run` keeps on."""

    def __init__(self, plugins: Plugins, source: GateSource, vault: Vault | None = None) -> None:
        self._plugins, self._source, self._vault = plugins, source, vault
        self._clear: dict[tuple[UUID, str, str], tuple[Any, Mapping[str, Any]]] = {}
        self._map = _Map()
        self._listeners: list[Callable[[], None]] = []
        self._said: set[tuple[str, str, str]] = set()

    def enabled(self, tenant_id: UUID, plugin: str) -> bool:
        return plugin in self._map.plugins.get(tenant_id, {}) and self._plugins.find(plugin) is not None

    def settings(self, tenant_id: UUID, plugin: str) -> Any:
        """Raises LookupError when the tenant does not have the plugin."""
        if not self.enabled(tenant_id, plugin):
            raise LookupError(f"{plugin} is off for tenant {tenant_id}")
        return self._map.plugins[tenant_id][plugin]

    def allowed(self, tenant_id: UUID, plugin: str) -> bool:
        """Whether config.yaml gives the tenant the plugin, also one that waits for its settings."""
        return self.enabled(tenant_id, plugin) or plugin in self._map.lacking.get(tenant_id, {})

    def given(self, tenant_id: UUID, plugin: str) -> bool:
        """Whether config.yaml gives the tenant the plugin, also one that could not load or is held up by another."""
        tenant = self._map.tenants.get(tenant_id)
        return tenant is not None and self._source.map.enabled(tenant.slug, plugin)

    def lacking(self, tenant_id: UUID, plugin: str) -> str | None:
        """What the plugin's settings lack, for which the tenant goes without it."""
        return self._map.lacking.get(tenant_id, {}).get(plugin)

    def pinned(self, tenant_id: UUID, plugin: str) -> Mapping[str, Any]:
        """The values that config.yaml writes: nobody changes them elsewhere."""
        tenant = self._map.tenants.get(tenant_id)
        return self._source.map.settings(tenant.slug, plugin) if tenant else {}

    def plugins_of(self, tenant_id: UUID) -> list[str]:
        """In load order."""
        return [one.name for one in self._plugins.loaded() if self.enabled(tenant_id, one.name)]

    def tenants_with(self, plugin: str) -> list[UUID]:
        return [tenant_id for tenant_id in self._map.plugins if self.enabled(tenant_id, plugin)]

    def tenant_called(self, slug: str) -> UUID | None:
        return next((tenant_id for tenant_id, known in self._map.tenants.items() if known.slug == slug), None)

    def tenant(self, tenant_id: UUID) -> Tenant | None:
        """None for one that is not active."""
        return self._map.tenants.get(tenant_id)

    def on_change(self, listener: Callable[[], None]) -> None:
        """Called after each change: sockets drop what is off, the worker tells plugins."""
        self._listeners.append(listener)

    async def refresh(self, db: Database) -> bool:
        """Look once; whether something changed."""
        self._source.refresh()
        tenants = await db.system.fetch(_TENANTS)
        kept = await db.system.fetch(_KEPT)
        values = {(row["tenant_id"], row["plugin"]): self._opened(row) for row in kept}
        lacking: dict[UUID, dict[str, str]] = {row["id"]: {} for row in tenants}
        fresh = _Map({row["id"]: Tenant(*row) for row in tenants},
                     {row["id"]: self._of(row["id"], row["slug"], values, lacking[row["id"]]) for row in tenants},
                     lacking)
        changed = fresh != self._map
        self._map = fresh
        if changed:
            for listener in self._listeners:
                listener()
        return changed

    async def run(self, db: Database) -> None:
        """For ever, each second: enabling is data."""
        while True:
            await asyncio.sleep(_POLL_SECONDS)
            try:
                await self.refresh(db)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                _log.warning("the gate keeps its last map: %s", type(error).__name__)
            except Exception:  # were this to end, the process would never hear of a change again
                _log.exception("the gate keeps its last map")

    def _opened(self, row: Any) -> Mapping[str, Any]:
        """Secrets are opened once, and again when the row has changed."""
        key = (row["tenant_id"], row["plugin"], row["wrapped"] or "")
        known = self._clear.get(key)
        if known is None or known[0] != row["values"]:
            clear = opened(self._vault, row["tenant_id"], row["plugin"], row["values"], row["wrapped"])
            known = self._clear[key] = (row["values"], clear)
        return known[1]

    def _of(self, tenant_id: UUID, slug: str, kept: Mapping[tuple[UUID, str], Mapping[str, Any]],
            lacking: dict[str, str]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for one in self._plugins.loaded():
            if one.plugin is None or not self._source.map.enabled(slug, one.name):
                continue
            if missing := [need for need in required_by(one.plugin) if need not in found]:
                self._say_off(slug, one.name, f"it needs {missing[0]}, which the tenant does not have")
                continue
            # What an older version of the plugin knew stays kept, and is no reason to go without this one.
            own = kept.get((tenant_id, one.name), {})
            known = set(_fields(one.plugin.Settings))
            values = {**{name: value for name, value in own.items() if name in known},
                      **self._source.map.settings(slug, one.name)}
            try:
                found[one.name] = parse_settings(one.plugin.Settings, values)
            except Exception as error:  # its own code: defaults and validators may raise anything
                lacking[one.name] = _words(error)
                self._say_off(slug, one.name, f"its settings are not valid: {lacking[one.name]}")
        return found

    def _say_off(self, slug: str, plugin: str, why: str) -> None:
        said = (slug, plugin, why)
        if said not in self._said:
            _log.error("tenant %s goes without plugin %s: %s", slug, plugin, why)
        self._said.add(said)


def opened(vault: Vault | None, tenant_id: UUID, plugin: str, values: Mapping[str, Any],
           wrapped: str | None) -> dict[str, Any]:
    """The values with their secrets in the clear. One that cannot be opened is as if it had not been set."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if not (isinstance(value, dict) and value.keys() == {"sealed"}):
            found[name] = value
            continue
        if vault is None:
            continue
        try:
            found[name] = vault.open_with(wrapped, value["sealed"], Place(tenant_id, "plugin_settings", plugin, name))
        except SealBroken as error:
            _log.error("a secret of plugin %s cannot be opened: %s", plugin, error)
    return found


def parse_settings(model: type | None, values: Mapping[str, Any]) -> Any:
    """An instance of the plugin's Settings. Raises ValueError naming the key."""
    known = _fields(model)
    if unknown := sorted(set(values) - set(known)):
        raise ValueError(f"there is no setting {unknown[0]!r}; there are {sorted(known)}")
    if model is None:
        return None
    try:
        return TypeAdapter(model).validate_python(dict(values))
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}") from None


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else f"they raise {type(error).__name__}: {error}"


def _fields(model: type | None) -> Iterable[str]:
    if model is None:
        return ()
    if issubclass(model, BaseModel):
        return model.model_fields
    return [one.name for one in dataclasses.fields(model)] if dataclasses.is_dataclass(model) else ()
