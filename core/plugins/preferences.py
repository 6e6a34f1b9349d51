"""Settings of plugins that a tenant's admin keeps here: shown as forms, checked by the plugin's own model.

`plugin_settings.values` holds what was chosen, of secrets `{"sealed": …}`. What config.yaml writes wins over it, and
every process reads both each second (`core.plugins.gate`).
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from comptoir_sdk import ui
from comptoir_sdk.translation import Text, translated_by
from pydantic import TypeAdapter, ValidationError

from core import audit, errors
from core.db.pool import Connection, Database
from core.plugins.fields import Field, fields_of
from core.plugins.gate import Gate, opened
from core.plugins.loader import Plugins
from core.plugins.states import Installed
from core.plugins.texts import Texts
from core.requests import invalid
from core.secrets.vault import Place, Vault

_KEPT = """
select s.values, k.wrapped from plugin_settings s
left join data_keys k on k.tenant_id = s.tenant_id and k.purpose = 'seal' where s.plugin = $1
"""
_LOCK = """
insert into plugin_settings (tenant_id, plugin) values ($1, $2) on conflict (tenant_id, plugin) do update
set plugin = excluded.plugin
"""
_STORE = "update plugin_settings set values = $2 where plugin = $1"
_LONGEST_SECRET = 16_384
_HIDDEN = "•••"


class Preferences:
    """One for each web process."""

    def __init__(self, plugins: Plugins, gate: Gate, texts: Texts, vault: Vault) -> None:
        self._plugins, self._gate, self._texts, self._vault = plugins, gate, texts, vault

    async def all(self, db: Database, tenant_id: UUID, locale: str) -> list[dict[str, Any]]:
        """Of every plugin that config.yaml gives the tenant and that has settings, also of one that waits for some."""
        return [await self._told(db, tenant_id, one, locale) for one in self._plugins.loaded()
                if self._offered(tenant_id, one)]

    async def one(self, db: Database, tenant_id: UUID, plugin: str, locale: str) -> dict[str, Any]:
        """Raises NotFound where the tenant has no such form."""
        return await self._told(db, tenant_id, self._find(tenant_id, plugin), locale)

    async def save(self, db: Database, tenant_id: UUID, plugin: str, changes: Mapping[str, Any]) -> None:
        """Keep these values; None goes back to the default. Raises Invalid with what is wrong, field by field."""
        one = self._find(tenant_id, plugin)
        model = _model(one)
        known = {field.name: field for field in fields_of(model)}
        pinned = self._gate.pinned(tenant_id, plugin)
        _refuse_unfit(changes, known, pinned)
        async with db.tenant_transaction() as connection:
            await connection.execute(_LOCK, tenant_id, plugin)
            row = await connection.fetchrow(_KEPT, plugin)
            kept = {name: value for name, value in (row["values"] if row else {}).items() if name in known}
            clear = opened(self._vault, tenant_id, plugin, kept, row["wrapped"] if row else None)
            wanted = _without_none({**clear, **changes})
            _check(model, {**wanted, **pinned})
            fresh = _without_none({**kept, **await self._sealed(connection, tenant_id, plugin, changes, known)})
            await connection.execute(_STORE, plugin, fresh)
            if told := _told_changes(kept, fresh, changes):
                await audit.record(connection, "plugin_settings.updated", "plugin", plugin, told)

    async def _sealed(self, connection: Connection, tenant_id: UUID, plugin: str, changes: Mapping[str, Any],
                      known: Mapping[str, Field]) -> dict[str, Any]:
        found = dict(changes)
        for name, value in changes.items():
            if known[name].kind == "secret" and value is not None:
                found[name] = {"sealed": await self._vault.seal(connection, value, place(tenant_id, plugin, name))}
        return found

    def _offered(self, tenant_id: UUID, one: Installed) -> bool:
        return bool(fields_of(_model(one))) and self._gate.allowed(tenant_id, one.name)

    def _find(self, tenant_id: UUID, plugin: str) -> Installed:
        one = self._plugins.find(plugin)
        if one is None or not self._offered(tenant_id, one):
            raise errors.NotFound("There is nothing here.")
        return one

    async def _told(self, db: Database, tenant_id: UUID, one: Installed, locale: str) -> dict[str, Any]:
        async with db.tenant() as connection:
            row = await connection.fetchrow(_KEPT, one.name)
        kept, pinned = (row["values"] if row else {}), self._gate.pinned(tenant_id, one.name)
        translate = self._texts.translator(one.name, locale)
        piece = next((piece for piece in one.declared.panels if isinstance(piece, ui.Settings)), None)
        with translated_by(translate):
            return {
                "plugin": one.name, "title": str(_title(one)), "test": piece.on_test if piece else None,
                "why_off": self._gate.lacking(tenant_id, one.name),
                "fields": [_shown(field, kept, pinned, translate) for field in fields_of(_model(one))],
            }  # fmt: skip


def place(tenant_id: UUID, plugin: str, name: str) -> Place:
    return Place(tenant_id, "plugin_settings", plugin, name)


def _check(model: Any, values: Mapping[str, Any]) -> None:
    try:
        TypeAdapter(model).validate_python(dict(values))
    except ValidationError as error:
        raise invalid(error) from None
    except Exception as error:  # a validator is the plugin's own code, and may raise anything
        raise errors.Invalid(f"The plugin does not take these values: {type(error).__name__}.") from error


def _model(one: Installed) -> type | None:
    return one.plugin.Settings if one.plugin else None


def _title(one: Installed) -> Text | str:
    return next((piece.title for piece in one.declared.panels if isinstance(piece, ui.Page)), "") or next(
        (piece.title for piece in one.declared.panels if isinstance(piece, ui.Panel) and piece.title),
        one.name.replace("_", " ").capitalize())


def _shown(field: Field, kept: Mapping[str, Any], pinned: Mapping[str, Any],
           translate: Callable[[str], str]) -> dict[str, Any]:
    source = "file" if field.name in pinned or field.kind == "file" else "here" if field.name in kept else "default"
    value = pinned.get(field.name, kept.get(field.name, field.default))
    secret = field.kind == "secret"
    return {
        "name": field.name, "kind": field.kind, "label": _words(field.label, translate),
        "hint": _words(field.hint, translate), "required": field.required, "options": list(field.options),
        "minimum": field.minimum, "maximum": field.maximum, "source": source,
        "value": None if secret else value, "default": field.default,
        "set": field.name in pinned or field.name in kept,
    }  # fmt: skip


def _words(text: Text | str, translate: Callable[[str], str]) -> str:
    return str(text) if isinstance(text, Text) else translate(text) if text else ""


def _refuse_unfit(changes: Mapping[str, Any], known: Mapping[str, Field], pinned: Mapping[str, Any]) -> None:
    for name, value in changes.items():
        why = None
        if name not in known or known[name].kind == "file":
            why = "There is no such field in this form."
        elif name in pinned:
            why = "The installation's configuration file sets this."
        elif known[name].kind == "secret" and value is not None and not _fits_secret(value):
            why = "A secret is a text of at most 16 KiB."
        if why:
            raise errors.Invalid(why, errors=[{"loc": [name], "pointer": f"#/values/{name}", "msg": why}])


def _fits_secret(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value.encode()) <= _LONGEST_SECRET and "\0" not in value


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _told_changes(before: Mapping[str, Any], after: Mapping[str, Any],
                  changes: Mapping[str, Any]) -> dict[str, list[Any]]:
    return {name: [_public(before.get(name)), _public(after.get(name))] for name in changes
            if before.get(name) != after.get(name)}


def _public(value: Any) -> Any:
    return _HIDDEN if isinstance(value, dict) else value
