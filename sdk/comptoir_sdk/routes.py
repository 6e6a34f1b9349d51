"""A plugin's HTTP routes. The kernel serves them at /api/v1/p/<plugin><rule>, gated and permission-checked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Route:
    """`view` is `async (ctx, **url_values)`; it returns JSON-able data, `(data, status)`, or `ctx.render(…)`.

    Every route names the permission it needs, or says `public=True`; a public route is served at
    /api/v1/p/<plugin>/public/<tenant slug><rule>, for there is no login to tell the tenant.
    A fragment named by a panel or page is the route `/fragments/<name>`.
    """

    rule: str
    view: Callable[..., Awaitable[Any]]
    methods: tuple[str, ...] = ("GET",)
    permission: str | None = None
    public: bool = False

    def __post_init__(self) -> None:
        if not self.rule.startswith("/"):
            raise ValueError(f"the rule of a Route starts with '/': {self.rule!r}")
        if unknown := set(self.methods) - _METHODS:
            raise ValueError(f"route {self.rule}: unknown methods {sorted(unknown)}; use {sorted(_METHODS)}")
        if bool(self.permission) == self.public:
            raise ValueError(f"route {self.rule}: name the permission it needs, or say public=True, and not both")
