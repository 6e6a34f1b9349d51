"""Order numbers in what people write."""

import re

_NUMBER = re.compile(r"#(\d{3,12})\b")
MOST = 5


def numbers_in(text: str) -> list[str]:
    """Each once, in order; a message that lists hundreds means none in particular."""
    return list(dict.fromkeys(_NUMBER.findall(text)))[:MOST]
