"""What every operation may answer besides success, and the headers around it, as the OpenAPI document tells of them."""

from typing import Any, Final

from core.auth.access import Permitted
from core.auth.terms import Terms
from core.http.operation import UNSAFE, Operation

_PROBLEMS: Final[dict[int, tuple[str, str, str]]] = {
    # status: (type, title, detail of the example)
    400: ("bad-request", "Bad request", "The request cannot be read."),
    401: ("unauthenticated", "Not logged in", "Log in, or send an API key in the Authorization header."),
    403: ("forbidden", "Not allowed", "Your role (viewer) lacks the permission contacts.write."),
    404: ("not-found", "Not found", "There is nothing here, or nothing of yours."),
    409: ("conflict", "The state has changed", "Somebody was quicker: look again."),
    410: ("gone", "No longer there", "It was valid once, and is not any more."),
    412: ("precondition", "It has changed meanwhile", "It has changed since you read it: read it again."),
    413: ("request-entity-too-large", "Too large", "A body has at most 1 MiB."),
    416: ("requested-range-not-satisfiable", "Requested Range Not Satisfiable", "The file has 4711 bytes."),
    422: ("invalid", "The request is not valid", "Correct the request and send it again. name: Field required"),
    429: ("too-many-requests", "Too many requests", "Too many requests: try again in 12 s."),
    502: ("bad-gateway", "A service answered badly", "A service behind us gave no proper answer."),
    503: ("unavailable", "Temporarily unavailable", "The database cannot be reached: try again in a moment."),
}
_PROBLEM: Final = "#/components/schemas/ProblemDocument"


def problems_of(operation: Operation) -> list[int]:
    """Statuses of problem JSON that the operation may answer."""
    wanted = {429, 503, *operation.problems}
    if operation.access.identify:
        wanted.add(401)
    if operation.method in UNSAFE:
        wanted |= {403, 409, 422, 413} if operation.body is not None else {403, 409}
    if isinstance(operation.access, Permitted) and (operation.access.permission or operation.access.person):
        wanted.add(403)
    if "<" in operation.rule or operation.plugin:
        wanted.add(404)
    if operation.query is not None or takes_key(operation.terms):
        wanted.add(422)
    if takes_condition(operation):
        wanted |= {404, 412}
    if operation.method == "POST" and not operation.access.identify:
        wanted.add(401)
    return sorted(wanted - set(operation.responses))


def takes_key(terms: Terms) -> bool:
    """Whether Idempotency-Key means something here."""
    return terms.repeats != "none"


def takes_condition(operation: Operation) -> bool:
    """Whether If-Match means something here."""
    return operation.method in ("PUT", "PATCH", "DELETE") and operation.access.identify


def problem_reference(status: int) -> dict[str, str]:
    return {"$ref": f"#/components/responses/{status}"}


def problem_responses() -> dict[str, Any]:
    """`components.responses`: one for each status."""
    return {str(status): _problem(status, *told) for status, told in _PROBLEMS.items()}


def _problem(status: int, kind: str, title: str, detail: str) -> dict[str, Any]:
    example = {"type": f"/problems/{kind}", "title": title, "status": status, "detail": detail}
    if status == 422:
        example["errors"] = [{"loc": ["name"], "msg": "Field required"}]
    answer: dict[str, Any] = {"description": title, "content": {"application/problem+json": {
        "schema": {"$ref": _PROBLEM}, "example": example}}}  # fmt: skip
    names = ["X-Request-Id", *(("Retry-After",) if status in (409, 429, 503) else ())]
    if status == 401:
        names.append("WWW-Authenticate")
    return {**answer, "headers": {name: _header(name) for name in names}}


def success_headers(operation: Operation) -> dict[str, Any]:
    names = ["X-Request-Id", "RateLimit", "RateLimit-Policy"]
    if operation.method == "GET":
        names.append("ETag")
    if operation.terms.repeats == "kept":
        names.append("Idempotency-Replayed")
    return {name: _header(name) for name in names}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


HEADERS: Final[dict[str, Any]] = {
    "X-Request-Id": {"description": "Yours, when you sent a tame one; it stands in our log too.",
                     "schema": {"type": "string"}, "example": "4ea01510e0514e17a8dc52af7caad8af"},
    "RateLimit": {"description": "The limit that will run out first: `r` requests left at once, all of them again in "
                                 "`t` seconds (draft-ietf-httpapi-ratelimit-headers).",
                  "schema": {"type": "string"}, "example": '"read-person";r=29999;t=1'},
    "RateLimit-Policy": {"description": "Every limit that this request was counted by: `q` requests in `w` seconds.",
                         "schema": {"type": "string"}, "example": '"read-person";q=30000;w=60'},
    "ETag": {"description": "Names this representation: for If-None-Match and If-Match.",
             "schema": {"type": "string"}, "example": '"h2jAxGsnvQ0Qv1pQ3n2k"'},
    "Idempotency-Replayed": {"description": "`true`: the answer of an earlier request with the same key, not new work.",
                             "schema": {"type": "string", "const": "true"}, "example": "true"},
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}, "example": 12},
    "WWW-Authenticate": {"description": "How to be known.", "schema": {"type": "string"},
                         "example": 'Bearer realm="comptoir"'},
}  # fmt: skip

PARAMETERS: Final[dict[str, Any]] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key", "in": "header", "required": False,
        "description": "The same key and the same request again: the same answer, and no second effect. Kept 12 hours, "
                       "for your credential alone.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "order-4711-welcome",
    },
    "IfMatch": {
        "name": "If-Match", "in": "header", "required": False,
        "description": "The ETag that you read: 412 when it has changed since.",
        "schema": {"type": "string"}, "example": '"h2jAxGsnvQ0Qv1pQ3n2k"',
    },
    "IfNoneMatch": {
        "name": "If-None-Match", "in": "header", "required": False,
        "description": "The ETag that you have: 304, without a body, when it is still that.",
        "schema": {"type": "string"}, "example": '"h2jAxGsnvQ0Qv1pQ3n2k"',
    },
}  # fmt: skip


def header_parameters(operation: Operation) -> list[dict[str, str]]:
    """The request headers that mean something to the operation."""
    names = []
    if operation.method == "GET":
        names.append("IfNoneMatch")
    if takes_key(operation.terms):
        names.append("IdempotencyKey")
    if takes_condition(operation):
        names.append("IfMatch")
    return [{"$ref": f"#/components/parameters/{name}"} for name in names]
