"""A plugin's Settings as the fields of a form: read from the dataclass or pydantic model, once for each."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from comptoir_sdk.translation import Text
from pydantic import BaseModel, TypeAdapter

Kind = Literal["text", "lines", "secret", "integer", "number", "boolean", "choice", "list", "date", "file"]
_KINDS: Mapping[str, Kind] = {"integer": "integer", "number": "number", "boolean": "boolean", "string": "text"}


@dataclass(frozen=True)
class Field:
    """`kind` "file": too deep for a form, written in config.yaml alone."""

    name: str
    kind: Kind
    label: Text | str
    hint: Text | str = ""
    required: bool = False
    options: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None


@lru_cache(maxsize=256)
def fields_of(model: type | None) -> tuple[Field, ...]:
    """In the order they are written."""
    if model is None:
        return ()
    schema = TypeAdapter(model).json_schema()
    required = schema.get("required", ())
    return tuple(_field(name, shape, schema.get("$defs", {}), _extra(model, name), name in required)
                 for name, shape in schema.get("properties", {}).items())


def _field(name: str, shape: Mapping[str, Any], defs: Mapping[str, Any], extra: Mapping[str, Any],
           required: bool) -> Field:
    found = {**shape, **_core(shape, defs)}
    kind = _kind(found, extra)
    label = extra.get("title") or (found["title"] if _chosen(found, name) else name.replace("_", " ").capitalize())
    return Field(
        name, kind, label, extra.get("hint") or found.get("description") or "", required,
        tuple(found.get("enum", ())), found.get("minimum", found.get("exclusiveMinimum")),
        found.get("maximum", found.get("exclusiveMaximum")), None if kind == "secret" else found.get("default"),
    )  # fmt: skip


def _core(shape: Mapping[str, Any], defs: Mapping[str, Any]) -> Mapping[str, Any]:
    """Behind a reference, or the one alternative to null."""
    if ref := shape.get("$ref"):
        return _core(defs[str(ref).rpartition("/")[2]], defs)
    options = [one for one in shape.get("anyOf", ()) if one.get("type") != "null"]
    if {one.get("type") for one in options} == {"number", "string"}:  # a Decimal, which JSON may write as either
        return {k: v for k, v in options[0].items() if k != "pattern"} | {"type": "number"}
    return _core(options[0], defs) if len(options) == 1 else {k: v for k, v in shape.items() if k != "title"}


def _kind(found: Mapping[str, Any], extra: Mapping[str, Any]) -> Kind:
    type = found.get("type")
    if extra.get("secret") or found.get("format") == "password" or found.get("writeOnly"):
        return "secret"
    if found.get("enum"):
        return "choice"
    if type == "array" and found.get("items", {}).get("type") == "string":
        return "list"
    if type == "string" and found.get("format") == "date":
        return "date"
    if type == "string" and (extra.get("ui") or found.get("ui")) == "textarea":
        return "lines"
    return _KINDS.get(str(type), "file")


def _extra(model: type, name: str) -> Mapping[str, Any]:
    """What a dataclass says beside the type: `field(metadata={"title": _("…"), "hint": _("…"), "secret": True})`."""
    if issubclass(model, BaseModel) or not dataclasses.is_dataclass(model):
        return {}
    return next((dict(one.metadata) for one in dataclasses.fields(model) if one.name == name), {})


def _chosen(found: Mapping[str, Any], name: str) -> bool:
    """Whether the author gave the title: pydantic makes one of the name otherwise."""
    return bool(found.get("title")) and found["title"] != name.replace("_", " ").title()
