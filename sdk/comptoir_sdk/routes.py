"""A plugin's HTTP routes. The kernel serves them at /api/v1/p/<plugin><rule>, gated and permission-checked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
HTML = "text/html"
"""As an answer in `responses`: a fragment."""


@dataclass(frozen=True)
class Route:
    """`view` is `async (ctx, **url_values)`; it returns JSON-able data, `(data, status)`, or `ctx.render(…)`.

    Every route names the permission it needs, or says `public=True`; a public route is served at
    /api/v1/p/<plugin>/public/<tenant slug><rule>, for there is no login to tell the tenant.
    A fragment named by a panel or page is the route `/fragments/<name>`.

    What follows describes the route in the API's document, and is kept: with a `body` or `query` (a pydantic model, a
    dataclass or a TypedDict) the request is checked first, 422 when it does not fit, and the view is given it by that
    name. `responses` are the models of the answers by status: a media type (`HTML`) where it is no JSON, None where
    there is no body. `examples` are JSON to show, for the body or a status, where the models' own would not do.
    """

    rule: str
    view: Callable[..., Awaitable[Any]]
    methods: tuple[str, ...] = ("GET",)
    permission: str | None = None
    public: bool = False
    summary: str = ""
    """One line; by default the first of the view's docstring."""
    body: Any = None
    query: Any = None
    responses: Mapping[int, Any] = field(default_factory=dict)
    examples: Mapping[int | Literal["body"], Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.rule.startswith("/"):
            raise ValueError(f"the rule of a Route starts with '/': {self.rule!r}")
        if unknown := set(self.methods) - _METHODS:
            raise ValueError(f"route {self.rule}: unknown methods {sorted(unknown)}; use {sorted(_METHODS)}")
        if bool(self.permission) == self.public:
            raise ValueError(f"route {self.rule}: name the permission it needs, or say public=True, and not both")
        if self.body is not None and "GET" in self.methods:
            raise ValueError(f"route {self.rule}: a GET has no body; give the other methods a Route of their own")
