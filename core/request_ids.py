"""The id under which a request is found again: in answers, logs, the journal, jobs and messages."""

import os
import re
from typing import Final

_TAME: Final = re.compile(r"[A-Za-z0-9._-]{8,64}")


def request_id(given: str | None) -> str:
    """The caller's own when it is tame: a stranger must not write lines into our log. Else a new one."""
    return given if given and _TAME.fullmatch(given) else os.urandom(16).hex()
