"""A line of what was found, with the places of the words that were asked for."""

from collections.abc import Sequence
from typing import Any, Final

from core.messaging.search.folding import Folded

_BEFORE: Final = 48
_LONGEST: Final = 180
_AROUND_SPACE: Final = 12


def snippet(folded: Folded, text: str, words: Sequence[str]) -> dict[str, Any] | None:
    """{text, ranges}, the ranges [from, to) in characters of that text; None when it does not say all of them."""
    ranges = folded.ranges(words)
    if ranges is None:
        return None
    begins = _beginning(text, ranges[0][0] if ranges else 0)
    ends = min(len(text), begins + _LONGEST)
    head, tail = "…" if begins else "", "…" if ends < len(text) else ""
    moved = len(head) - begins
    shown = [[max(at, begins) + moved, min(end, ends) + moved] for at, end in ranges if at < ends and end > begins]
    return {"text": head + text[begins:ends].replace("\n", " ") + tail, "ranges": shown}


def _beginning(text: str, first: int) -> int:
    """A little before the first hit, at a word."""
    if first <= _BEFORE:
        return 0
    space = text.find(" ", first - _BEFORE, first - _BEFORE + _AROUND_SPACE)
    return first - _BEFORE if space < 0 else space + 1
