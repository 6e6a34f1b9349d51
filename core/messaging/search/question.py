"""What is asked: words, and who, where and when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from core.errors import Invalid

Side = Literal["customer", "colleague"]
Kind = Literal["text", "image", "video", "audio", "document", "sticker", "location", "contacts", "interactive",
               "template", "order", "link"]  # fmt: skip
MOST_TERMS, _MOST_GRAMS = 8, 12
_NATIONAL: Final = 6
"""From so many digits on, a number that begins with 0 is a phone as one dials it at home."""


@dataclass(frozen=True, slots=True)
class Question:
    """Each None lets everything through. `member` is who wrote it; a `contact` also what they wrote in groups,
    of a `tag` what is in conversations that bear it now."""

    q: str
    conversation: UUID | None = None
    contact: UUID | None = None
    account: UUID | None = None
    side: Side | None = None
    member: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    kind: Kind | None = None
    tag: UUID | None = None

    @property
    def facets(self) -> list[str]:
        """As `search_facets` of 32_search.sql names them."""
        named = (("conversation", self.conversation), ("contact", self.contact), ("account", self.account),
                 ("from", self.side), ("author", self.member), ("kind", self.kind))  # fmt: skip
        return [f"{name} {value}" for name, value in named if value is not None]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a text must hold, all of it: two letters at the beginning of a word, three or more anywhere."""

    words: Sequence[str]
    patterns: Sequence[str] = field(init=False)
    grams: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        # Texts are kept without a space before their first word.
        object.__setattr__(self, "patterns", [f"% {one}%" if len(one) == 2 else f"%{one}%" for one in self.words])
        object.__setattr__(self, "grams", _thinned([gram for one in self.words for gram in _grams(one)]))


def terms_of_text(words: str) -> Terms:
    """Of the folded question. Raises Invalid when there is too little to search for."""
    parts = _numbers_in_one_piece(words.split())
    long = [_without_trunk(part, _NATIONAL) for part in parts if len(part) > 1]
    if not long:
        raise Invalid("Search for two letters or more.", errors=[{"loc": ["q"], "msg": "too short"}])
    return Terms(list(dict.fromkeys(long))[:MOST_TERMS])


def terms_of_name(words: str) -> Terms:
    """The same for names and phones: a phone is kept with its country code, so a 0 before it says nothing."""
    parts = words.split()
    if parts and all(part.isdecimal() for part in parts) and len("".join(parts)) > 2:
        return Terms([_without_trunk("".join(parts), 4)])
    return Terms(list(dict.fromkeys(part for part in parts if len(part) > 1))[:MOST_TERMS])


def _numbers_in_one_piece(parts: Sequence[str]) -> list[str]:
    """Numbers that stand together are one, when they are long enough to be: 0612 34 56 78."""
    found: list[str] = []
    group: list[str] = []
    for part in (*parts, ""):
        if part.isdecimal():
            group.append(part)
            continue
        whole = "".join(group)
        found += [whole] if len(whole) > 4 else group
        group = []
        found += [part] if part else []
    return found


def _without_trunk(digits: str, least: int) -> str:
    """612345678 for 0612345678 and 00612345678: both spellings of a phone hold it."""
    if not digits.isdecimal() or len(digits) < least or not digits.startswith("0"):
        return digits
    return digits.lstrip("0") or digits


def _grams(term: str) -> list[int]:
    """As `search_keys` of 32_search.sql makes them."""
    letters = [ord(letter) for letter in (f" {term}" if len(term) == 2 else term)]
    return [x << 42 | y << 21 | z for x, y, z in zip(letters, letters[1:], letters[2:], strict=False)]


def _thinned(grams: Sequence[int]) -> list[int]:
    """A few, evenly taken: each costs a look into the index, and the words are compared in the end anyway."""
    unique = list(dict.fromkeys(grams))
    step = -(-len(unique) // _MOST_GRAMS) or 1
    return unique[::step]
