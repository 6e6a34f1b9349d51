"""When to try again what Meta refused before processing, or what never left this machine.

Source: Meta, "Cloud API error codes" (131056: 4^n seconds; 130429, 4, 80007: growing pauses).
"""

import random
from typing import Final

from core.whatsapp.outcomes import Refused

MOST_TRIES: Final = 6
PAIR_LIMIT: Final = 131056
_LONGEST: Final = 3600.0
_APP_LIMITS: Final = frozenset({4, 80007})
_THROUGHPUT: Final = 130429
_LONGEST_OFFLINE: Final = 60.0


def after_refusal(refused: Refused, failures: int) -> float:
    """Seconds, as Meta told or by its rule for the code. `failures` counts the refusals before this one."""
    if refused.retry_after is not None:
        return min(refused.retry_after, _LONGEST)
    code = refused.error.code
    if code == PAIR_LIMIT:
        return min(4.0 ** (failures + 1), _LONGEST)
    first = 1.0 if code == _THROUGHPUT else 60.0 if code in _APP_LIMITS else 5.0
    return min(first * 2.0**failures, _LONGEST) * _jitter()


def after_not_sent(failures: int) -> float:
    """Seconds until Meta is called again after it could not be reached."""
    return min(2.0 ** min(failures, 6), _LONGEST_OFFLINE) * _jitter()


def _jitter() -> float:
    # So that numbers that were refused together do not come back together.
    return random.uniform(1.0, 1.25)  # noqa: S311 - spread, not a secret
