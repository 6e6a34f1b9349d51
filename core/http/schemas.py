"""The JSON schemas of models, as the OpenAPI document keeps them."""

from collections.abc import Iterable
from typing import Any

from pydantic import TypeAdapter

_COMPONENTS = "#/components/schemas/"


class Schemas:
    """`prefix` keeps the names of one plugin's models apart from all others."""

    def __init__(self, models: Iterable[Any], prefix: str = "") -> None:
        self._prefix = prefix
        known = list(dict.fromkeys(models))
        self._found, told = TypeAdapter.json_schemas(
            [(number, "validation", TypeAdapter(model)) for number, model in enumerate(known)],
            ref_template=f"{_COMPONENTS}{prefix}{{model}}", by_alias=False,
        )  # fmt: skip
        self._numbers = {model: number for number, model in enumerate(known)}
        self.definitions: dict[str, Any] = {prefix + name: schema for name, schema in told.get("$defs", {}).items()}

    def of(self, model: Any) -> dict[str, Any]:
        """The model's schema, or a reference to it."""
        return dict(self._found[(self._numbers[model], "validation")])

    def whole(self, model: Any) -> dict[str, Any]:
        """The schema itself."""
        schema = self.of(model)
        reference = str(schema.get("$ref", ""))
        return self.definitions[reference.removeprefix(_COMPONENTS)] if reference else schema
