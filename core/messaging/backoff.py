"""When to try again what Meta refused before processing, or for hours, or what never left this machine.

Source: Meta, "Cloud API error codes" (131056: 4^n seconds; 130429, 4, 80007: growing pauses; 131049: at least a day,
growing; 131048: the number sent too much that people reported).
"""

import random
from typing import Final

from core.whatsapp.outcomes import Refused

MOST_TRIES: Final = 6
PAIR_LIMIT: Final = 131056
MARKETING_CAP: Final = 131049
_APP_LIMIT, _ACCOUNT_LIMIT, _THROUGHPUT = 4, 80007, 130429
WHOLE_NUMBER: Final = frozenset({_APP_LIMIT, _ACCOUNT_LIMIT, _THROUGHPUT, 131057, 133004})
"""What is about the number, and not about one recipient."""
BULK: Final = frozenset({131048, 131064, 131063})
"""What is about all that the number sends to many: trying the next one would only make it worse."""
STOPS: Final = frozenset({368, 131031, 131037, 131042, 131044, 131045, 133010})
"""Restricted, locked, unpaid, unnamed, unregistered: Meta takes nothing of the number before somebody mends that."""
_HOUR: Final = 3600.0
_LONGEST: Final = _HOUR
_LONGEST_TOLD: Final = 24 * _HOUR
LONGEST_DELAY: Final = 7 * 24 * _HOUR
_LONGEST_OFFLINE: Final = 60.0
_USED_UP: Final = 100.0
_DELAYS: Final = {131048: 6 * _HOUR, 131049: 24 * _HOUR, 133016: 72 * _HOUR, 131064: 24 * _HOUR, 132069: _HOUR,
                  134101: 600.0, 133015: 300.0, 133000: _HOUR, 133008: _HOUR, 133009: _HOUR, 138005: _HOUR,
                  138012: _HOUR}  # fmt: skip
_BULK_REST: Final = _HOUR


def after_refusal(refused: Refused, failures: int) -> float:
    """Seconds, as Meta told or by its rule for the code. `failures` counts the refusals before this one."""
    code = refused.error.code
    if code in (_APP_LIMIT, _ACCOUNT_LIMIT) and refused.regain_after is not None:
        return min(refused.regain_after, _LONGEST_TOLD)
    if refused.retry_after is not None:
        return min(refused.retry_after, _LONGEST_TOLD)
    if code == PAIR_LIMIT:
        return min(4.0 ** (failures + 1), _LONGEST)
    return min(_first(refused) * 2.0**failures, _LONGEST) * _jitter()


def _first(refused: Refused) -> float:
    code = refused.error.code
    if code == _APP_LIMIT and (refused.app_usage or 0.0) >= _USED_UP:
        return 300.0
    return {_THROUGHPUT: 1.0, _APP_LIMIT: 60.0, _ACCOUNT_LIMIT: 60.0}.get(code or 0, 5.0)


def after_delay(code: int | None, failures: int) -> float:
    """Seconds for what Meta refuses for hours, twice as long each time."""
    return min(_DELAYS.get(code or 0, 24 * _HOUR) * 2.0**failures, LONGEST_DELAY)


def bulk_rest(code: int | None, failures: int) -> float:
    """Seconds that the number's bulk rests for one of BULK."""
    return after_delay(code, failures) if code in _DELAYS else _BULK_REST


def after_stop(failures: int) -> float:
    """Seconds until Meta is asked again whether it is mended, for one of STOPS."""
    return min(_HOUR * 2.0**failures, _LONGEST_TOLD)


def after_not_sent(failures: int) -> float:
    """Seconds until Meta is called again after it could not be reached."""
    return min(2.0 ** min(failures, 6), _LONGEST_OFFLINE) * _jitter()


def _jitter() -> float:
    # So that numbers that were refused together do not come back together.
    return random.uniform(1.0, 1.25)  # noqa: S311 - spread, not a secret
