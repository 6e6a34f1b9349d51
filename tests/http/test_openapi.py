"""The document is checked against the rules of OpenAPI 3.1 that tools stumble over."""

import re
from collections.abc import Iterator
from typing import Any

from core.http.application import Application
from tests.http.callers import Caller
from tests.http.test_doors import PUBLIC

_METHODS = {"get", "post", "put", "patch", "delete"}


def refs(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from refs(value)
    elif isinstance(node, list):
        for value in node:
            yield from refs(value)


async def document(anonymous: Caller) -> dict[str, Any]:
    answer = await anonymous.get("/openapi.json")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def test_it_is_openapi_31_with_unique_operations(anonymous: Caller) -> None:
    told = await document(anonymous)
    assert told["openapi"].startswith("3.1.")
    assert {"title", "version"} <= set(told["info"])
    operations = [one for path in told["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names)) >= 17
    for one in operations:
        assert one["responses"]
        assert all(re.fullmatch(r"[1-5]\d\d", status) and answer["description"]
                   for status, answer in one["responses"].items())  # fmt: skip


async def test_every_reference_leads_somewhere(anonymous: Caller) -> None:
    told = await document(anonymous)
    found = set(refs(told))
    assert found
    for reference in found:
        node: Any = told
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    for scheme in (name for need in told["security"] for name in need):
        assert scheme in told["components"]["securitySchemes"]


async def test_path_parameters_match_their_path(anonymous: Caller) -> None:
    for path, operations in (await document(anonymous))["paths"].items():
        for one in operations.values():
            named = {parameter["name"] for parameter in one["parameters"] if parameter["in"] == "path"}
            assert named == set(re.findall(r"{(\w+)}", path))
            assert all(parameter["required"] for parameter in one["parameters"] if parameter["in"] == "path")


async def test_it_tells_of_every_route_and_of_no_other(app: Application, anonymous: Caller) -> None:
    served = {
        (re.sub(r"<uuid:(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules() if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if rule.endpoint not in ("api.nowhere", "api.openapi")
    }  # fmt: skip
    told = {(path, method) for path, one in (await document(anonymous))["paths"].items() for method in one}
    assert told == served


async def test_bodies_have_schemas_and_examples_and_public_routes_no_security(anonymous: Caller) -> None:
    told = await document(anonymous)
    for path, operations in told["paths"].items():
        for one in operations.values():
            if body := one.get("requestBody"):
                name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert told["components"]["schemas"][name]["examples"]
            assert (one.get("security") == []) is (f"api.{one['operationId']}" in PUBLIC), path
