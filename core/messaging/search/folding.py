"""One spelling for what may be written in several ways: `search_text` of 32_search.sql, with the place of each letter.

The database folds what it keeps and what it is asked; here the same is done to words that are shown, so that a hit can
be marked where it stands. A test holds the two together.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LONGEST: Final = 20_000
_UNSEEN: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e8"
    "\u06ea-\u06ed\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20d0-\u20ff"
    "\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\u00ad]+"
)
_BETWEEN: Final = re.compile(
    "[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u00d7\u00f7\u060c\u061b\u061f\u066a-\u066d\u06d4"
    "\u2000-\u206f\u20a0-\u20cf\u2190-\u25ff\u3000-\u303f]"
)
_INSIDE_NUMBER: Final = re.compile("[0-9] [0-9]")
_ALIKE: Final = str.maketrans("ٱةىیکگھہٹپچڤڨڭ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹øłđı", "اهييككههتبجفقك01234567890123456789oldi") | {
    ord("œ"): "oe", ord("æ"): "ae", ord("ß"): "ss"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Folded:
    """`words` with the place in the text of each of their letters."""

    words: str
    places: Sequence[int]

    def ranges(self, terms: Sequence[str]) -> list[tuple[int, int]] | None:
        """Where the text says these, as [from, to) in characters; None when it lacks one of them."""
        found: list[tuple[int, int]] = []
        for term in terms:
            spelled = self if term in self.words or not term.isdecimal() else self.in_one_piece()
            places = list(_places_of(term, spelled.words))
            if not places:
                return None
            found += [(spelled.places[at], spelled.places[at + len(term) - 1] + 1) for at in places]
        return _joined(found)

    def in_one_piece(self) -> "Folded":
        """Numbers without the spaces that they are written with."""
        kept = [at for at, letter in enumerate(self.words)
                if letter != " " or not _INSIDE_NUMBER.match(self.words, at - 1)]
        return Folded("".join(self.words[at] for at in kept), [self.places[at] for at in kept])


def fold(text: str) -> Folded:
    """The text's words, each letter with its place."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text[:LONGEST]):
        for folded in _letter(letter):
            if folded == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(folded)
            places.append(place)
    if letters and letters[-1] == " ":
        letters.pop()
        places.pop()
    return Folded("".join(letters), places)


@lru_cache(8192)
def _letter(letter: str) -> str:
    plain = _UNSEEN.sub("", unicodedata.normalize("NFKD", letter.lower())).lower()
    return _BETWEEN.sub(" ", plain.translate(_ALIKE))


def _places_of(term: str, words: str) -> Iterator[int]:
    """Of two letters at the beginning of a word, of more anywhere."""
    at = words.find(term)
    while at >= 0:
        if len(term) > 2 or at == 0 or words[at - 1] == " ":
            yield at
        at = words.find(term, at + 1)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begins, ends in sorted(ranges):
        if joined and begins <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((begins, ends))
    return joined
