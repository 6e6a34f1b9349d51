"""How many messages have just come in, by number: they count against what Meta lets it send."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from core.messaging.intake.routing import Parsed
from core.whatsapp.values import InboundMessage

_JUST_NOW: Final = timedelta(seconds=5)


def just_now(parsed: Sequence[Parsed]) -> Counter[str]:
    """By phone_number_id. What is late, or replayed, was counted when it was new."""
    since = datetime.now(UTC) - _JUST_NOW
    return Counter(item.phone_number_id for _, item in parsed if isinstance(item, InboundMessage) and item.at >= since)
