"""How far a message we sent has come, and which news may change what is shown.

Meta sends statuses in any order, some twice, some never; `failed` was seen after `delivered` and before it.
So what is shown is the furthest point told, whatever the order of arrival.
"""

from typing import Final

RANKS: Final[dict[str, int]] = {
    "queued": -3,
    "sending": -2,
    "uncertain": -1,
    "accepted": 0,
    "sent": 1,
    "failed": 1,
    "delivered": 2,
    "read": 3,
    "played": 4,
}
UNRANKED: Final = -9
"""Rank of a status that says nothing about progress: payments, calls, `deleted`, `warning`, news from Meta."""
LAST_RANK_THAT_CAN_FAIL: Final = 1


def rank_of(status: str) -> int:
    return RANKS.get(status, UNRANKED)


def supersedes(told: str, shown: str) -> bool:
    """Whether a status just told replaces the one shown. It never goes down, and equal news changes nothing.

    `failed` replaces anything up to `sent`; a delivery told later proves it wrong and wins. In SQL:
    `told.rank > shown.rank OR (told.status = 'failed' AND shown.status <> 'failed' AND shown.rank <= 1)`.
    """
    if told == "failed":
        return shown != "failed" and rank_of(shown) <= LAST_RANK_THAT_CAN_FAIL
    return rank_of(told) > rank_of(shown)
