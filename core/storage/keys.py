"""Names of stored objects. A key becomes a path or a URL, so it may never climb out of its place."""

import re
from typing import Final

_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_LONGEST: Final = 512


def checked(key: str) -> str:
    """The key itself. Raises ValueError unless it is plain segments with / between them, none starting with a dot."""
    if len(key) > _LONGEST or _KEY.fullmatch(key) is None:
        raise ValueError(f"not a storage key: {key[:80]!r}; use letters, digits, - _ . and single slashes")
    return key
