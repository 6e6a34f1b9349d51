"""The rule of a route, which knows at once what matches it, and how to write an address only when it is asked."""

from collections.abc import Callable
from functools import cache

from quart.routing import QuartRule

Builder = Callable[..., tuple[str, str]]


class Rule(QuartRule):
    """Werkzeug compiles two functions for each rule, for `url_for`: for ours that was half the time of a start."""

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        @cache
        def compiled() -> Builder:
            return super(Rule, self)._compile_builder(append_unknown)

        return lambda rule, **values: compiled()(rule, **values)
