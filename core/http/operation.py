"""Routes of the JSON API, declared once: method, path, permission, what goes in, what comes out.

The guard, the validation and the OpenAPI document all come from this one declaration.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from inspect import getdoc
from typing import Any, Final, Literal

from pydantic import BaseModel, TypeAdapter
from quart import Blueprint, Response, jsonify

from core.auth.access import Access, declare
from core.auth.terms import Repeats, Terms, promise
from core.http.limits import count_email
from core.limits.table import TABLE, default_limit
from core.requests import invalid, read_body, read_query

View = Callable[..., Awaitable[Any]]
Responses = Mapping[int, type[BaseModel] | str | None]
"""The model of each status' JSON; a media type where it is none (`"image/*"`); None where there is no body."""
Examples = Mapping[int | Literal["body"], Any]
"""JSON to show: for the body, or for the answer of a status."""
UNSAFE: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as the OpenAPI document tells of it. `rule` is relative to the API's prefix."""

    name: str
    method: str
    rule: str
    access: Access
    summary: str
    description: str
    responses: Mapping[int, Any]
    query: Any = None
    body: Any = None
    terms: Terms = field(default=Terms("read"))
    examples: Examples = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()
    form: Mapping[str, Any] | None = None
    """The JSON schema of a multipart/form-data body that the view reads itself."""
    plugin: str = ""
    """Whose it is; empty for the kernel's own."""


class Api:
    """A blueprint that remembers what its routes declared."""

    def __init__(self, name: str, prefix: str) -> None:
        self.blueprint = Blueprint(name, __name__, url_prefix=prefix)
        self.prefix = prefix
        self.operations: list[Operation] = []

    def route(
        self,
        method: str,
        rule: str,
        access: Access,
        summary: str,
        *,
        responses: Responses,
        query: type[BaseModel] | None = None,
        body: type[BaseModel] | None = None,
        form: Mapping[str, Any] | None = None,
        limit: str | None = None,
        idempotent: bool | Literal["own"] | None = None,
        examples: Examples | None = None,
        tags: Sequence[str] = (),
        problems: Sequence[int] = (),
    ) -> Callable[[View], View]:
        """Serve the view; it gets the path's values, and `query` and `body` when their models are named.

        It returns JSON-able data, `(data, status)`, a Response, or None for 204.

        `limit` names a row of core.limits.table. `idempotent`: unsafe methods of known callers take an
        Idempotency-Key; False refuses it to those that set a cookie or stream, "own" leaves it to the view.
        `examples` win over those made from the models. `problems` are statuses it answers beyond the obvious ones.
        """
        terms = Terms(_row(limit, method, access), _repeats(idempotent, method, access))

        def register(view: View) -> View:
            operation = Operation(
                view.__name__, method, rule, access, summary, getdoc(view) or "", responses, query, body,
                terms, examples or {}, tuple(tags), tuple(problems), form,
            )  # fmt: skip
            self.operations.append(operation)
            served = promise(terms)(declare(access)(_served(view, operation)))
            self.blueprint.add_url_rule(rule, view.__name__, served, methods=[method])
            return view

        return register


def _row(limit: str | None, method: str, access: Access) -> str:
    row = limit or default_limit(method, public=not access.identify)
    if row not in TABLE:
        raise LookupError(f"core.limits.table has no row {row!r}; it has {sorted(TABLE)}")
    return row


def _repeats(idempotent: bool | Literal["own"] | None, method: str, access: Access) -> Repeats:
    if idempotent == "own":
        return "own"
    takes = method in UNSAFE and access.identify
    return "kept" if takes and idempotent is not False else "none"


def _served(view: View, operation: Operation) -> View:
    query = TypeAdapter(operation.query) if operation.query is not None else None
    expected = TypeAdapter(operation.body) if operation.body is not None else None
    # What stands for an object of Meta's is refused in Meta's terms.
    refusal = getattr(operation.body, "refusal", invalid)

    @wraps(view)
    async def served(**values: Any) -> Response:
        if query is not None:
            values["query"] = read_query(query)
        if expected is not None:
            values["body"] = body = await read_body(expected, refusal)
            if isinstance(email := getattr(body, "email", None), str):
                await count_email(operation.terms.limit, email)
        return _answer(await view(**values))

    return served


def written(body: str) -> Response:
    """JSON that somebody else wrote already."""
    return Response(body, content_type="application/json")


def _answer(result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response("", 204)
    data, status = result if isinstance(result, tuple) else (result, 200)
    response = jsonify(data)
    response.status_code = status
    return response
