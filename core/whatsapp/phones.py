"""Phone numbers as WhatsApp spells them: the same phone may arrive in two spellings."""

from functools import lru_cache
from typing import Final

_SHORTEST: Final = 5
_LONGEST: Final = 15
_PUNCTUATION: Final = str.maketrans("", "", "+-.() \u00a0\u202f\u200e\u200f\u202a\u202c")


@lru_cache(4096)  # each phone of a delivery is asked for several times
def canonical(phone: str) -> str:
    """The one spelling under which a phone is matched: digits, without +; "" when it is not a phone.

    Mexico's 521 becomes 52, Argentina's 549 becomes 54. Brazil gets its ninth digit back, and only where
    the eight-digit form must be a mobile (it starts with 6 to 9): taking the digit away instead would turn
    some mobiles into somebody else's landline.
    """
    digits = _digits(phone)
    if len(digits) == 13:
        if digits.startswith("521"):
            return "52" + digits[3:]
        if digits.startswith("549"):
            return "54" + digits[3:]
    elif len(digits) == 12 and digits.startswith("55") and digits[4] in "6789":
        return digits[:4] + "9" + digits[4:]
    return digits


def is_phone(phone: str) -> bool:
    """Whether this can be an international number: 5 to 15 digits (E.164), + and punctuation allowed."""
    return bool(canonical(phone))


def _digits(phone: str) -> str:
    digits = phone.translate(_PUNCTUATION).removeprefix("00")
    # isdecimal also takes Arabic-Indic digits, which int and Meta would read differently from a text match.
    if not digits.isascii() or not digits.isdecimal() or not _SHORTEST <= len(digits) <= _LONGEST:
        return ""
    return digits


_SHORT_CODES: Final = frozenset({
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
})  # fmt: skip


def calling_code(phone: str) -> str:
    """The country's part of an international number (ITU-T E.164): one or two digits where they are assigned, else
    three; "" when it is not a phone."""
    digits = _digits(phone)
    return next((digits[:length] for length in (1, 2) if digits[:length] in _SHORT_CODES), digits[:3])
