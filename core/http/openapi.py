"""The OpenAPI 3.1 document, made from the routes' own declarations."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from core.auth.access import Access, Permitted
from core.http.operation import Api, Operation
from core.http.resources import ProblemDocument

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"<uuid:(\w+)>")
_PROBLEMS = {"401": "Not logged in", "403": "Not allowed", "404": "Not found", "409": "The state has changed",
             "422": "The request is not valid", "429": "Too many requests"}  # fmt: skip
_SECURITY: dict[str, Any] = {
    "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "wak_live_…"},
    "session": {"type": "apiKey", "in": "cookie", "name": "comptoir_session",
                "description": "Set by POST /session. Unsafe methods also need its X-CSRF-Token."},
}  # fmt: skip


def document(api: Api, version: str) -> dict[str, Any]:
    """OpenAPI 3.1 of these routes."""
    schemas = _Schemas(_models(api.operations))
    paths: dict[str, Any] = {}
    for operation in api.operations:
        path = api.prefix + _PARAMETER.sub(r"{\1}", operation.rule)
        paths.setdefault(path, {})[operation.method.lower()] = _operation(operation, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Comptoir", "version": version, "summary": "A WhatsApp team inbox",
                 "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}},
        "servers": [{"url": "/"}],
        "security": [{"apiKey": []}, {"session": []}],
        "paths": paths,
        "components": {"schemas": schemas.definitions, "securitySchemes": _SECURITY},
    }  # fmt: skip


class _Schemas:
    """The models' JSON schemas, each as callers send it or as we answer it."""

    def __init__(self, models: Sequence[type[BaseModel]]) -> None:
        self._refs, document = models_json_schema(
            [(model, "validation") for model in models], ref_template=_REF, by_alias=False
        )
        self.definitions: dict[str, Any] = document.get("$defs", {})

    def ref(self, model: type[BaseModel]) -> dict[str, Any]:
        return dict(self._refs[(model, "validation")])

    def properties(self, model: type[BaseModel]) -> dict[str, Any]:
        name = self.ref(model)["$ref"].rpartition("/")[2]
        found: dict[str, Any] = self.definitions[name]["properties"]
        return found


def _models(operations: Sequence[Operation]) -> list[type[BaseModel]]:
    found: dict[type[BaseModel], None] = {ProblemDocument: None}
    for operation in operations:
        for model in (operation.query, operation.body, *operation.responses.values()):
            if model is not None:
                found[model] = None
    return list(found)


def _operation(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.rule.split("/")[1].capitalize()],
        "parameters": [*_path_parameters(operation), *_query_parameters(operation, schemas)],
        "responses": {**_responses(operation, schemas), **_problems(operation)},
    }
    if description := "\n\n".join(filter(None, (operation.description, _needs(operation.access)))):
        told["description"] = description
    if operation.body is not None:
        content = {"application/json": {"schema": schemas.ref(operation.body)}}
        told["requestBody"] = {"required": True, "content": content}
    if not operation.access.identify:
        told["security"] = []
    return told


def _needs(access: Access) -> str:
    return f"Needs `{access.permission}`." if isinstance(access, Permitted) and access.permission else ""


def _path_parameters(operation: Operation) -> list[dict[str, Any]]:
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
            for name in _PARAMETER.findall(operation.rule)]  # fmt: skip


def _query_parameters(operation: Operation, schemas: _Schemas) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    properties = schemas.properties(operation.query)
    return [{"name": name, "in": "query", "required": False, "schema": schema} for name, schema in properties.items()]


def _responses(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, model in operation.responses.items():
        answer: dict[str, Any] = {"description": operation.summary}
        if model is not None:
            answer["content"] = {"application/json": {"schema": schemas.ref(model)}}
        answers[str(status)] = answer
    return answers


def _problems(operation: Operation) -> dict[str, Any]:
    wanted = {"401"} if operation.access.identify else {"401", "429"}
    if isinstance(operation.access, Permitted) and operation.access.permission:
        wanted.add("403")
    if "<" in operation.rule:
        wanted.add("404")
    if operation.body is not None or operation.query is not None:
        wanted.add("422")
    if operation.method in ("POST", "PATCH"):
        wanted.add("409")
    return {status: _problem(_PROBLEMS[status]) for status in sorted(wanted)}


@cache
def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(model="ProblemDocument")}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}
