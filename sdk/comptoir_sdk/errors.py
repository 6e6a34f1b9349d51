"""Errors a plugin raises to answer its caller. Anything else is a fault of the plugin, counted by its breaker.

PluginError
├── Invalid     422  understood and wrong; `fields` names what to change
├── Forbidden   403  known, and not allowed
├── NotFound    404  absent, or another tenant's: the same answer
└── Unavailable 503  somebody else who must answer did not: try again
"""

from typing import ClassVar


class PluginError(Exception):
    """An answer for the caller: `detail` says what to do."""

    status: ClassVar[int] = 400

    def __init__(self, detail: str, **fields: str) -> None:
        super().__init__(detail)
        self.detail, self.fields = detail, fields


class Invalid(PluginError):
    status = 422


class Forbidden(PluginError):
    status = 403


class NotFound(PluginError):
    status = 404


class Unavailable(PluginError):
    status = 503
