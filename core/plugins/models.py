"""Rules for plugins' tables, checked at load: no table may escape its tenant, its prefix, or a person's erasure."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from comptoir_sdk import Plugin, TenantModel
from tortoise.models import Model

from core.plugins.states import Refused


def models_of(plugin: Plugin) -> Iterator[type[Model]]:
    """The plugin's own concrete models."""
    for module in plugin.models:
        for value in vars(import_module(module)).values():
            if isinstance(value, type) and issubclass(value, Model) and value.__module__ == module \
                    and not value._meta.abstract:
                yield value


def tables_of(plugin: Plugin) -> list[str]:
    return [str(model._meta.db_table) for model in models_of(plugin)]


def references_of(plugin: Plugin) -> Iterator[tuple[str, str]]:
    """(table, column) of whatever points at another table, the tenant aside."""
    for model in models_of(plugin):
        for name in model._meta.fk_fields | model._meta.o2o_fields:
            if name != "tenant":
                field: Any = model._meta.fields_map[name]
                yield str(model._meta.db_table), field.source_field or f"{name}_id"


def check_models(plugin: Plugin) -> None:
    """Raises Refused."""
    for model in models_of(plugin):
        _check_model(plugin, model)
    has_people = any("contact" in model._meta.fk_fields for model in models_of(plugin))
    hooks = ("provide_personal_data", "erase_personal_data")
    if has_people and not all(hasattr(getattr(plugin, hook, None), "comptoir_impl") for hook in hooks):
        raise Refused("broken", f"it keeps rows about contacts, so it must implement {hooks[0]} and {hooks[1]}")


def _check_model(plugin: Plugin, model: type[Model]) -> None:
    meta: Any = model._meta
    if not issubclass(model, TenantModel):
        raise Refused("broken", f"the model {model.__name__} must subclass comptoir_sdk.TenantModel")
    if not str(meta.db_table).startswith(f"{plugin.name}_"):
        raise Refused("broken", f"the table {meta.db_table} of {model.__name__} must be called {plugin.name}_…")
    if getattr(model.Meta, "app", None) != plugin.name:
        raise Refused("broken", f"{model.__name__} must set Meta.app = {plugin.name!r}")
