"""Routes of the JSON API, declared once: method, path, permission, what goes in, what comes out.

The guard, the validation and the OpenAPI document all come from this one declaration.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError
from quart import Blueprint, Response, jsonify, request

from core.auth.access import Access, declare
from core.auth.terms import Repeats, Terms, promise
from core.errors import Invalid
from core.http.limits import count_email
from core.http.problem import invalid
from core.limits.table import TABLE, default_limit

View = Callable[..., Awaitable[Any]]
Model = TypeVar("Model", bound=BaseModel)
Responses = Mapping[int, type[BaseModel] | None]
Examples = Mapping[int | Literal["body"], Any]
"""JSON to show: for the body, or for the answer of a status."""
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True, slots=True)
class Operation:
    """One route as the OpenAPI document tells of it. `rule` is relative to the API's prefix."""

    name: str
    method: str
    rule: str
    access: Access
    summary: str
    description: str
    responses: Responses
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    terms: Terms = field(default=Terms("read"))
    examples: Examples = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    problems: tuple[int, ...] = ()


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
                view.__name__, method, rule, access, summary, (view.__doc__ or "").strip(), responses, query, body,
                terms, examples or {}, tuple(tags), tuple(problems),
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
    takes = method in _UNSAFE and access.identify
    return "kept" if takes and idempotent is not False else "none"


def _served(view: View, operation: Operation) -> View:
    @wraps(view)
    async def served(**values: Any) -> Response:
        if operation.query is not None:
            values["query"] = parse_query(operation.query)
        if operation.body is not None:
            values["body"] = body = await parse_body(operation.body)
            if isinstance(email := getattr(body, "email", None), str):
                await count_email(operation.terms.limit, email)
        return _answer(await view(**values))

    return served


def parse_query(model: type[Model]) -> Model:
    """The query string as a model. Raises Invalid, also for a parameter given twice."""
    given = request.args.to_dict(flat=False)
    if repeated := [name for name, values in given.items() if len(values) > 1]:
        raise Invalid(f"Give {repeated[0]} once.", errors=[{"loc": [repeated[0]], "msg": "given more than once"}])
    try:
        return model.model_validate({name: values[0] for name, values in given.items()})
    except ValidationError as error:
        raise invalid(error) from None


async def parse_body(model: type[Model]) -> Model:
    """The JSON body as a model. Raises Invalid. Only JSON: a form can be posted by any stranger's page."""
    raw = await request.get_data(as_text=False)
    if raw and not request.is_json:
        raise Invalid("Send JSON, with Content-Type: application/json.", errors=[{"loc": [], "msg": "not JSON"}])
    try:
        return model.model_validate_json(raw or b"{}")
    except ValidationError as error:
        raise invalid(error) from None


def _answer(result: Any) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response("", 204)
    data, status = result if isinstance(result, tuple) else (result, 200)
    response = jsonify(data)
    response.status_code = status
    return response
