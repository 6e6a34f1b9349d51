"""Values that people chose, made harmless before they enter a mail.

Anybody may call their organisation what they like and invite any address: without this, our mail would carry their
links, their lines and their writing direction to strangers.
"""

import re
import unicodedata

_LONGEST = 80
_ISOLATE, _END = "\u2068", "\u2069"
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_WORD_JOINER = "\u2060"
_BEFORE_A_LINK = re.compile(r"(?<=[\w])([.:/@]+)(?=[\w/])")


def tame(value: str) -> str:
    """One line of visible text, short, without anything that a mail program would make a link of."""
    visible = "".join(" " if _invisible(character) else character for character in value)
    short = " ".join(visible.split())
    short = short if len(short) <= _LONGEST else short[: _LONGEST - 1] + "…"
    return _BEFORE_A_LINK.sub(rf"\1{_WORD_JOINER}", short)


def isolated(value: str, locale: str) -> str:
    """A value that disturbs nothing around it: an Arabic name in a French line, or the reverse, gets its own embedding
    (first strong isolate). Others stay plain, for mail programs that show these characters as boxes."""
    mixed = locale == "ar" or any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in value)
    return f"{_ISOLATE}{value}{_END}" if mixed else value


def _invisible(character: str) -> bool:
    """Control and format characters, line and paragraph separators, and what has no meaning."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn")
