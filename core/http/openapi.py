"""The OpenAPI 3.1 document, made from the routes' own declarations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from core.auth.access import Permitted
from core.http.answers import (
    HEADERS,
    PARAMETERS,
    header_parameters,
    problem_reference,
    problem_responses,
    problems_of,
    success_headers,
)
from core.http.examples import Examples
from core.http.guide import GUIDE, tag_of, tags_of
from core.http.operation import UNSAFE, Operation
from core.http.resources import ProblemDocument
from core.http.schemas import Schemas

_PARAMETER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_CONVERTERS: Final[Mapping[str, dict[str, str]]] = {
    "uuid": {"type": "string", "format": "uuid"}, "int": {"type": "integer"}, "float": {"type": "number"},
}  # fmt: skip
_SECURITY: Final[dict[str, Any]] = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "wak_live_… or JWT",
               "description": "An API key, or an access token of POST /tokens."},
    "session": {"type": "apiKey", "in": "cookie", "name": "comptoir_session",
                "description": "Set by POST /session; `__Host-comptoir_session` where there is TLS."},
    "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token",
             "description": "Together with the cookie, on unsafe methods: `csrf` of POST /session or GET /bootstrap."},
}  # fmt: skip


def document(operations: Sequence[Operation], prefix: str, version: str) -> dict[str, Any]:
    """OpenAPI 3.1 of these operations, whose rules are relative to `prefix`."""
    schemas = {name: _schemas(operations, name) for name in sorted({operation.plugin for operation in operations})}
    definitions = {name: schema for one in schemas.values() for name, schema in one.definitions.items()}
    examples, paths = Examples(definitions), dict[str, Any]()
    for operation in operations:
        told = _Telling(operation, schemas[operation.plugin], examples).whole()
        paths.setdefault(prefix + path_of(operation.rule), {})[operation.method.lower()] = told
    return {
        "openapi": "3.1.0",
        "info": {"title": "Comptoir", "version": version, "summary": "A WhatsApp team inbox", "description": GUIDE,
                 "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"session": []}],
        "tags": tags_of(operations),
        "paths": paths,
        "components": {"schemas": definitions, "responses": problem_responses(), "headers": HEADERS,
                       "parameters": PARAMETERS, "securitySchemes": _SECURITY},
    }  # fmt: skip


def path_of(rule: str) -> str:
    """`/contacts/{contact_id}` of `/contacts/<uuid:contact_id>`."""
    return _PARAMETER.sub(r"{\2}", rule)


def _schemas(operations: Iterable[Operation], plugin: str) -> Schemas:
    models: list[Any] = [] if plugin else [ProblemDocument]
    for operation in operations:
        if operation.plugin == plugin:
            models += [operation.query, operation.body, *operation.responses.values()]
    return Schemas((model for model in models if _is_model(model)), f"{plugin}." if plugin else "")


def _is_model(model: Any) -> bool:
    return model is not None and not isinstance(model, str)


class _Telling:
    """One operation."""

    def __init__(self, operation: Operation, schemas: Schemas, examples: Examples) -> None:
        self._operation, self._schemas, self._examples = operation, schemas, examples

    def whole(self) -> dict[str, Any]:
        operation = self._operation
        told: dict[str, Any] = {
            "operationId": operation.name, "summary": operation.summary, "tags": [tag_of(operation)],
            "parameters": [*self._path_parameters(), *self._query_parameters(), *header_parameters(operation)],
            "responses": self._responses(), "security": self._security(),
        }  # fmt: skip
        if operation.body is not None:
            content = self._content(operation.body, operation.examples.get("body"))
            told["requestBody"] = {"required": True, "content": content}
        if operation.form is not None:
            told["requestBody"] = {"required": True, "content": {"multipart/form-data": {
                "schema": operation.form, "example": operation.examples.get("body")}}}  # fmt: skip
        return {**told, **self._demands(), "x-limit": operation.terms.limit}

    def _demands(self) -> dict[str, Any]:
        """`x-permission` and `x-person`, and the same in words."""
        operation, access = self._operation, self._operation.access
        permission = access.permission if isinstance(access, Permitted) else None
        person = isinstance(access, Permitted) and access.person
        words = [operation.description, f"Needs `{permission}`." if permission else "",
                 "For people: an API key gets 403." if person else ""]  # fmt: skip
        told: dict[str, Any] = {"x-permission": permission} if permission else {}
        if person:
            told["x-person"] = True
        return {**told, "description": "\n\n".join(filter(None, words))}

    def _security(self) -> list[dict[str, Any]]:
        if not self._operation.access.identify:
            return []
        known: list[dict[str, Any]] = [{"bearer": []}, {"session": []}]
        if self._operation.method in UNSAFE:
            known[1]["csrf"] = []
        return known if isinstance(self._operation.access, Permitted) else [*known, {}]

    def _path_parameters(self) -> list[dict[str, Any]]:
        return [{"name": name, "in": "path", "required": True, "schema": (schema := _converted(converter)),
                 "example": self._examples.of(schema, name)}
                for converter, name in _PARAMETER.findall(self._operation.rule)]  # fmt: skip

    def _query_parameters(self) -> list[dict[str, Any]]:
        if self._operation.query is None:
            return []
        whole = self._schemas.whole(self._operation.query)
        needed = whole.get("required", ())
        return [{"name": name, "in": "query", "required": name in needed, "schema": schema,
                 **({"description": schema["description"]} if "description" in schema else {}),
                 **({"style": "form", "explode": False} if schema.get("type") == "array" else {})}
                for name, schema in whole.get("properties", {}).items()]  # fmt: skip

    def _responses(self) -> dict[str, Any]:
        operation = self._operation
        answers = {str(status): self._success(status, model) for status, model in operation.responses.items()}
        if operation.method == "GET" and "304" not in answers:
            answers["304"] = {"description": "It is still what your If-None-Match names."}
        return answers | {str(status): problem_reference(status) for status in problems_of(operation)}

    def _success(self, status: int, model: Any) -> dict[str, Any]:
        answer: dict[str, Any] = {"description": self._operation.summary, "headers": success_headers(self._operation)}
        if isinstance(model, str):
            answer["content"] = {model: {"schema": {"type": "object"} if model == "application/json" else {}}}
        elif model is not None:
            answer["content"] = self._content(model, self._operation.examples.get(status))
        return answer

    def _content(self, model: Any, example: Any) -> dict[str, Any]:
        schema = self._schemas.of(model)
        shown = self._examples.of(schema) if example is None else example
        return {"application/json": {"schema": schema, "example": shown}}


def _converted(converter: str) -> dict[str, Any]:
    return dict(_CONVERTERS.get(converter, {"type": "string"}))
