"""The document is valid OpenAPI 3.1, tells of every route and of no other, and its examples are what it says."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from core.auth.access import Permitted, declared
from core.auth.permissions import OPERATE, OWN
from core.http.application import Application
from core.http.openapi import path_of
from tests.http.callers import Caller

_PERMISSIONS = OWN | OPERATE


async def document(caller: Caller) -> dict[str, Any]:
    answer = await caller.get("/openapi.json")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


@pytest.fixture
async def told(anonymous: Caller) -> dict[str, Any]:
    return await document(anonymous)


def operations(told: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation)"""
    for path, one in told["paths"].items():
        for method, operation in one.items():
            yield path, method, operation


def valid(told: dict[str, Any], schema: dict[str, Any], value: Any) -> list[str]:
    """What is wrong with the value."""
    registry: Registry[Any] = Registry().with_resource(
        "urn:document", Resource.from_contents({"$schema": "https://json-schema.org/draft/2020-12/schema", **told})
    )
    text = json.dumps(schema).replace('"#/', '"urn:document#/')
    checked = Draft202012Validator(json.loads(text), registry=registry,
                                   format_checker=Draft202012Validator.FORMAT_CHECKER)  # fmt: skip
    return [error.message for error in checked.iter_errors(value)]


def test_it_is_valid_openapi_31(told: dict[str, Any]) -> None:
    assert told["openapi"].startswith("3.1.")
    assert [str(error) for error in OpenAPIV31SpecValidator(told).iter_errors()] == []


def test_operations_have_names_of_their_own_summaries_and_known_headings(told: dict[str, Any]) -> None:
    names = [one["operationId"] for _, _, one in operations(told)]
    assert len(names) == len(set(names)) >= 17
    headings = {tag["name"] for tag in told["tags"]}
    for path, method, one in operations(told):
        assert one["summary"], (path, method)
        assert set(one["tags"]) <= headings


def test_path_parameters_match_their_path(told: dict[str, Any]) -> None:
    for path, _, one in operations(told):
        named = {parameter["name"] for parameter in one["parameters"] if parameter.get("in") == "path"}
        assert named == set(re.findall(r"{(\w+)}", path))


def test_it_tells_of_every_route_and_of_no_other(app: Application, told: dict[str, Any]) -> None:
    served = {
        (path_of(rule.rule), method.lower())
        for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.") and rule.endpoint != "api.nowhere"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }  # fmt: skip
    assert {(path, method) for path, method, _ in operations(told)} == served


def test_every_body_and_every_json_answer_has_an_example_that_fits_its_schema(told: dict[str, Any]) -> None:
    wrong, looked = {}, 0
    for path, method, one in operations(told):
        shown = {"body": one.get("requestBody", {}), **one["responses"]}
        for where, part in shown.items():
            content = part.get("content", {}).get("application/json")
            if content is None or content["schema"] == {"type": "object"}:
                continue
            looked += 1
            faults = valid(told, content["schema"], content["example"]) if "example" in content else ["no example"]
            if faults:
                wrong[f"{method} {path} {where}"] = faults
    assert wrong == {}
    assert looked > 20


def test_answers_of_success_are_described(told: dict[str, Any]) -> None:
    """At least of which media type they are."""
    silent = [f"{method} {path}" for path, method, one in operations(told)
              for status, answer in one["responses"].items()
              if status in ("200", "201") and "content" not in answer]  # fmt: skip
    assert silent == []


def test_security_and_permissions_are_those_of_the_routes(app: Application, told: dict[str, Any]) -> None:
    by_name = {endpoint.removeprefix("api."): declared(view) for endpoint, view in app.view_functions.items()}
    for path, method, one in operations(told):
        access = by_name[one["operationId"]]
        assert access is not None
        needs = access.permission if isinstance(access, Permitted) else None
        assert one.get("x-permission") == needs, (path, method)
        assert needs is None or needs in _PERMISSIONS
        assert one.get("x-person", False) is (isinstance(access, Permitted) and access.person)
        if not access.identify:
            assert one["security"] == []
        elif method != "get":
            assert {"session": [], "csrf": []} in one["security"]


def test_repeats_conditions_and_limits_are_told_where_they_hold(told: dict[str, Any]) -> None:
    def headers(one: dict[str, Any]) -> set[str]:
        return {part["$ref"].rpartition("/")[2] for part in one["parameters"] if "$ref" in part}

    for path, method, one in operations(told):
        assert "429" in one["responses"]
        if method == "get":
            assert headers(one) == {"IfNoneMatch"}
            assert "304" in one["responses"]
        elif one["security"]:
            assert ("IfMatch" in headers(one)) is (method != "post"), (path, method)
    assert "IdempotencyKey" in headers(told["paths"]["/api/v1/contacts"]["post"])
    assert "IdempotencyKey" not in headers(told["paths"]["/api/v1/session"]["post"])


async def test_it_is_known_by_its_etag(anonymous: Caller) -> None:
    first = await anonymous.get("/openapi.json")
    assert (await anonymous.get("/openapi.json", If_None_Match=first.headers["ETag"])).status == 304
