"""Where in a message Meta's rules are broken: the member, Meta's own limit, what to do about it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

_TAG: Final = re.compile(r"\([a-z_ ]*\)")
"""How unions here name their choices, so that no member's name can be taken for one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """`path` leads to the member; `limit` is Meta's, where there is one."""

    path: tuple[str | int, ...]
    words: str
    limit: int | float | None = None

    @property
    def pointer(self) -> str:
        """As RFC 6901 writes it into a URI."""
        return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in self.path)

    def as_json(self) -> dict[str, Any]:
        """As problem JSON tells of it."""
        told = {"loc": list(self.path), "pointer": self.pointer, "msg": self.words}
        return told if self.limit is None else {**told, "limit": self.limit}

    def __str__(self) -> str:
        return f"{'.'.join(str(part) for part in self.path) or 'The message'} {self.words}"


class InvalidPayload(ValueError):
    """Meta would refuse this; the message names the member and the limit."""

    def __init__(self, words: str, faults: Sequence[Fault] = ()) -> None:
        super().__init__(words)
        self.faults = tuple(faults)


def invalid_payload(error: ValidationError, root: tuple[str | int, ...] = ()) -> InvalidPayload:
    """What pydantic found, in Meta's terms. `root` stands before every path."""
    faults = faults_of(error, root)
    return InvalidPayload(str(faults[0]), faults)


def faults_of(error: ValidationError, root: tuple[str | int, ...] = ()) -> list[Fault]:
    """Never with the values: they may be a customer's."""
    return [_fault(found, root) for found in error.errors(include_url=False)]


def _fault(found: Mapping[str, Any], root: tuple[str | int, ...]) -> Fault:
    kind, told = str(found["type"]), found.get("ctx") or {}
    words = _WORDS[kind](told, found.get("input")) if kind in _WORDS else _plain(found)
    path = tuple(part for part in found["loc"] if not (isinstance(part, str) and _TAG.fullmatch(part)))
    if kind.startswith("union_tag_"):
        path = (*path, "type")
    limit = next((told[name] for name in _LIMITS if name in told), None)
    return Fault((*root, *path), words, limit)


def _plain(found: Mapping[str, Any]) -> str:
    message = str(found["msg"])
    return message.removeprefix("Value error, ")


def _too_many_characters(told: Mapping[str, Any], given: Any) -> str:
    most = told["max_length"]
    length = f"has {len(given)} characters; " if isinstance(given, str) else ""
    return f"{length}WhatsApp takes at most {most}: shorten it"


def _too_few_characters(told: Mapping[str, Any], given: Any) -> str:
    if told["min_length"] == 1:
        return "is empty: write something"
    return f"is too short: WhatsApp takes at least {told['min_length']} characters"


def _too_many(told: Mapping[str, Any], given: Any) -> str:
    # pydantic stops counting one above the limit.
    count = f"has {len(given)}; " if isinstance(given, Sequence) else ""
    return f"{count}WhatsApp takes at most {told['max_length']}: take some away"


def _too_few(told: Mapping[str, Any], given: Any) -> str:
    count = f"has {len(given)}; " if isinstance(given, Sequence) else ""
    return f"{count}WhatsApp wants at least {told['min_length']}: add some"


def _choices(told: Mapping[str, Any], given: Any) -> str:
    known = str(told.get("expected_tags", told.get("expected", ""))).replace("(", "").replace(")", "")
    return f"is not known: use {known}"


_LIMITS: Final = ("max_length", "min_length", "le", "ge", "lt", "gt")
_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any], Any], str]]] = {
    "string_too_long": _too_many_characters,
    "string_too_short": _too_few_characters,
    "too_long": _too_many,
    "too_short": _too_few,
    "missing": lambda told, given: "is missing: WhatsApp needs it",
    "extra_forbidden": lambda told, given: "is not known to WhatsApp here: remove it, or look at its spelling",
    "less_than_equal": lambda told, given: f"is too large: WhatsApp takes at most {told['le']}",
    "greater_than_equal": lambda told, given: f"is too small: WhatsApp takes at least {told['ge']}",
    "greater_than": lambda told, given: f"is too small: it must be more than {told['gt']}",
    "literal_error": _choices,
    "union_tag_invalid": _choices,
    "union_tag_not_found": lambda told, given: "is missing: say what it is",
    "model_type": lambda told, given: "is no object: WhatsApp wants one",
    "model_attributes_type": lambda told, given: "is no object: WhatsApp wants one",
    "list_type": lambda told, given: "is no list: WhatsApp wants one",
    "string_type": lambda told, given: "is no text: WhatsApp wants one",
    "json_invalid": lambda told, given: "is no JSON that can be read",
    "string_unicode": lambda told, given: "holds a character that is not valid Unicode text: remove it",
}
