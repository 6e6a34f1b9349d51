"""Examples of JSON, made from schemas: a model's own first, then what a field of that name usually holds."""

import hashlib
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_MOMENT = "2027-01-04T08:00:00Z"
_BY_FORMAT: Mapping[str, Any] = {"date-time": _MOMENT, "date": "2027-01-04", "time": "08:00:00", "binary": "…",
                                 "uri": "https://inbox.atlas.ma", "ipvanyaddress": "203.0.113.7"}  # fmt: skip
_BY_NAME: Mapping[str, Any] = {
    "email": "amine@atlas.ma", "name": "Salma Idrissi", "phone": "+212661000000", "locale": "fr", "slug": "atlas",
    "timezone": "Africa/Casablanca", "hue": 152, "version": 3, "limit": 50, "status": "open", "role": "agent",
    "key": "agent", "ip": "203.0.113.7", "user_agent": "Mozilla/5.0", "body": "Votre colis part demain.",
    "next": None, "cursor": "eyJhIjoxfQ", "title": "Not found", "mime_type": "image/jpeg", "filename": "colis.jpg",
    "phone_number_id": "106540352242922", "waba_id": "102290129340398", "display_phone_number": "+212 520 000000",
    "verified_name": "Atlas Voyages", "csrf": "1f0c…", "prefix": "wak_live_4fT0aB2c", "permission": "contacts.read",
    "label": "See contacts", "direction": "inbound", "wamid": "wamid.HBgLMjEyNjYxMDAwMDAwFQIAEhgg",
    "username": "salma.idrissi", "bsuid": "MA.1384529384726", "given_name": "Salma", "profile_name": "Salma 🌿",
    "preview": "Votre colis part demain.", "type": "text", "url": "https://inbox.atlas.ma", "count": 3, "size": 48213,
}  # fmt: skip
_DEEPEST = 8


class Examples:
    """`definitions` are the schemas that references lead to, by their names."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._definitions = definitions

    def of(self, schema: Schema, name: str = "", depth: int = 0) -> Any:
        """A value that the schema allows; `name` is the property's. Deeper than any real answer, it is cut off."""
        if "$ref" in schema:
            return self.of(self._definitions[schema["$ref"].rpartition("/")[2]], name, depth)
        for told in ("examples", "const", "example"):
            if told in schema:
                return schema[told][0] if told == "examples" else schema[told]
        if "enum" in schema:
            return _BY_NAME[name] if _BY_NAME.get(name) in schema["enum"] else schema["enum"][0]
        if choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            return self._chosen(choices, name, depth)
        return self._typed(schema, name, depth)

    def _chosen(self, choices: list[Schema], name: str, depth: int) -> Any:
        real = [choice for choice in choices if choice.get("type") != "null"]
        return self.of(real[0], name, depth) if real and depth < _DEEPEST else None

    def _typed(self, schema: Schema, name: str, depth: int) -> Any:
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, depth)
        if kind == "array":
            return self._array(schema, name, depth)
        if kind == "string":
            return _string(schema, name)
        if kind in ("integer", "number"):
            return _number(schema, name)
        return {"boolean": True, "null": None}.get(str(kind))

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        needed = properties if depth < _DEEPEST else {key: properties[key] for key in schema.get("required", ())}
        found = {key: self.of(value, key, depth + 1) for key, value in needed.items()}
        values = schema.get("additionalProperties")
        if not properties and isinstance(values, Mapping) and values and depth < _DEEPEST:
            found["city"] = self.of(values, "city", depth + 1)
        return found

    def _array(self, schema: Schema, name: str, depth: int) -> list[Any]:
        items = schema.get("items") or {}
        if "prefixItems" in schema:
            return [self.of(item, name, depth + 1) for item in schema["prefixItems"]]
        wanted = max(schema.get("minItems", 1), 1) if depth < _DEEPEST else schema.get("minItems", 0)
        return [self.of(items, name.removesuffix("s"), depth + 1)] * wanted


def _string(schema: Schema, name: str) -> Any:
    form = schema.get("format")
    if form == "uuid":
        return _uuid(name)
    found = _BY_FORMAT.get(str(form), _BY_NAME.get(name)) or name.replace("_", " ").capitalize() or "Text"
    found = found if isinstance(found, str) else "Text"
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 10_000)
    return found.ljust(shortest, "x")[:longest]


def _number(schema: Schema, name: str) -> float:
    found = _BY_NAME.get(name, 1)
    lowest = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    highest = schema.get("maximum", schema.get("exclusiveMaximum", 10**9))
    return found if isinstance(found, int) and lowest <= found <= highest else max(lowest, 1)


def _uuid(name: str) -> str:
    return f"0198f0a2-5f0e-7c6b-9f53-{hashlib.sha256(name.encode()).hexdigest()[:12]}"
